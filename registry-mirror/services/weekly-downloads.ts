import type { DownloadStorage } from '../storage/index.ts';
import { dayOf } from './download-period.ts';

type Counted = { readonly name: string; readonly day: number; readonly count: number };

/** Downloads of the last seven days by name, today among them; names without any are left out. */
export type WeeklyDownloads = {
	count(name: string, day: number): void;
	/** At most a minute old. */
	read(): Promise<ReadonlyMap<string, number>>;
};

type Options = {
	readonly storage: DownloadStorage;
	readonly now: () => number;
	/** What the storage does not have yet. */
	readonly pending: () => Iterable<Counted>;
	readonly inBackground: (work: Promise<unknown>) => void;
};

const OLDEST_MILLISECONDS = 60_000;
const WEEK = 7;

export function createWeeklyDownloads({ storage, now, pending, inBackground }: Options): WeeklyDownloads {
	let told: { readonly at: number; readonly sums: ReadonlyMap<string, number> } = { at: Number.NEGATIVE_INFINITY, sums: new Map() };
	/** Sums up to now of the week that ends on `day`: adding all of them up takes a while, so that is done once a day. */
	let live: { readonly day: number; readonly sums: Map<string, number> } = { day: -1, sums: new Map() };

	const addUp = async (day: number): Promise<void> => {
		const sums = new Map(await storage.sums({ from: day - WEEK + 1, to: day }));
		for (const one of pending()) {
			if (one.day > day - WEEK) {
				sums.set(one.name, (sums.get(one.name) ?? 0) + one.count);
			}
		}

		live = { day, sums };
	};

	return {
		count(name, day) {
			if (live.day === day) {
				live.sums.set(name, (live.sums.get(name) ?? 0) + 1);
			}
		},
		async read() {
			const at = now();
			if (at - told.at < OLDEST_MILLISECONDS && at >= told.at) {
				return told.sums;
			}

			// Whoever asks meanwhile gets the numbers from before.
			told = { at, sums: told.sums };
			try {
				if (live.day !== dayOf(at)) {
					await addUp(dayOf(at));
				}

				told = { at, sums: new Map(live.sums) };
			} catch (error) {
				// A search is answered all the same; the log says why its numbers are old.
				inBackground(Promise.reject(error));
			}

			return told.sums;
		},
	};
}
