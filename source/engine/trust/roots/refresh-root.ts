import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as v from 'valibot';
import { EngineError, throwIfAborted, toEngineError } from '../../errors.ts';
import { commonJs } from '../common-js.ts';
import { parseTrustedRoot } from './trusted-root-document.ts';

export type RefreshedRoot = {
	/** A `trusted_root.json`, verified through the chain of TUF roots. */
	readonly json: unknown;
	/** ISO time at which the newest TUF root ends. */
	readonly expiresAt: string;
};

/** A private TUF repository: its URL and the root.json that the user got by another way. */
export type TufRepository = { readonly url: string; readonly rootPath: string };

const TARGET = 'trusted_root.json';
const TIMEOUT_MILLISECONDS = 10_000;
const rootMetadataSchema = v.looseObject({ signed: v.looseObject({ expires: v.string() }) });

/**
 * Fetches the newest Sigstore root over the network; only ever called because the user asked. Each run starts in an empty folder from the
 * embedded root (or the given one), so that nothing a cache holds can lend it trust. Throws `registry-unreachable`, `settings-invalid`, `cancelled`.
 */
export async function refreshTrustRoot(options: {
	readonly signal: AbortSignal;
	readonly repository?: TufRepository;
}): Promise<RefreshedRoot> {
	throwIfAborted(options.signal);
	const work = fetchRoot(options.repository);
	const listening = new AbortController();
	try {
		return await Promise.race([work, whenAborted(options.signal, listening.signal)]);
	} catch (error) {
		// The client below knows no signal: after an abort it ends by its own timeout, and what becomes of it concerns nobody.
		work.catch(() => null);
		throw toEngineError(error, {
			code: 'registry-unreachable',
			message: `The Sigstore root could not be refreshed from ${options.repository?.url ?? 'the public TUF repository'}.`,
			hint: 'The embedded root still works; try again later, or name a root file in the settings.',
		});
	} finally {
		listening.abort();
	}
}

async function fetchRoot(repository: TufRepository | undefined): Promise<RefreshedRoot> {
	const folder = await mkdtemp(path.join(tmpdir(), 'plugward-tuf-'));
	try {
		// Bundled, a CommonJS package has no other name than its default.
		const tuf = commonJs(await import('@sigstore/tuf'));
		const where = repository === undefined ? {} : { mirrorURL: repository.url, rootPath: repository.rootPath };
		const client = await tuf.initTUF({
			...where,
			cachePath: folder,
			forceInit: true,
			retry: { retries: 0 },
			timeout: TIMEOUT_MILLISECONDS,
		});
		const json: unknown = JSON.parse(await client.getTarget(TARGET));
		parseTrustedRoot('refreshed', json);
		return { json, expiresAt: await readExpiry(folder) };
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

// The client keeps one folder, named after the repository, with the newest root it has verified.
async function readExpiry(folder: string): Promise<string> {
	const [name] = await readdir(folder);
	const text = await readFile(path.join(folder, name ?? '', 'root.json'), 'utf8');
	return v.parse(rootMetadataSchema, JSON.parse(text)).signed.expires;
}

/** Rejects when `signal` fires; stops listening when `until` does. */
function whenAborted(signal: AbortSignal, until: AbortSignal): Promise<never> {
	return new Promise((_resolve, reject) => {
		signal.addEventListener('abort', () => reject(new EngineError('cancelled', 'The operation was cancelled.', { cause: signal.reason })), {
			once: true,
			signal: until,
		});
	});
}
