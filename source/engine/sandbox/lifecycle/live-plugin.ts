import { EngineError } from '../../errors.ts';
import type { PluginLimits } from '../../manifest.ts';
import { isCovered } from '../grants.ts';
import { permissionId, type Permission } from '../../permission.ts';
import type { TakeHost } from '../host-link.ts';
import type { CapabilityRequest, TaskProgress } from '../host-messages.ts';
import { taskMessage } from '../load-plugin.ts';
import { CallQueue } from './call-queue.ts';
import type { LiveFigures } from './call-rate.ts';
import { Course, type Transition } from './course.ts';
import { sayGoodbye } from './hand-over.ts';
import { Incarnation, methodMessage, type PluginSetup } from './incarnation.ts';
import { reload, requireServing } from './reload.ts';
import { Restarts } from './restarts.ts';
import { Seat } from './seat.ts';
import type { Lifecycle } from './states.ts';

export type LivePluginOptions = {
	readonly setup: PluginSetup;
	/** Where a host for this setup comes from. */
	readonly hostFor: (
		setup: PluginSetup,
		past: { readonly mayShare: boolean },
	) => { readonly takeHost: TakeHost; readonly isShared: boolean };
	readonly onTransition: (transition: Transition) => void;
	/** Answers requests for other plugins; null for those that are none. */
	readonly onMessage: (live: LivePlugin, request: CapabilityRequest) => Promise<string> | null;
	/** Throws `plugin-quarantined` for a version that may not start. */
	readonly requireAllowed: (setup: PluginSetup) => Promise<void>;
	readonly onQuarantine: (setup: PluginSetup, crashes: number) => void;
	readonly backOff?: (crashes: number) => number;
};

export type TaskRequest = {
	readonly task: string;
	readonly input: unknown;
	readonly signal: AbortSignal;
	readonly onProgress?: (progress: TaskProgress) => void;
};

/** A plugin that stays: started, called, given a new version while it runs, started again when it crashes, stopped. */
export class LivePlugin {
	readonly #options: LivePluginOptions;
	readonly #seat: Seat;
	readonly #course: Course;
	readonly #calls: CallQueue;
	readonly #restarts: Restarts;
	readonly #stopped = new AbortController();
	/** It asked something whose answer took too long for a shared process. */
	#isSlow = false;
	/** A start or a reload that goes on. */
	#underway: Promise<unknown> = Promise.resolve();
	/** The end of the version before. */
	#retired: Promise<unknown> = Promise.resolve();

