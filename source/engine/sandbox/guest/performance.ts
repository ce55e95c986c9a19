/* oxlint-disable typescript/no-unnecessary-type-conversion, typescript/no-base-to-string -- callers are untyped JavaScript. */
import { DOMException } from './dom-exception.ts';

const { now: clock } = Date;
const timeOrigin = clock();
const MAXIMUM_ENTRIES = 10_000;

type Entry = {
	readonly name: string;
	readonly entryType: 'mark' | 'measure';
	readonly startTime: number;
	readonly duration: number;
	readonly detail: unknown;
};
type MarkOptions = { readonly startTime?: unknown; readonly detail?: unknown };
type MeasureOptions = { readonly start?: unknown; readonly end?: unknown; readonly duration?: unknown; readonly detail?: unknown };

let entries: Entry[] = [];

/** Whole milliseconds since the isolate began: a finer clock would measure what other processes do. */
export function now(): number {
	return clock() - timeOrigin;
}

function keep(entry: Entry): Entry {
	if (entries.length < MAXIMUM_ENTRIES) {
		entries.push(entry);
	}

	return entry;
}

function timeOf(mark: unknown): number {
	if (typeof mark === 'number') {
		return mark;
	}

	const found = entries.findLast(({ name, entryType }) => entryType === 'mark' && name === String(mark));
	if (found === undefined) {
		throw new DOMException(`The "${String(mark)}" performance mark has not been set`, 'SyntaxError');
	}

	return found.startTime;
}

function measure(name: unknown, from?: unknown, to?: unknown): Entry {
	const options: MeasureOptions = typeof from === 'object' && from !== null ? from : { start: from, end: to };
	const duration = options.duration === undefined ? null : Number(options.duration);
	const end =
		options.end === undefined
			? duration === null || options.start === undefined
				? now()
				: timeOf(options.start) + duration
			: timeOf(options.end);
	const start = options.start === undefined ? (duration === null ? 0 : end - duration) : timeOf(options.start);
	return keep({ name: String(name), entryType: 'measure', startTime: start, duration: end - start, detail: options.detail ?? null });
}

function clear(type: Entry['entryType']): (name?: unknown) => void {
	return (name) => {
		entries = entries.filter((entry) => entry.entryType !== type || (name !== undefined && entry.name !== String(name)));
	};
}

export const performance = {
	timeOrigin,
	now,
	mark: (name: unknown, { startTime, detail }: MarkOptions = {}): Entry =>
		keep({
			name: String(name),
			entryType: 'mark',
			startTime: startTime === undefined ? now() : Number(startTime),
			duration: 0,
			detail: detail ?? null,
		}),
	measure,
	getEntries: (): readonly Entry[] => entries.toSorted((a, b) => a.startTime - b.startTime),
	getEntriesByName: (name: unknown, type?: unknown): readonly Entry[] =>
		performance.getEntries().filter((entry) => entry.name === String(name) && (type === undefined || entry.entryType === type)),
	getEntriesByType: (type: unknown): readonly Entry[] => performance.getEntries().filter((entry) => entry.entryType === type),
	clearMarks: clear('mark'),
	clearMeasures: clear('measure'),
	eventLoopUtilization: () => ({ idle: 0, active: 0, utilization: 0 }),
	timerify: (work: unknown): unknown => work,
	toJSON: () => ({ timeOrigin, now: now() }),
};
