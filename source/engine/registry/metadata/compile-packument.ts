import { hash } from 'node:crypto';
import type { Packument } from '../../packument.ts';
import { compilePackageIndex } from '../../resolver/index.ts';
import { parsePackument } from '../parsing/parse-packument.ts';
import { reducePackument } from '../parsing/reduce-packument.ts';
import type { LatestRecord } from './metadata-directory.ts';

/** One answer of a registry, before anything in it was read. */
export type RawPackument = {
	readonly name: string;
	/** Names the registry in sentences. */
	readonly from: string;
	readonly body: Uint8Array;
	/** What tells this answer from another: an etag does it for nothing, a digest of the body costs reading it. */
	readonly identity: 'etag' | 'digest';
	/** The body's digest when it was last read, or null. An equal body is not read again. */
	readonly lastDigest: string | null;
};

export type CompiledPackument =
	| { readonly type: 'unchanged' }
	| { readonly type: 'read'; readonly index: Uint8Array; readonly latest: LatestRecord; readonly bodyDigest: string | null };

/** Throws `registry-response-invalid`. */
export function compilePackument(raw: RawPackument): CompiledPackument {
	const bodyDigest = raw.identity === 'etag' ? null : hash('sha256', raw.body, 'base64');
	if (bodyDigest !== null && bodyDigest === raw.lastDigest) {
		return { type: 'unchanged' };
	}

	const body = Buffer.from(raw.body.buffer, raw.body.byteOffset, raw.body.byteLength);
	const packument = parsePackument(reducePackument(body) ?? body, raw);
	return { type: 'read', index: compilePackageIndex(packument), latest: latestOf(packument), bodyDigest };
}

export function latestOf(packument: Packument): LatestRecord {
	const version = packument.distTags['latest'] ?? null;
	const manifest = version === null ? undefined : packument.versions.get(version);
	return {
		version,
		description: manifest?.description.slice(0, 300) ?? '',
		keywords: manifest?.keywords.slice(0, 20) ?? [],
		publisher: manifest?.publisher ?? packument.maintainers[0] ?? null,
		publishedAt: version === null ? null : (packument.time[version] ?? null),
	};
}
