import { ARCHIVE_LIMITS, EngineError, parsePluginManifest, scanArchive } from '../../../source/engine/shared.ts';
import { MirrorError } from '../../mirror-error.ts';
import { objectOrEmpty } from '../package-document.ts';
import { requireSameManifest } from './manifest-match.ts';
import type { PublishRequest } from './publish-request.ts';

export type ArchiveFacts = { readonly fileCount: number; readonly unpackedBytes: number };

/**
 * Reads the tarball by the same rules as plugward's own install: what it would refuse to unpack cannot be published. Throws 422 with the
 * rule that was broken.
 */
export async function checkArchive(request: PublishRequest, options: { readonly signal: AbortSignal }): Promise<ArchiveFacts> {
	try {
		const listing = await scanArchive(request.tarball, ARCHIVE_LIMITS, options);
		const packageJson = objectOrEmpty(
			JSON.parse(
				Buffer.from(listing.packageJson)
					.toString('utf8')
					.replace(/^\uFEFF/u, ''),
			),
		);
		const hasBindingGyp = listing.entries.some(({ path }) => path === 'binding.gyp');
		requireSameManifest(request.manifest, { packageJson, hasBindingGyp });
		parsePluginManifest(packageJson);
		return { fileCount: listing.entries.filter(({ type }) => type === 'file').length, unpackedBytes: listing.unpackedBytes };
	} catch (error) {
		if (error instanceof EngineError && error.code !== 'cancelled') {
			throw new MirrorError(422, 'archive-refused', error.message, { cause: error });
		}

		if (error instanceof SyntaxError) {
			throw new MirrorError(422, 'archive-refused', "The tarball's package.json is not JSON.", { cause: error });
		}

		throw error;
	}
}