	constructor(options: LivePluginOptions) {
		const { setup, onQuarantine } = options;
		this.#options = options;
		this.#seat = new Seat(setup);
		this.#course = new Course({ ...options, plugin: setup.plugin });
		this.#calls = new CallQueue(this.#seat, this.#course);
		this.#restarts = new Restarts({
			seat: this.#seat,
			course: this.#course,
			calls: this.#calls,
			stopped: this.#stopped.signal,
			start: (signal) => this.start(signal),
			onQuarantine,
		});
	}

	get setup(): PluginSetup {
		return this.#seat.setup;
	}

	get lifecycle(): Lifecycle {
		return this.#course.life;
	}

	get incarnation(): Incarnation | null {
		return this.#seat.incarnation;
	}

	get isShared(): boolean {
		return this.#seat.isShared;
	}

	/** Tasks it offers now. */
	get tasks(): readonly string[] {
		return this.#seat.tasks;
	}

	/** Why it crashed or could not be started last. */
	get lastFailure(): EngineError | null {
		return this.#seat.failure;
	}

	get figures(): LiveFigures {
		return { ...this.#calls.figures, restarts: this.#restarts.count, denied: this.#seat.denied };
	}

	/** Resolves when it is ready. Throws what kept it from starting; then it is stopped, or tried again later when it was a crash. */
	start(signal: AbortSignal): Promise<void> {
		const work = this.#start(signal);
		this.#underway = work.catch(() => undefined);
		return work;
	}

	/** Runs a task. Throws `task-not-found`, `plugin-busy`, `plugin-not-running`, and what `run` throws. */
	call({ task, input, signal, onProgress }: TaskRequest): Promise<unknown> {
		const { plugin, manifest, kind } = this.setup;
		if (kind === 'plugin' && !this.tasks.includes(task)) {
			const offered = this.tasks.length === 0 ? 'none' : this.tasks.join(', ');
			return Promise.reject(new EngineError('task-not-found', `${plugin} offers no task "${task}"; it offers ${offered}.`));
		}

		const message = taskMessage(manifest, { task, input });
		const work = { message, name: `Task "${task}"`, milliseconds: this.#wallMilliseconds() };
		return this.#calls.add(onProgress === undefined ? work : { ...work, onProgress }, signal);
	}

	/** Hands `handleMessage` a message. Null when there is no room: wait with `untilRoom`. */
	deliver(message: unknown): { readonly answer: Promise<unknown> } | null {
		return this.#calls.offer({
			message: methodMessage('handleMessage', message),
			name: 'handleMessage',
			milliseconds: this.#wallMilliseconds(),
		});
	}

	untilRoom(): Promise<void> {
		return this.#calls.untilRoom();
	}

	/**
	 * Another version takes over with the state of this one: loaded beside it, given its state, swapped in between two calls. On any
	 * failure the old one goes on as if nothing had been tried. Throws `reload-refused`, `plugin-failed` and what a start throws.
	 */
	reload(next: PluginSetup, signal: AbortSignal): Promise<void> {
		const work = this.#reload(next, AbortSignal.any([signal, this.#stopped.signal]));
		this.#underway = work.catch(() => undefined);
		return work;
	}

	/** Lets what is in flight end (two seconds), calls `shutdown`, and ends the process. What waits is refused. */
	async stop(reason: string): Promise<void> {
		this.#stopped.abort(new EngineError('plugin-not-running', `${this.setup.plugin} was stopped.`));
		this.#restarts.cancel();
		await this.#underway;
		await this.#retired;
		const { phase } = this.lifecycle;
		const { incarnation } = this;
		this.#calls.refuseWaiting();
		if (phase === 'backing-off') {
			this.#course.advance({ type: 'gave-up' });
		} else if (incarnation !== null && (phase === 'ready' || phase === 'executing')) {
			this.#course.advance({ type: 'drain' });
			// What does not end in time ends with the process.
			await this.#calls.untilIdle(incarnation).catch(() => undefined);
			this.#course.advanceIf('draining', { type: 'drained' });
			await this.#retire(incarnation, reason);
			this.#course.advanceIf('stopping', { type: 'ended' });
		}
	}

	/** Ends the process at once; it counts as stopped and not as a crash. */
	async kill(): Promise<void> {
		this.#seat.leaving = this.incarnation;
		this.incarnation?.end({ type: 'stopped', cause: new EngineError('plugin-not-running', `${this.setup.plugin} was killed.`) });
		await this.stop('killed');
	}

	setLimits(limits: PluginLimits): void {
		const { plugin, version, audit } = this.setup;
		audit({ event: 'limits-changed', plugin, version, ...limits });
		this.#seat.setup = { ...this.setup, limits };
		this.incarnation?.setLimits(limits);
	}

	/** Takes one grant away while the plugin runs; false when it had none like it. */
	revoke(permission: Permission): boolean {
		const grants = this.setup.grants.filter((grant) => !isCovered(grant, [permission]));
		if (grants.length === this.setup.grants.length) {
			return false;
		}

		const { plugin, version, audit } = this.setup;
		audit({ event: 'permission-revoked', plugin, version, permission: permissionId(permission), scope: 'run' });
		this.#seat.setup = { ...this.setup, grants };
		this.incarnation?.setGrants(grants);
		return true;
	}

	/** A message of it was denied. */
	countDenial(): void {
		this.#seat.countDenial();
	}

	/** Ends a quarantine. */
	release(): void {
		this.#course.advanceIf('quarantined', { type: 'release' });
	}

	async #start(signal: AbortSignal): Promise<void> {
		const setup = this.setup;
		await this.#options.requireAllowed(setup);
		this.#course.advance({ type: 'start' });
		const stop = AbortSignal.any([signal, this.#stopped.signal]);
		const { takeHost, isShared } = this.#options.hostFor(setup, { mayShare: this.#mayShare() });
		this.#seat.isShared = isShared;
		let incarnation: Incarnation | null = null;
		try {
			incarnation = await Incarnation.start(setup, {
				takeHost,
				signal: stop,
				onMessage: this.#onMessage,
				onSlowQuestion: this.#onSlowQuestion,
			});
			const started = incarnation;
			const onAbort = (): void => started.end({ type: 'stopped', cause: stop.reason });
			stop.addEventListener('abort', onAbort, { once: true });
			this.#course.advance({ type: 'loaded' });
			this.#seat.tasks = await incarnation.initialize();
			stop.removeEventListener('abort', onAbort);
			this.#course.advance({ type: 'initialized' });
			this.#seat.give(incarnation);
			this.#restarts.watch(incarnation);
			this.#calls.pump();
			this.#moveOut();
		} catch (error) {
			await this.#restarts.afterFailedStart(incarnation, { error, wasStopped: stop.aborted });
			throw error;
		}
	}

	async #reload(next: PluginSetup, signal: AbortSignal): Promise<void> {
		const parts = { seat: this.#seat, course: this.#course, calls: this.#calls };
		const old = requireServing(parts);
		await this.#options.requireAllowed(next);
		await this.#retired;
		const host = this.#options.hostFor(next, { mayShare: this.#mayShare() });
		const successor = await reload(next, { ...parts, host, signal, onMessage: this.#onMessage, onSlowQuestion: this.#onSlowQuestion });
		this.#restarts.watch(successor);
		// The new one works already; a stop and the next reload wait for the end of the old one.
		this.#retired = this.#retire(old, 'reloaded').catch((error: unknown) => void this.#seat.fail(error));
	}

	async #retire(incarnation: Incarnation, reason: string): Promise<void> {
		this.#seat.leaving = incarnation;
		await sayGoodbye(incarnation, reason);
		if (incarnation === this.incarnation) {
			this.#seat.give(null);
		}

		await incarnation.close({ type: 'stopped', cause: null }, { code: 'ok', exitCode: 0 });
	}

	readonly #onMessage = (request: CapabilityRequest): Promise<string> | null => this.#options.onMessage(this, request);

	readonly #onSlowQuestion = (): void => {
		this.#isSlow = true;
		this.#moveOut();
	};

	/** One that crashed in company starts again alone, and one that kept its neighbours waiting too. */
	#mayShare(): boolean {
		return this.lifecycle.crashes.length === 0 && !this.#isSlow;
	}

	/** With its state into a process of its own, as a reload of the same version. When that fails it stays, and is tried at its next slow question. */
	#moveOut(): void {
		const { phase } = this.lifecycle;
		if (this.#isSlow && this.isShared && (phase === 'ready' || phase === 'executing')) {
			this.reload(this.setup, this.#stopped.signal).catch((error: unknown) => void this.#seat.fail(error));
		}
	}

	#wallMilliseconds(): number {
		return (this.incarnation?.limits ?? this.setup.limits).wallMilliseconds;
	}
}
