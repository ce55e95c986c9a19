import type { EngineEvent } from './engine/index.ts';
import type { Transfer } from './fetch-amount.ts';

export type TransferProgress = Extract<EngineEvent, { readonly type: 'fetch-progress' }>;
/** What is told as it happens. */
export type ToldEvent = Exclude<EngineEvent, TransferProgress>;

/** `beganAt` in milliseconds since the epoch. */
export type WatchedTransfer = Transfer & { readonly beganAt: number };
export type WatchedTransfers = Readonly<Record<string, WatchedTransfer>>;

/** How an operation goes, looked at once a second. Times in milliseconds since the epoch. */
export type TransferWatch = {
	/** The newest look. */
	readonly at: number;
	/** When a look last found more than the one before. */
	readonly movedAt: number;
	/** The newest last. */
	readonly looks: readonly Look[];
	/** Those with a line of their own, by id; each keeps its line until it has ended. */
	readonly rows: readonly string[];
};

type Look = { readonly at: number; readonly receivedBytes: number };

/** A rate over less than this jumps about. */
const RATE_MILLISECONDS = 5000;
/** What is over sooner would only flicker. */
const LASTING_MILLISECONDS = 900;
const SILENT_MILLISECONDS = 3000;
const MOST_ROWS = 6;

export function startWatch(at: number): TransferWatch {
	return { at, movedAt: at, looks: [], rows: [] };
}

/** Takes another look. */
export function look(watch: TransferWatch, transfers: WatchedTransfers, at: number): TransferWatch {
	const receivedBytes = Object.values(transfers).reduce((sum, transfer) => sum + transfer.receivedBytes, 0);
	return {
		at,
		movedAt: receivedBytes === (watch.looks.at(-1)?.receivedBytes ?? 0) ? watch.movedAt : at,
		looks: [...watch.looks.filter((one) => at - one.at <= RATE_MILLISECONDS), { at, receivedBytes }],
		rows: chooseRows(watch.rows, transfers, at),
	};
}

/** Bytes a second of late; null before there are two looks to compare. */
export function rateOf({ looks }: TransferWatch): number | null {
	const [first, last] = [looks[0], looks.at(-1)];
	return first === undefined || last === undefined || last.at <= first.at
		? null
		: ((last.receivedBytes - first.receivedBytes) * 1000) / (last.at - first.at);
}

/** How long nothing has come although something should, in milliseconds; null when that is not long enough to tell of. */
export function silenceOf({ at, movedAt }: TransferWatch): number | null {
	return at - movedAt < SILENT_MILLISECONDS ? null : at - movedAt;
}

/** A line that has become free goes to who waits for one, else to the last, so that the others stay where they are. */
function chooseRows(before: readonly string[], transfers: WatchedTransfers, at: number): readonly string[] {
	const isGoingOn = (id: string): boolean => transfers[id]?.finished === false;
	const waiting = Object.entries(transfers)
		.filter(([id, { finished, beganAt }]) => !finished && at - beganAt >= LASTING_MILLISECONDS && !before.includes(id))
		.map(([id]) => id);
	const rows = [...before];
	for (let index = 0; index < rows.length; index += 1) {
		while (index < rows.length && !isGoingOn(rows[index] ?? '')) {
			const next = waiting.shift() ?? rows.pop();
			if (index < rows.length && next !== undefined) {
				rows[index] = next;
			}
		}
	}

	return [...rows, ...waiting].slice(0, MOST_ROWS);
}
