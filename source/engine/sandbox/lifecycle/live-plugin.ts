import { EngineError, isAbort, toEngineError } from '../../errors.ts';
import type { PluginLimits } from '../../manifest.ts';
import type { RuntimePhase } from '../../runtime.ts';
import { isCovered } from '../grants.ts';
import { permissionId, type Permission } from '../../permission.ts';
import { CALL_WINDOW } from '../frames.ts';
import type { TakeHost } from '../host-process.ts';
import type { CapabilityRequest } from '../host-messages.ts';
import { taskMessage } from '../load-plugin.ts';
import { PluginEndedError, type PluginEnd } from '../plugin-end.ts';
import { CallRate, type LiveFigures } from './call-rate.ts';
import { handOver, sayGoodbye, startSuccessor } from './hand-over.ts';
import { Incarnation, methodMessage, type PluginSetup, type Work } from './incarnation.ts';
import { Inbox } from './inbox.ts';
import { asFailure, busy, notRunning, restless } from './refusals.ts';
import { Resting } from './resting.ts';
import { advance, backOffMilliseconds, INITIAL, type Lifecycle, type LifecycleEvent } from './states.ts';

const DRAIN_MILLISECONDS = 2000;

export type Transition = {
	readonly plugin: string;
	readonly from: RuntimePhase;
	readonly to: RuntimePhase;
	readonly event: LifecycleEvent['type'];
};

export type LivePluginOptions = {
	readonly setup: PluginSetup;
	/** Where a host for this setup comes from. */
	readonly hostFor: (setup: PluginSetup, crashes: number) => { readonly takeHost: TakeHost; readonly isShared: boolean };
	readonly onTransition: (transition: Transition) => void;
	/** Answers requests for other plugins; null for those that are none. */
	readonly onMessage: (live: LivePlugin, request: CapabilityRequest) => Promise<string> | null;
	/** Throws `plugin-quarantined` for a version that may not start. */
	readonly requireAllowed: (setup: PluginSetup) => Promise<void>;
	readonly onQuarantine: (setup: PluginSetup, crashes: number) => void;
	readonly backOff?: (crashes: number) => number;
};

type Job = {
	readonly work: Work;
	readonly bytes: number;
	readonly signal: AbortSignal | null;
	readonly resolve: (value: unknown) => void;
	readonly reject: (error: unknown) => void;
};

/**
 * A plugin that stays: started, called, given a new version while it runs, started again when it crashes. States.ts says what may
 * follow what; this drives it. What waits in the inbox outlives a crash and a reload; what is in flight does not outlive a crash.
 */
export class LivePlugin {
	readonly #options: LivePluginOptions;
	readonly #inbox = new Inbox<Job>();
	readonly #stopped = new AbortController();
	readonly #rate = new CallRate();
	readonly #resting = new Resting();
	#setup: PluginSetup;
	#life: Lifecycle = INITIAL;
	#incarnation: Incarnation | null = null;
	#tasks: readonly string[] = [];
	#isShared = false;
	/** The inbox keeps what comes until a reload is through. */
	#isPaused = false;
	#retryTimer: NodeJS.Timeout | null = null;
	/** Its end is wanted, however it comes. */
	#leaving: Incarnation | null = null;
	/** A start or a reload that goes on. */
	#underway: Promise<unknown> = Promise.resolve();
	/** The end of the version before. */
	#retired: Promise<unknown> = Promise.resolve();
	#calls = 0;
	#restarts = 0;
	#deniedBefore = 0;
	#lastFailure: EngineError | null = null;

	constructor(options: LivePluginOptions) {
		this.#options = options;
		this.#setup = options.setup;
	}

	get setup(): PluginSetup {
		return this.#setup;
	}

	get lifecycle(): Lifecycle {
		return this.#life;
	}

	get incarnation(): Incarnation | null {
		return this.#incarnation;
	}

	get isShared(): boolean {
		return this.#isShared;
	}

	/** Tasks it offers now. */
	get tasks(): readonly string[] {
		return this.#tasks;
	}

	/** Why it crashed or could not be started last. */
	get lastFailure(): EngineError | null {
		return this.#lastFailure;
	}

