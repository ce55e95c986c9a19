import { formatBytes, formatBytesOf } from './format.ts';

/** What an operation said it would fetch. The registry tells unpacked sizes, and not of every package. */
export type PlannedFetch = {
	readonly packages: number;
	/** Of the packages whose size is known. */
	readonly unpackedBytes: number;
	readonly unknownSizes: number;
};

/** One package on its way. */
export type Transfer = {
	readonly receivedBytes: number;
	/** What it has packed; null when the registry does not say. */
	readonly totalBytes: number | null;
	/** What it has unpacked; null when that was not known before. */
	readonly unpackedBytes: number | null;
	readonly finished: boolean;
};

export const NOTHING_PLANNED: PlannedFetch = { packages: 0, unpackedBytes: 0, unknownSizes: 0 };

export type FetchAmount = {
	readonly finished: number;
	readonly packages: number;
	readonly doneBytes: number;
	/** Null when no size is known. */
	readonly totalBytes: number | null;
	/** True when there are packages whose size is not known: it may become more. */
	readonly isAtLeast: boolean;
};

/**
 * How far a fetch has come. Counted in unpacked bytes, which are known before the first transfer, as far as they are; where they are known
 * of no package, in packed bytes, which are known of a package once its transfer has begun.
 */
export function fetchAmount(planned: PlannedFetch, transfers: readonly Transfer[]): FetchAmount {
	const finished = transfers.filter((transfer) => transfer.finished).length;
	const packages = Math.max(planned.packages, transfers.length);
	if (planned.unpackedBytes > 0) {
		const doneBytes = sum(transfers.map((transfer) => Math.round((transfer.unpackedBytes ?? 0) * shareOf(transfer))));
		return { finished, packages, doneBytes, totalBytes: planned.unpackedBytes, isAtLeast: planned.unknownSizes > 0 };
	}

	const known = transfers.filter((transfer) => transfer.totalBytes !== null);
	return {
		finished,
		packages,
		doneBytes: sum(transfers.map(({ receivedBytes }) => receivedBytes)),
		totalBytes: known.length === 0 ? null : sum(transfers.map(({ totalBytes, receivedBytes }) => totalBytes ?? receivedBytes)),
		isAtLeast: known.length < packages,
	};
}

/** `3.1 of 12.4 MB`, `3.1 of at least 12.4 MB`, `3.1 MB`. */
export function amountText({ doneBytes, totalBytes, isAtLeast }: Pick<FetchAmount, 'doneBytes' | 'totalBytes' | 'isAtLeast'>): string {
	return totalBytes === null ? formatBytes(doneBytes) : formatBytesOf(doneBytes, { totalBytes, isAtLeast });
}

function shareOf({ receivedBytes, totalBytes, finished }: Transfer): number {
	return finished ? 1 : totalBytes === null ? 0 : Math.min(1, receivedBytes / Math.max(1, totalBytes));
}

function sum(numbers: readonly number[]): number {
	return numbers.reduce((total, number) => total + number, 0);
}
