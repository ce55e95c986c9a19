import { inContext } from './async-context.ts';
import { FROM_GUEST } from '../guest-calls.ts';
import { sendToHost } from './bridge.ts';

type Timer = { at: number; readonly every: number | null; readonly delay: number; readonly run: () => void; isReferenced: boolean };

const MAXIMUM_TIMERS = 10_000;
const MAXIMUM_DELAY = 2_147_483_647;
const timers = new Map<number, Timer>();
const { now } = Date;
let lastId = 0;
let armedAt = Number.POSITIVE_INFINITY;

/** The handle of node and of browsers in one: a number with the methods packages call on it. */
export class Timeout {
	readonly id: number;

	constructor(id: number) {
		this.id = id;
	}

	ref(): this {
		return this.#setReferenced(true);
	}

	unref(): this {
		return this.#setReferenced(false);
	}

	hasRef(): boolean {
		return timers.get(this.id)?.isReferenced === true;
	}

	refresh(): this {
		const timer = timers.get(this.id);
		if (timer !== undefined) {
			timer.at = now() + timer.delay;
			armNext();
		}

		return this;
	}

	close(): this {
		timers.delete(this.id);
		return this;
	}

	#setReferenced(isReferenced: boolean): this {
		const timer = timers.get(this.id);
		if (timer !== undefined) {
			timer.isReferenced = isReferenced;
		}

		return this;
	}

	[Symbol.toPrimitive](): number {
		return this.id;
	}
}

export function setTimeout(callback: (...args: unknown[]) => void, delay: unknown = 0, ...args: unknown[]): Timeout {
	return addTimer(() => callback(...args), delay, { repeats: false });
}

export function setInterval(callback: (...args: unknown[]) => void, delay: unknown = 0, ...args: unknown[]): Timeout {
	return addTimer(() => callback(...args), delay, { repeats: true });
}

export function setImmediate(callback: (...args: unknown[]) => void, ...args: unknown[]): Timeout {
	return addTimer(() => callback(...args), 0, { repeats: false });
}

export function queueTask(task: () => void): void {
	const bound = inContext(task);
	void (async () => {
		await Promise.resolve();
		bound();
	})();
}

export function clearTimer(handle: unknown): void {
	timers.delete(Number(handle));
}

/** Timers that keep a program alive. */
export function activeTimers(): number {
	return [...timers.values()].filter(({ isReferenced }) => isReferenced).length;
}

/** Called by the host when the one wake-up it holds for us is due. An error of a callback ends the call, as it would end node. */
export function runDueTimers(): void {
	armedAt = Number.POSITIVE_INFINITY;
	const time = now();
	const due = [...timers].filter(([, timer]) => timer.at <= time).sort(([, a], [, b]) => a.at - b.at);
	try {
		for (const [id, timer] of due) {
			if (!timers.has(id)) {
				continue;
			}

			if (timer.every === null) {
				timers.delete(id);
			} else {
				timer.at = time + timer.every;
			}

			timer.run();
		}
	} finally {
		armNext();
	}
}

function addTimer(run: () => void, delay: unknown, { repeats }: { readonly repeats: boolean }): Timeout {
	if (timers.size >= MAXIMUM_TIMERS) {
		throw new RangeError(`A plugin may hold ${MAXIMUM_TIMERS} timers at once.`);
	}

	const wanted = Number(delay);
	const milliseconds = wanted >= 1 && wanted <= MAXIMUM_DELAY ? wanted : 1;
	lastId += 1;
	timers.set(lastId, {
		at: now() + milliseconds,
		every: repeats ? milliseconds : null,
		delay: milliseconds,
		run: inContext(run),
		isReferenced: true,
	});
	armNext();
	return new Timeout(lastId);
}

function armNext(): void {
	let next = Number.POSITIVE_INFINITY;
	for (const timer of timers.values()) {
		next = Math.min(next, timer.at);
	}

	if (next < armedAt) {
		armedAt = next;
		sendToHost(FROM_GUEST.armTimer, Math.max(1, next - now()), '');
	}
}
