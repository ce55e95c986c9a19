import type { EngineEvent } from './engine/index.ts';
import { NOTHING_PLANNED } from './fetch-amount.ts';
import type { PlannedFetch } from './fetch-amount.ts';
import { look, startWatch } from './transfer-watch.ts';
import type { TransferProgress, TransferWatch, WatchedTransfer, WatchedTransfers } from './transfer-watch.ts';

export type FetchPlanned = Extract<EngineEvent, { readonly type: 'fetch-planned' }>;

/** What is fetched for one thing that the user asked for, as far as it was told. */
export type Fetching = {
	/** Of all its fetches. */
	readonly planned: PlannedFetch;
	/** By package. */
	readonly transfers: WatchedTransfers;
	readonly watch: TransferWatch;
};

/** Nothing yet; `at` in milliseconds since the epoch, as all times here. */
export function startFetching(at: number): Fetching {
	return { planned: NOTHING_PLANNED, transfers: {}, watch: startWatch(at) };
}

export function afterPlanned<T extends Fetching>(before: T, event: FetchPlanned, now: number): T {
	const { packages, unpackedBytes, unknownSizes } = before.planned;
	return {
		...before,
		planned: {
			packages: packages + event.packages,
			unpackedBytes: unpackedBytes + event.unpackedBytes,
			unknownSizes: unknownSizes + event.unknownSizes,
		},
		// From here on it counts how much comes, and how long nothing does.
		watch: look({ ...before.watch, movedAt: now }, before.transfers, now),
	};
}

/** Of each transfer that has come further, the newest word. */
export function afterLook<T extends Fetching>(before: T, progress: readonly TransferProgress[], now: number): T {
	const news = progress.map(({ id, receivedBytes, totalBytes, unpackedBytes, finished }): [string, WatchedTransfer] => [
		id,
		{ receivedBytes, totalBytes, unpackedBytes, finished, beganAt: before.transfers[id]?.beganAt ?? now },
	]);
	const transfers = news.length === 0 ? before.transfers : { ...before.transfers, ...Object.fromEntries(news) };
	return { ...before, transfers, watch: look(before.watch, transfers, now) };
}
