import { toEngineError } from '../../errors.ts';
import { CALL_WINDOW } from '../frames.ts';
import { CallRate } from './call-rate.ts';
import type { Course } from './course.ts';
import type { Incarnation, Work } from './incarnation.ts';
import { Inbox } from './inbox.ts';
import { busy, notRunning, restless } from './refusals.ts';
import { Resting } from './resting.ts';
import type { Seat } from './seat.ts';

const DRAIN_MILLISECONDS = 2000;

type Job = {
	readonly work: Work;
	readonly bytes: number;
	readonly resolve: (value: unknown) => void;
	readonly reject: (error: unknown) => void;
	/** Asks the plugin to stop it; null while it waits. */
	abort: (() => void) | null;
	/** To be called once it is over: nobody need hear of a cancellation any more. */
	unwatch: () => void;
};

/** Calls and messages of one plugin: what waits outlives a crash and a reload, what is in flight does not outlive a crash. */
export class CallQueue {
	readonly #seat: Seat;
	readonly #course: Course;
	readonly #inbox = new Inbox<Job>();
	readonly #rate = new CallRate();
	readonly #resting = new Resting();
	#isPaused = false;
	#calls = 0;

	constructor(seat: Seat, course: Course) {
		this.#seat = seat;
		this.#course = course;
	}

	get figures(): { readonly calls: number; readonly waiting: number; readonly callsPerSecond: number } {
		return { calls: this.#calls, waiting: this.#inbox.size, callsPerSecond: this.#rate.perSecond() };
	}

	/** Throws `plugin-not-running`, `plugin-quarantined`, `plugin-busy`, and what the work comes to. */
	add(work: Work, signal: AbortSignal): Promise<unknown> {
		const { plugin } = this.#seat.setup;
		const { phase } = this.#course.life;
		if (phase === 'stopped' || phase === 'quarantined' || phase === 'stopping' || phase === 'draining') {
			return Promise.reject(notRunning(plugin, this.#course.life));
		}

		const { promise, resolve, reject } = Promise.withResolvers<unknown>();
		const job = jobOf(work, { resolve, reject });
		if (!this.#inbox.push(job)) {
			return Promise.reject(busy(plugin, this.#inbox.size));
		}

		const onAbort = (): void => {
			// The place in the window is free when the plugin has answered, not when the caller went away.
			if (job.abort === null) {
				this.#inbox.remove(job);
			} else {
				job.abort();
			}

			reject(toEngineError(signal.reason, { code: 'cancelled', message: 'The call was cancelled.' }));
		};
		signal.addEventListener('abort', onAbort, { once: true });
		job.unwatch = () => signal.removeEventListener('abort', onAbort);
		this.pump();
		return promise;
	}

	/** The same without an end of its own, whatever the phase. Null when there is no room: wait with `untilRoom`. */
	offer(work: Work): { readonly answer: Promise<unknown> } | null {
		const { promise, resolve, reject } = Promise.withResolvers<unknown>();
		if (!this.#inbox.push(jobOf(work, { resolve, reject }))) {
			return null;
		}

		this.pump();
		return { answer: promise };
	}

	untilRoom(): Promise<void> {
		return this.#inbox.untilRoom();
	}

	/** Begins what may be begun. */
	pump(): void {
		const { incarnation } = this.#seat;
		if (incarnation === null) {
			return;
		}

		while (this.#mayRun(incarnation)) {
			const job = this.#inbox.take();
			if (job === undefined) {
				return;
			}

			// What goes wrong in it is told to whoever waits for the job.
			void this.#run(job, incarnation);
		}
	}

	/** Keeps what comes until `resume`. */
	pause(): void {
		this.#isPaused = true;
	}

	resume(): void {
		this.#isPaused = false;
		this.pump();
	}

	/** Tells whoever waits for rest that nothing is in flight any more. */
	tellRest(): void {
		this.#resting.tell();
	}

	/** Throws `reload-refused` when what is in flight does not end in time, or the plugin does. */
	async untilIdle(incarnation: Incarnation): Promise<void> {
		if (this.#course.life.inFlight > 0 && incarnation.isAlive) {
			await this.#resting.within(DRAIN_MILLISECONDS, incarnation.ended);
		}

		if (this.#course.life.inFlight > 0 || !incarnation.isAlive) {
			throw restless(this.#seat.setup.plugin, DRAIN_MILLISECONDS);
		}
	}

	refuseWaiting(): void {
		for (const job of this.#inbox.clear()) {
			job.unwatch();
			job.reject(notRunning(this.#seat.setup.plugin, this.#course.life));
		}
	}

	#mayRun(incarnation: Incarnation): boolean {
		const { phase, inFlight } = this.#course.life;
		const isServing = phase === 'ready' || phase === 'executing' || phase === 'reloading';
		return isServing && incarnation.isAlive && !this.#isPaused && inFlight < CALL_WINDOW;
	}

	async #run(job: Job, incarnation: Incarnation): Promise<void> {
		this.#course.advance({ type: 'call-started' });
		this.#calls += 1;
		this.#rate.count();
		const { outcome, abort } = incarnation.run(job.work);
		job.abort = abort;
		try {
			job.resolve(await outcome);
		} catch (error) {
			job.reject(error);
		}

		job.unwatch();
		if (incarnation === this.#seat.incarnation && incarnation.isAlive && this.#course.life.inFlight > 0) {
			this.#course.advance({ type: 'call-ended' });
		}

		if (this.#course.life.inFlight === 0) {
			this.#resting.tell();
		}

		this.pump();
	}
}

function jobOf(work: Work, { resolve, reject }: Pick<Job, 'resolve' | 'reject'>): Job {
	return { work, bytes: work.message.input.length, resolve, reject, abort: null, unwatch: () => undefined };
}
