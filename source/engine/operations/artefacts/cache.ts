import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { CacheInfo, CacheVerification, VerifyFinding } from '../../upkeep.ts';
import { throwIfAborted, toEngineError } from '../../errors.ts';
import { type CallOptions, runStep } from '../../events.ts';
import type { EngineContext } from '../engine-context.ts';
import { idOf } from '../locks/lock-queries.ts';
import { runConcurrently } from '../run-concurrently.ts';
import { whileExclusive } from '../apply/while-exclusive.ts';

const CONCURRENT_ENTRIES = 4;

export async function cacheInfo({ home }: EngineContext, { signal }: CallOptions): Promise<CacheInfo> {
	throwIfAborted(signal);
	const [metadataBytes, storeBytes, entries, bundles] = await Promise.all([
		bytesBelow(home.layout.cache),
		home.store.sizeBytes(),
		home.entries(),
		home.bundleKeys(),
	]);
	return { metadataBytes, storeBytes, packageCount: entries.length, bundleCount: bundles.length };
}

/** Re-hashes everything in the content store. Findings are data. */
export async function verifyCache({ home }: EngineContext, options: CallOptions): Promise<CacheVerification> {
	const entries = await home.entries();
	const findings: VerifyFinding[] = [];
	let packagesChecked = 0;
	await runStep({ name: 'verify', detail: `${entries.length} packages of the content store`, onEvent: options.onEvent }, () =>
		runConcurrently(entries, CONCURRENT_ENTRIES, async (integrity) => {
			const receipt = await home.store.receipt(integrity);
			// Without a receipt it belongs to an install that runs now, or to one that died; `recover` removes it.
			if (receipt !== null) {
				const report = await home.store.verifyEntry(integrity, options);
				packagesChecked += 1;
				findings.push(...report.findings.map((finding) => ({ id: idOf(receipt), ...finding })));
			}
		}),
	);
	return { packagesChecked, findings: findings.toSorted((a, b) => (a.id < b.id ? -1 : Number(a.id > b.id))) };
}

/** Removes what comes back by itself when it is needed; no generation is touched. */
export async function cleanCache(context: EngineContext, options: CallOptions): Promise<CacheInfo> {
	const { home } = context;
	await whileExclusive(context, options, async () => {
		await home.collectGarbage({ newest: Number.POSITIVE_INFINITY, since: null }, options);
		for (const key of await home.bundleKeys()) {
			throwIfAborted(options.signal);
			await home.removeBundle(key);
		}

		await home.removeMetadata();
	});
	return cacheInfo(context, options);
}

async function bytesBelow(folder: string): Promise<number> {
	const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
		// Nothing was asked of a registry yet.
		if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
			return [];
		}

		throw toEngineError(error, { code: 'home-damaged', message: 'The metadata cache cannot be listed.' });
	});
	const sizes = await Promise.all(
		entries.map(async (entry) => (entry.isFile() ? (await stat(join(entry.parentPath, entry.name))).size : 0)),
	);
	return sizes.reduce((sum, size) => sum + size, 0);
}
