import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { EngineError, throwIfAborted } from '../../errors.ts';
import { stripToLine } from '../../strip-controls.ts';
import { commonJs } from '../common-js.ts';
import { type KeptRoot, proveKeptRoot, type ProvenRoot } from './kept-root.ts';
import { parseAnchor, TufFault } from './tuf-metadata.ts';
import { parseTrustedRoot } from './trusted-root-document.ts';

/** A TUF repository by its URL, and the root.json, as text, that its word is held against. */
export type TufRepository = { readonly url: string; readonly anchor: string };

export type RefreshedRoot = { readonly kept: KeptRoot; readonly proven: ProvenRoot };

const TARGET = 'trusted_root.json';
const TIMEOUT_MILLISECONDS = 10_000;
const LARGEST_ROOT_BYTES = 512_000;

/**
 * Fetches the newest Sigstore root over the network; only ever called because the user asked. Each run starts in an empty folder from the
 * anchor, so that nothing a cache holds can lend it trust. Throws `registry-unreachable`, `evidence-invalid`, `settings-invalid`, `cancelled`.
 */
export async function refreshTrustRoot(
	repository: TufRepository,
	options: { readonly signal: AbortSignal; /** Milliseconds since the epoch. */ readonly now: number },
): Promise<RefreshedRoot> {
	throwIfAborted(options.signal);
	const work = fetchRoot(repository, options);
	const listening = new AbortController();
	try {
		return await Promise.race([work, whenAborted(options.signal, listening.signal)]);
	} catch (error) {
		// The client below knows no signal: after an abort it ends by its own timeout, and what becomes of it concerns nobody.
		work.catch(() => null);
		throw toRefusal(error, repository.url);
	} finally {
		listening.abort();
	}
}

async function fetchRoot(
	{ url, anchor }: TufRepository,
	{ signal, now }: { readonly signal: AbortSignal; readonly now: number },
): Promise<RefreshedRoot> {
	const folder = await mkdtemp(path.join(tmpdir(), 'plugward-tuf-'));
	try {
		const rootPath = path.join(folder, 'anchor.json');
		await writeFile(rootPath, anchor);
		const cachePath = path.join(folder, 'cache');
		// Bundled, a CommonJS package has no other name than its default.
		const tuf = commonJs(await import('@sigstore/tuf'));
		const client = await tuf.initTUF({
			mirrorURL: url,
			rootPath,
			cachePath,
			forceInit: true,
			retry: { retries: 0 },
			timeout: TIMEOUT_MILLISECONDS,
		});
		const target = await client.getTarget(TARGET);
		const [repository = ''] = await readdir(cachePath);
		const read = (name: string): Promise<string> => readFile(path.join(cachePath, repository, name), 'utf8');
		const kept: KeptRoot = {
			format: 1,
			refreshedAt: new Date(now).toISOString(),
			from: url,
			roots: await chainTo(await read('root.json'), { url, anchor, signal }),
			timestamp: await read('timestamp.json'),
			snapshot: await read('snapshot.json'),
			targets: await read('targets.json'),
			target,
		};
		// The client's word is not enough: what is kept must prove itself each time it is read.
		const proven = proveKeptRoot(kept, { anchor, now });
		parseTrustedRoot('refreshed', proven.json);
		return { kept, proven };
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

/** The roots between the anchor and the newest one, which the client forgets as it goes. */
async function chainTo(newest: string, { url, anchor, signal }: TufRepository & { readonly signal: AbortSignal }): Promise<string[]> {
	const first = parseAnchor(anchor).version + 1;
	// The newest signs itself too, so it reads as an anchor does.
	const last = parseAnchor(newest).version;
	const between = Array.from({ length: Math.max(0, last - first) }, (_, index) => first + index);
	const chain: string[] = [];
	for (const version of between) {
		chain.push(await fetchText(`${url.replace(/\/+$/, '')}/${version}.root.json`, signal));
	}

	return last < first ? [] : [...chain, newest];
}

async function fetchText(url: string, signal: AbortSignal): Promise<string> {
	const response = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MILLISECONDS)]) });
	const pieces: Uint8Array[] = [];
	let bytes = 0;
	for await (const piece of response.body ?? []) {
		bytes += piece.length;
		if (bytes > LARGEST_ROOT_BYTES) {
			throw new TufFault('damaged', `${url} is larger than ${LARGEST_ROOT_BYTES} bytes`);
		}

		pieces.push(piece);
	}

	if (!response.ok) {
		throw new EngineError('registry-unreachable', `The trust root could not be fetched: ${url} answered ${response.status}.`, {
			hint: 'What was believed before still is; try again later.',
		});
	}

	return Buffer.concat(pieces).toString('utf8');
}

function toRefusal(error: unknown, url: string): EngineError {
	if (error instanceof EngineError) {
		return error;
	}

	const why = stripToLine(innermost(error)).replace(/\.$/, '');
	return isOfNetwork(error)
		? new EngineError('registry-unreachable', `The trust root could not be fetched from ${url}: ${why}.`, {
				hint: 'What was believed before still is; try again later.',
				cause: error,
			})
		: new EngineError('evidence-invalid', `What ${url} serves as a trust root is refused: ${why}.`, {
				hint: 'What was believed before still is; ask whoever runs that repository.',
				cause: error,
			});
}

/** An answer that is none of success, or none at all. What the client refuses after reading it carries neither. */
function isOfNetwork(error: unknown): boolean {
	if (!(error instanceof Error) || error instanceof TufFault) {
		return false;
	}

	const system = 'code' in error && typeof error.code === 'string' && !error.code.startsWith('TUF_');
	return 'statusCode' in error || system || error.name === 'TimeoutError' || isOfNetwork(error.cause);
}

/** Each layer above only says that the one below failed. */
function innermost(error: unknown): string {
	if (!(error instanceof Error)) {
		return String(error);
	}

	return error.cause instanceof Error ? innermost(error.cause) : error.message;
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