	get figures(): LiveFigures {
		const denied = (this.#incarnation?.denied() ?? []).reduce((sum, { count }) => sum + count, this.#deniedBefore);
		return { calls: this.#calls, restarts: this.#restarts, denied, waiting: this.#inbox.size, callsPerSecond: this.#rate.perSecond() };
	}

	/** Resolves when it is ready. Throws what kept it from starting; then it is stopped, or tried again later when it was a crash. */
	start(signal: AbortSignal): Promise<void> {
		const work = this.#start(signal);
		this.#underway = work.catch(() => undefined);
		return work;
	}

	async #start(signal: AbortSignal): Promise<void> {
		await this.#options.requireAllowed(this.#setup);
		this.#advance({ type: 'start' });
		const stop = AbortSignal.any([signal, this.#stopped.signal]);
		const { takeHost, isShared } = this.#options.hostFor(this.#setup, this.#life.crashes.length);
		this.#isShared = isShared;
		let incarnation: Incarnation | null = null;
		try {
			incarnation = await Incarnation.start(this.#setup, { takeHost, signal: stop, onMessage: this.#onMessage });
			const started = incarnation;
			const onAbort = (): void => started.end({ type: 'stopped', cause: stop.reason });
			stop.addEventListener('abort', onAbort, { once: true });
			this.#advance({ type: 'loaded' });
			this.#tasks = await incarnation.initialize();
			stop.removeEventListener('abort', onAbort);
			this.#advance({ type: 'initialized' });
			this.#adopt(incarnation);
		} catch (error) {
			await this.#failStart(incarnation, error, stop.aborted);
			throw error;
		}
	}

	/** Runs a task. Throws `task-not-found`, `plugin-busy`, `plugin-not-running`, and what `run` throws. */
	call({ task, input, signal }: { readonly task: string; readonly input: unknown; readonly signal: AbortSignal }): Promise<unknown> {
		const { plugin, manifest, kind, limits } = this.#setup;
		if (kind === 'plugin' && !this.#tasks.includes(task)) {
			const offered = this.#tasks.length === 0 ? 'none' : this.#tasks.join(', ');
			return Promise.reject(new EngineError('task-not-found', `${plugin} offers no task "${task}"; it offers ${offered}.`));
		}

		const milliseconds = this.#incarnation?.limits.wallMilliseconds ?? limits.wallMilliseconds;
		return this.#enqueue({ message: taskMessage(manifest, { task, input }), name: `Task "${task}"`, milliseconds }, signal);
	}

	/** Hands `handleMessage` a message. Null when there is no room: wait with `untilRoom`. */
	deliver(message: unknown): { readonly answer: Promise<unknown> } | null {
		const milliseconds = this.#incarnation?.limits.wallMilliseconds ?? this.#setup.limits.wallMilliseconds;
		const { promise, resolve, reject } = Promise.withResolvers<unknown>();
		const work = { message: methodMessage('handleMessage', message), name: 'handleMessage', milliseconds };
		const job = { work, bytes: work.message.input.length, signal: null, resolve, reject };
		if (!this.#inbox.push(job)) {
			return null;
		}

		this.#pump();
		return { answer: promise };
	}

	untilRoom(): Promise<void> {
		return this.#inbox.untilRoom();
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

	async #reload(next: PluginSetup, signal: AbortSignal): Promise<void> {
		const old = this.#incarnation;
		if (old === null || (this.#life.phase !== 'ready' && this.#life.phase !== 'executing')) {
			throw notRunning(this.#setup.plugin, this.#life);
		}

		await this.#options.requireAllowed(next);
		await this.#retired;
		this.#advance({ type: 'reload' });
		const from = this.#setup.version;
		const { takeHost, isShared } = this.#options.hostFor(next, this.#life.crashes.length);
		let successor: Incarnation | null = null;
		try {
			const started = await startSuccessor(next, { takeHost, signal, onMessage: this.#onMessage });
			successor = started.incarnation;
			this.#isPaused = true;
			await this.#untilIdle(old);
			await handOver(old, successor);
			this.#requireBoth(old, successor);
			this.#swap(successor, { tasks: started.tasks, isShared });
			this.#record({ event: 'plugin-reloaded', plugin: next.plugin, version: next.version, from, outcome: 'ok' });
		} catch (error) {
			await this.#rollBack(successor, { error, next, from });
			throw error;
		} finally {
			this.#isPaused = false;
			this.#pump();
		}

		// The new one works already; a stop and the next reload wait for the end of the old one.
		this.#retired = this.#retire(old, 'reloaded').catch((error: unknown) => void (this.#lastFailure = asFailure(error, old.setup.plugin)));
	}

	/** Lets what is in flight end (two seconds), calls `shutdown`, and ends the process. What waits is refused. */
	async stop(reason: string): Promise<void> {
		this.#stopped.abort(new EngineError('plugin-not-running', `${this.#setup.plugin} was stopped.`));
		if (this.#retryTimer !== null) {
			clearTimeout(this.#retryTimer);
		}

		await this.#underway;
		await this.#retired;
		const { phase } = this.#life;
		const incarnation = this.#incarnation;
		this.#refuseWaiting();
		if (phase === 'backing-off') {
			this.#advance({ type: 'gave-up' });
		} else if (incarnation !== null && (phase === 'ready' || phase === 'executing')) {
			this.#advance({ type: 'drain' });
			// What does not end in time ends with the process.
			await this.#untilIdle(incarnation).catch(() => undefined);
			this.#advanceIf('draining', { type: 'drained' });
			await this.#retire(incarnation, reason);
			this.#advanceIf('stopping', { type: 'ended' });
		}
	}

	/** Ends the process at once; it counts as stopped and not as a crash. */
	async kill(): Promise<void> {
		this.#leaving = this.#incarnation;
		this.#incarnation?.end({ type: 'stopped', cause: new EngineError('plugin-not-running', `${this.#setup.plugin} was killed.`) });
		await this.stop('killed');
	}

	setLimits(limits: PluginLimits): void {
		const { plugin, version } = this.#setup;
		this.#record({ event: 'limits-changed', plugin, version, ...limits });
		this.#setup = { ...this.#setup, limits };
		this.#incarnation?.setLimits(limits);
	}

	/** Takes one grant away while the plugin runs; false when it had none like it. */
	revoke(permission: Permission): boolean {
		const grants = this.#setup.grants.filter((grant) => !isCovered(grant, [permission]));
		if (grants.length === this.#setup.grants.length) {
			return false;
		}

		const { plugin, version } = this.#setup;
		this.#record({ event: 'permission-revoked', plugin, version, permission: permissionId(permission), scope: 'run' });
		this.#setup = { ...this.#setup, grants };
		this.#incarnation?.setGrants(grants);
		return true;
	}

	/** Ends a quarantine. */
	release(): void {
		this.#advanceIf('quarantined', { type: 'release' });
	}

	readonly #onMessage = (request: CapabilityRequest): Promise<string> | null => this.#options.onMessage(this, request);

	#enqueue(work: Work, signal: AbortSignal | null): Promise<unknown> {
		const { phase } = this.#life;
		if (phase === 'stopped' || phase === 'quarantined' || phase === 'stopping' || phase === 'draining') {
			return Promise.reject(notRunning(this.#setup.plugin, this.#life));
		}

		const { promise, resolve, reject } = Promise.withResolvers<unknown>();
		const job: Job = { work, bytes: work.message.input.length, signal, resolve, reject };
		if (!this.#inbox.push(job)) {
			return Promise.reject(busy(this.#setup.plugin, this.#inbox.size));
		}

		const onAbort = (): void => {
			if (this.#inbox.remove(job)) {
				reject(toEngineError(signal?.reason, { code: 'cancelled', message: 'The call was cancelled.' }));
			}
		};
		signal?.addEventListener('abort', onAbort, { once: true });
		this.#pump();
		return promise.finally(() => signal?.removeEventListener('abort', onAbort));
	}

	#pump(): void {
		const incarnation = this.#incarnation;
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

	#mayRun(incarnation: Incarnation): boolean {
		const { phase, inFlight } = this.#life;
		const isServing = phase === 'ready' || phase === 'executing' || phase === 'reloading';
		return isServing && incarnation.isAlive && !this.#isPaused && inFlight < CALL_WINDOW;
	}

	async #run({ work, signal, resolve, reject }: Job, incarnation: Incarnation): Promise<void> {
		this.#advance({ type: 'call-started' });
		this.#calls += 1;
		this.#rate.count();
		const { outcome, abort } = incarnation.run(work);
		// The place in the window is free when the plugin has answered, not when the caller went away.
		const onAbort = (): void => {
			abort();
			reject(toEngineError(signal?.reason, { code: 'cancelled', message: 'The call was cancelled.' }));
		};
		signal?.addEventListener('abort', onAbort, { once: true });
		try {
			resolve(await outcome);
		} catch (error) {
			reject(error);
		}

		signal?.removeEventListener('abort', onAbort);
		if (incarnation === this.#incarnation && incarnation.isAlive && this.#life.inFlight > 0) {
			this.#advance({ type: 'call-ended' });
		}

		if (this.#life.inFlight === 0) {
			this.#resting.tell();
		}

		this.#pump();
	}

	#adopt(incarnation: Incarnation): void {
		this.#incarnation = incarnation;
		void incarnation.ended.then((end) => this.#onEnded(incarnation, end));
		this.#pump();
	}

	/** Only for an end that nobody asked for: whoever ends an incarnation on purpose has taken it out first, or is draining it. */
	async #onEnded(incarnation: Incarnation, end: PluginEnd): Promise<void> {
		if (incarnation !== this.#incarnation || incarnation === this.#leaving) {
			return;
		}

		this.#lastFailure = incarnation.explain(new PluginEndedError(end), 'Something', '');
		this.#deniedBefore = this.figures.denied;
		this.#incarnation = null;
		this.#resting.tell();
		this.#advance({ type: 'crashed', at: Date.now() });
		try {
			await incarnation.close(end, null);
		} finally {
			this.#afterCrash();
		}
	}

	#afterCrash(): void {
		const { phase, retryAt, crashes } = this.#life;
		if (phase === 'quarantined') {
			this.#refuseWaiting();
			const { plugin, version } = this.#setup;
			this.#record({ event: 'plugin-quarantined', plugin, version, crashes: crashes.length });
			this.#options.onQuarantine(this.#setup, crashes.length);
		} else if (phase === 'backing-off' && retryAt !== null && !this.#stopped.signal.aborted) {
			this.#retryTimer = setTimeout(() => void this.#retry(), Math.max(0, retryAt - Date.now()));
		}
	}

	async #retry(): Promise<void> {
		this.#restarts += 1;
		try {
			await this.start(this.#stopped.signal);
		} catch (error) {
			// It is in the lifecycle and in the audit log; whoever waits for a call is told when the plugin is given up.
			this.#lastFailure = asFailure(error, this.#setup.plugin);
			if (this.#life.phase === 'stopped') {
				this.#refuseWaiting();
			}
		}
	}

	async #failStart(incarnation: Incarnation | null, error: unknown, wasStopped: boolean): Promise<void> {
		const failure = asFailure(error, this.#setup.plugin);
		this.#lastFailure = failure;
		const isFault = incarnation !== null && !wasStopped && !isAbort(error);
		this.#advance(isFault ? { type: 'crashed', at: Date.now() } : { type: 'gave-up' });
		try {
			if (incarnation !== null) {
				const end = incarnation.isAlive ? null : await incarnation.ended;
				await incarnation.close(end ?? { type: 'stopped', cause: null }, failure);
			}
		} finally {
			this.#afterCrash();
		}
	}

	#swap(successor: Incarnation, { tasks, isShared }: { readonly tasks: readonly string[]; readonly isShared: boolean }): void {
		this.#deniedBefore = this.figures.denied;
		this.#setup = successor.setup;
		this.#tasks = tasks;
		this.#isShared = isShared;
		this.#adopt(successor);
		this.#advance({ type: 'reloaded' });
	}

	async #rollBack(
		successor: Incarnation | null,
		{ error, next, from }: { readonly error: unknown; readonly next: PluginSetup; readonly from: string },
	): Promise<void> {
		const { code, exitCode } = toEngineError(error, { code: 'internal', message: 'The reload failed.' });
		this.#advanceIf('reloading', { type: 'rolled-back' });
		this.#record({ event: 'plugin-reloaded', plugin: next.plugin, version: next.version, from, outcome: code });
		if (successor !== null) {
			const end = successor.isAlive ? null : await successor.ended;
			await successor.close(end ?? { type: 'stopped', cause: null }, { code, exitCode });
		}
	}

	async #retire(incarnation: Incarnation, reason: string): Promise<void> {
		this.#leaving = incarnation;
		await sayGoodbye(incarnation, reason);
		if (incarnation === this.#incarnation) {
			this.#deniedBefore = this.figures.denied;
			this.#incarnation = null;
		}

		await incarnation.close({ type: 'stopped', cause: null }, { code: 'ok', exitCode: 0 });
	}

	/** Throws `reload-refused` when what is in flight does not end in time, or the plugin does. */
	async #untilIdle(incarnation: Incarnation): Promise<void> {
		if (this.#life.inFlight > 0 && incarnation.isAlive) {
			await this.#resting.within(DRAIN_MILLISECONDS, incarnation.ended);
		}

		if (this.#life.inFlight > 0 || !incarnation.isAlive) {
			throw restless(this.#setup.plugin, DRAIN_MILLISECONDS);
		}
	}

	#requireBoth(old: Incarnation, successor: Incarnation): void {
		if (!old.isAlive || !successor.isAlive || this.#life.phase !== 'reloading') {
			throw new EngineError('reload-refused', `${this.#setup.plugin} ended while its new version was taking over.`);
		}
	}

	#refuseWaiting(): void {
		for (const job of this.#inbox.clear()) {
			job.reject(notRunning(this.#setup.plugin, this.#life));
		}
	}

	#record(event: Parameters<PluginSetup['audit']>[0]): void {
		this.#setup.audit(event);
	}

	#advanceIf(phase: RuntimePhase, event: LifecycleEvent): void {
		if (this.#life.phase === phase) {
			this.#advance(event);
		}
	}

	#advance(event: LifecycleEvent): void {
		const from = this.#life;
		const to = advance(from, event, this.#options.backOff ?? backOffMilliseconds);
		if (to === null) {
			throw new EngineError('internal', `${this.#setup.plugin}: "${event.type}" cannot happen while it is ${from.phase}.`);
		}

		this.#life = to;
		this.#options.onTransition({ plugin: this.#setup.plugin, from: from.phase, to: to.phase, event: event.type });
	}
}
