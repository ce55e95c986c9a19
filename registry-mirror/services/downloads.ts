import type { Caller } from '../access/principal.ts';
import { MirrorError, notFound } from '../mirror-error.ts';
import type { Days, DownloadStorage } from '../storage/index.ts';
import { dayOf, dayText, KEPT_DAYS, parsePeriod } from './download-period.ts';
import { isPackageName } from './package-name.ts';
import { createWeeklyDownloads } from './weekly-downloads.ts';

/** A day as `2026-01-31`. */
export type DownloadSeries = {
	readonly package: string;
	readonly start: string;
	readonly end: string;
	/** Every day of the period, the oldest first. */
	readonly days: readonly { readonly day: string; readonly downloads: number }[];
};

/** Counts what is served, by package and day and nothing else, and tells it. */
export type DownloadService = {
	/** One tarball of the package has gone out to its end. */
	count(name: string): void;
	/** Throws 400 for a period that is none, 404 for a package that is not here. */
	series(request: Caller & { readonly name: string; readonly period: string }): Promise<DownloadSeries>;
	/** The same for several, null for what is not here. Throws 400 for too many. */
	several(
		request: Caller & { readonly names: readonly string[]; readonly period: string },
	): Promise<ReadonlyMap<string, DownloadSeries | null>>;
	/** Of the last week by name, at most a minute old; names without any are left out. */
	weekly(): Promise<ReadonlyMap<string, number>>;
	/** Writes down what was counted since the last time. */
	flush(): Promise<void>;
};

type Options = {
	readonly storage: DownloadStorage;
	readonly now: () => number;
	/** False for a name of this mirror's own under which nothing is published (any more). */
	readonly isHere: (request: Caller & { readonly name: string }) => Promise<boolean>;
	readonly inBackground: (work: Promise<unknown>) => void;
};

/** What a process that is killed loses at most. */
const FLUSH_MILLISECONDS = 5000;
const MOST_NAMES = 128;

export function createDownloadService({ storage, now, isHere, inBackground }: Options): DownloadService {
	const counter = createCounter({ storage, now, inBackground });
	const weekly = createWeeklyDownloads({ storage, now, pending: counter.pending, inBackground });

	const read = async (name: string, days: Days): Promise<DownloadSeries> => {
		await counter.flush();
		const counts = await storage.read(name, days);
		return {
			package: name,
			start: dayText(days.from),
			end: dayText(days.to),
			days: Array.from({ length: days.to - days.from + 1 }, (_, index) => ({
				day: dayText(days.from + index),
				downloads: counts.get(days.from + index) ?? 0,
			})),
		};
	};

	const requireName = (name: string): void => {
		if (!isPackageName(name)) {
			throw new MirrorError(400, 'name-invalid', 'That is not the name of a package.');
		}
	};

	return {
		count(name) {
			const day = dayOf(now());
			counter.count(name, day);
			weekly.count(name, day);
		},
		flush: counter.flush,
		async series({ principal, name, period }) {
			requireName(name);
			const days = parsePeriod(period, dayOf(now()));
			if (!(await isHere({ principal, name }))) {
				throw notFound(`This registry has no ${name}.`);
			}

			return read(name, days);
		},
		async several({ principal, names, period }) {
			const days = parsePeriod(period, dayOf(now()));
			if (names.length > MOST_NAMES) {
				throw new MirrorError(400, 'request-invalid', `At most ${MOST_NAMES} packages can be asked for at once, got ${names.length}.`);
			}

			const answers = new Map<string, DownloadSeries | null>();
			for (const name of names) {
				requireName(name);
				answers.set(name, (await isHere({ principal, name })) ? await read(name, days) : null);
			}

			return answers;
		},
		weekly: () => weekly.read(),
	};
}

/** Keeps counts in memory until they are written together: a tarball must not wait for a disk. */
function createCounter({ storage, now, inBackground }: Pick<Options, 'storage' | 'now' | 'inBackground'>) {
	let pending = new Map<string, { name: string; day: number; count: number }>();
	let timer: NodeJS.Timeout | null = null;
	let forgotOn = -1;
	let last = Promise.resolve();

	const write = async (): Promise<void> => {
		const today = dayOf(now());
		const counts = pending;
		pending = new Map();
		try {
			if (counts.size > 0) {
				await storage.add([...counts.values()]);
			}

			if (forgotOn !== today) {
				await storage.forgetBefore(today - KEPT_DAYS + 1);
				forgotOn = today;
			}
		} catch (error) {
			// They are written with the next ones.
			for (const { name, day, count } of counts.values()) {
				add(name, day, count);
			}

			throw error;
		}
	};

	const add = (name: string, day: number, count: number): void => {
		const key = `${day} ${name}`;
		const known = pending.get(key);
		if (known === undefined) {
			pending.set(key, { name, day, count });
		} else {
			known.count += count;
		}
	};

	const flush = (): Promise<void> => {
		if (timer !== null) {
			clearTimeout(timer);
			timer = null;
		}

		// One after the other; how the one before ended was told to who asked for it.
		last = last.then(write, write);
		return last;
	};

	return {
		flush,
		/** What is not written down yet. */
		pending: () => pending.values(),
		count(name: string, day: number): void {
			add(name, day, 1);
			timer ??= setTimeout(() => inBackground(flush()), FLUSH_MILLISECONDS).unref();
		},
	};
}
