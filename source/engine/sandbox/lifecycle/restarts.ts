import { isAbort } from '../../errors.ts';
import { PluginEndedError, type PluginEnd } from '../plugin-end.ts';
import type { CallQueue } from './call-queue.ts';
import type { Course } from './course.ts';
import type { Incarnation, PluginSetup } from './incarnation.ts';
import type { Seat } from './seat.ts';

export type RestartOptions = {
	readonly seat: Seat;
	readonly course: Course;
	readonly calls: CallQueue;
	/** Fires when the plugin is to stay down. */
	readonly stopped: AbortSignal;
	readonly start: (signal: AbortSignal) => Promise<void>;
	readonly onQuarantine: (setup: PluginSetup, crashes: number) => void;
};

/** What follows an end that nobody asked for: a start later, or quarantine. */
export class Restarts {
	readonly #options: RestartOptions;
	#timer: NodeJS.Timeout | null = null;
	#count = 0;

	constructor(options: RestartOptions) {
		this.#options = options;
	}

	/** How often it was started again. */
	get count(): number {
		return this.#count;
	}

	watch(incarnation: Incarnation): void {
		void incarnation.ended.then((end) => this.#onEnded(incarnation, end));
	}

	/** Forgets a start that waits for its time. */
	cancel(): void {
		if (this.#timer !== null) {
			clearTimeout(this.#timer);
		}
	}

	/** A start that failed counts as a crash when the plugin was at fault. */
	async afterFailedStart(
		incarnation: Incarnation | null,
		{ error, wasStopped }: { readonly error: unknown; readonly wasStopped: boolean },
	): Promise<void> {
		const { seat, course } = this.#options;
		const failure = seat.fail(error);
		const isFault = incarnation !== null && !wasStopped && !isAbort(error);
		course.advance(isFault ? { type: 'crashed', at: Date.now() } : { type: 'gave-up' });
		try {
			if (incarnation !== null) {
				const end = incarnation.isAlive ? null : await incarnation.ended;
				await incarnation.close(end ?? { type: 'stopped', cause: null }, failure);
			}
		} finally {
			this.#afterCrash();
		}
	}

	/** Whoever ends an incarnation on purpose has taken it out first, or is draining it. */
	async #onEnded(incarnation: Incarnation, end: PluginEnd): Promise<void> {
		const { seat, course, calls } = this.#options;
		if (incarnation !== seat.incarnation || incarnation === seat.leaving) {
			return;
		}

		seat.fail(incarnation.explain(new PluginEndedError(end), 'Something', ''));
		seat.give(null);
		calls.tellRest();
		course.advance({ type: 'crashed', at: Date.now() });
		try {
			await incarnation.close(end, null);
		} finally {
			this.#afterCrash();
		}
	}

	#afterCrash(): void {
		const { seat, course, calls, stopped, onQuarantine } = this.#options;
		const { phase, retryAt, crashes } = course.life;
		if (phase === 'quarantined') {
			calls.refuseWaiting();
			const { plugin, version, audit } = seat.setup;
			audit({ event: 'plugin-quarantined', plugin, version, crashes: crashes.length });
			onQuarantine(seat.setup, crashes.length);
		} else if (phase === 'backing-off' && retryAt !== null && !stopped.aborted) {
			this.#timer = setTimeout(() => void this.#retry(), Math.max(0, retryAt - Date.now()));
		}
	}

	async #retry(): Promise<void> {
		const { seat, course, calls, stopped, start } = this.#options;
		this.#count += 1;
		try {
			await start(stopped);
		} catch (error) {
			// It is in the lifecycle and in the audit log; whoever waits for a call is told when the plugin is given up.
			seat.fail(error);
			if (course.life.phase === 'stopped') {
				calls.refuseWaiting();
			}
		}
	}
}
