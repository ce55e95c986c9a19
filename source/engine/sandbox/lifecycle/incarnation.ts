import { EngineError, toEngineError } from '../../errors.ts';
import type { Level } from '../../evidence.ts';
import type { PluginLimits } from '../../manifest.ts';
import { permissionId, type Permission } from '../../permission.ts';
import { createBroker, type Broker } from '../broker/broker.ts';
import { eventOfEnd, explainEnd, type EndedPlugin } from '../explain-end.ts';
import { FrameBreach } from '../frames.ts';
import type { CallMessage, PluginMethod } from '../guest-calls.ts';
import type { TakeHost } from '../host-link.ts';
import { parsePluginJson, type CapabilityRequest, type TaskProgress } from '../host-messages.ts';
import { explainNoHost, hasSchema, loadMessageOf, taskMessage } from '../load-plugin.ts';
import { createLogSink } from '../log-sink.ts';
import { runtimeOf } from '../native-runs.ts';
import { answerPackageCall, NO_FILES } from '../package-files.ts';
import { PluginConnection, type ConnectionUse } from '../plugin-connection.ts';
import { createProgressTeller } from '../progress.ts';
import { PluginEndedError, type PluginEnd } from '../plugin-end.ts';
import type { DeniedCalls, RunPluginRequest } from '../run-request.ts';

/** One version of one plugin with everything it runs under. */
export type PluginSetup = Omit<RunPluginRequest, 'task' | 'input' | 'onStart' | 'signal' | 'takeHost'> & { readonly level: Level };

export type Work = {
	readonly message: CallMessage;
	/** To start a sentence about it: `Task "check"`. */
	readonly name: string;
	readonly milliseconds: number;
	readonly onProgress?: (progress: TaskProgress) => void;
};

export type IncarnationOptions = {
	readonly takeHost: TakeHost;
	readonly signal: AbortSignal;
	/** Answers what is for other plugins; null for what the broker answers. */
	readonly onMessage: (request: CapabilityRequest) => Promise<string> | null;
	/** It made its neighbours in a shared process wait. */
	readonly onSlowQuestion: () => void;
};

/** What answers the plugin's requests; another takes its place when grants change. */
type Rights = { broker: Broker; controller: AbortController; earlier: readonly DeniedCalls[] };

/** One process (or one place in a shared one) of a plugin, from load to end. A restart and a reload make another. */
export class Incarnation {
	readonly setup: PluginSetup;
	readonly startedAt = performance.now();
	readonly #connection: PluginConnection;
	readonly #rights: Rights;
	#limits: PluginLimits;
	/** How long a call had run when its deadline ended the plugin. */
	#overrunMilliseconds: number | null = null;

	private constructor(setup: PluginSetup, parts: { readonly connection: PluginConnection; readonly rights: Rights }) {
		this.setup = setup;
		this.#limits = setup.limits;
		this.#connection = parts.connection;
		this.#rights = parts.rights;
	}

	/** Loads the code; `plugin-started` is on record before a byte of it is sent. Throws `sandbox-unavailable`, `plugin-failed`, `cancelled`. */
	static async start(setup: PluginSetup, { takeHost, signal, onMessage, onSlowQuestion }: IncarnationOptions): Promise<Incarnation> {
		const { plugin, version, limits } = setup;
		let pid = 0;
		const rights: Rights = { broker: createBroker({ ...setup, pid: () => pid }), controller: new AbortController(), earlier: [] };
		try {
			const connection = await PluginConnection.start({
				load: loadMessageOf(setup, checksSchemas(setup)),
				code: setup.code,
				limits,
				takeHost,
				isLongLived: true,
				signal,
				onStart: (started) => {
					pid = started;
					setup.audit({
						event: 'plugin-started',
						plugin,
						version,
						pid,
						task: null,
						grants: setup.grants.map(permissionId),
						...runtimeOf(setup),
					});
				},
				onCapability: async (call) => onMessage(call) ?? rights.broker.handle(call, rights.controller.signal),
				onQuestion: async (call) =>
					(await answerPackageCall(setup.files ?? NO_FILES, call)) ?? rights.broker.handle(call, rights.controller.signal),
				onSlowQuestion,
				onLog: minutelySink({ ...setup, pid: () => pid }),
			});
			return new Incarnation(setup, { connection, rights });
		} catch (error) {
			throw explainNoHost(error, plugin);
		}
	}

	get pid(): number {
		return this.#connection.pid;
	}

	get isAlive(): boolean {
		return this.#connection.isAlive;
	}

	get use(): ConnectionUse {
		return this.#connection.use;
	}

	get limits(): PluginLimits {
		return this.#limits;
	}

	/** Why it ended; never rejects. */
	get ended(): Promise<PluginEnd> {
		return this.#connection.ended;
	}

	denied(): readonly DeniedCalls[] {
		return [...this.#rights.earlier, ...this.#rights.broker.denied()];
	}

	/** Waits until the module has run, calls `initialize`, and asks what of its tasks it offers. Throws `EngineError`. */
	async initialize(): Promise<readonly string[]> {
		const { manifest, plugin, limits } = this.setup;
		const declared = Object.keys(manifest?.tasks ?? {});
		await this.within(limits.wallMilliseconds, 'Loading', () => this.#connection.ready);
		if (this.setup.kind === 'plain') {
			return declared;
		}

		await this.run({ message: methodMessage('initialize'), name: 'initialize', milliseconds: limits.wallMilliseconds }).outcome;
		if (!(await this.has('getCapabilities'))) {
			return declared;
		}

		const offered = await this.run({
			message: methodMessage('getCapabilities'),
			name: 'getCapabilities',
			milliseconds: limits.wallMilliseconds,
		}).outcome;
		if (!Array.isArray(offered) || !offered.every((name) => typeof name === 'string' && declared.includes(name))) {
			throw new EngineError('plugin-failed', `getCapabilities of ${plugin} names more than the tasks its package.json declares.`, {
				hint: 'It returns a list of task names.',
			});
		}

		return offered;
	}

	async has(method: PluginMethod): Promise<boolean> {
		return (await this.#connection.ready).includes(method);
	}

	/** Runs one method under its deadline; an overrun kills the process. `abort` asks the plugin to stop what it does. */
	run(work: Work): { readonly outcome: Promise<unknown>; readonly abort: () => void } {
		try {
			const progress = work.onProgress === undefined ? null : createProgressTeller(work.onProgress);
			const { id, answer } = this.#connection.begin(work.message, progress?.tell);
			const outcome = this.within(work.milliseconds, work.name, async () => parsePluginJson(await answer), work.message.task);
			return { outcome: progress === null ? outcome : outcome.finally(progress.end), abort: () => this.#connection.abort(id) };
		} catch (error) {
			return { outcome: Promise.reject(this.explain(error, work.name, work.message.task)), abort: () => undefined };
		}
	}

	/** Whatever is not done in time ends the plugin. */
	async within<T>(milliseconds: number, name: string, wait: () => Promise<T>, task = ''): Promise<T> {
		const begunAt = performance.now();
		const timer = setTimeout(() => {
			this.#overrunMilliseconds = performance.now() - begunAt;
			this.end({ type: 'limit', limit: 'wall' });
		}, milliseconds);
		try {
			return await wait();
		} catch (error) {
			if (error instanceof FrameBreach) {
				this.end({ type: 'breach', reason: error.message });
			}

			throw this.explain(error, name, task);
		} finally {
			clearTimeout(timer);
		}
	}

	/** What holds from now on. What was begun under the old grants is cut off. */
	setGrants(grants: readonly Permission[]): void {
		const rights = this.#rights;
		rights.earlier = this.denied();
		rights.controller.abort();
		rights.controller = new AbortController();
		rights.broker = createBroker({ ...this.setup, grants, pid: () => this.pid });
	}

	setLimits(limits: PluginLimits): void {
		this.#limits = limits;
		this.#connection.setLimits(limits);
	}

	end(end: PluginEnd): void {
		this.#rights.controller.abort();
		this.#connection.finish(end);
	}

	/** Kills what lives, waits until it is gone, and writes how it ended. */
	async close(end: PluginEnd, outcome: { readonly code: string; readonly exitCode: number } | null): Promise<void> {
		this.end({ type: 'stopped', cause: null });
		await this.#connection[Symbol.asyncDispose]();
		const { plugin, version, audit } = this.setup;
		const ended = this.#describe('', '');
		const event = eventOfEnd(end, ended);
		if (event !== null) {
			audit(event);
		}

		const failure = outcome ?? explainEnd(end, ended);
		const { cpuMilliseconds, peakMemoryBytes } = this.use;
		audit({
			event: 'plugin-ended',
			plugin,
			version,
			pid: this.pid,
			outcome: failure.code,
			exitCode: failure.exitCode,
			milliseconds: Math.round(performance.now() - this.startedAt),
			cpuMilliseconds,
			peakMemoryBytes,
		});
	}

	explain(error: unknown, name: string, task: string): EngineError {
		const end: PluginEnd | null =
			error instanceof PluginEndedError ? error.end : error instanceof FrameBreach ? { type: 'breach', reason: error.message } : null;
		return end === null
			? toEngineError(error, { code: 'internal', message: `Running ${this.setup.plugin} failed inside plugward.` })
			: explainEnd(end, this.#describe(name, task));
	}

	#describe(work: string, task: string): EndedPlugin {
		const { plugin, version, map = '' } = this.setup;
		return {
			plugin,
			version,
			map,
			pid: this.pid,
			work,
			task,
			limits: this.#limits,
			use: this.use,
			elapsedMilliseconds: this.#overrunMilliseconds ?? performance.now() - this.startedAt,
			denied: this.denied(),
			wasCancelled: false,
		};
	}
}

/** A call of a method that is no task. */
export function methodMessage(method: PluginMethod, input: unknown = null): CallMessage {
	return { method, task: '', input: JSON.stringify(input), inputSchema: null, outputSchema: null };
}

function checksSchemas({ manifest }: PluginSetup): boolean {
	return Object.keys(manifest?.tasks ?? {}).some((task) => hasSchema(taskMessage(manifest, { task, input: null })));
}

/** The bound on output holds for each minute of a long life. */
function minutelySink(request: Parameters<typeof createLogSink>[0]): ReturnType<typeof createLogSink> {
	let sink = createLogSink(request);
	let since = performance.now();
	return (line) => {
		if (performance.now() - since > 60_000) {
			since = performance.now();
			sink = createLogSink(request);
		}

		sink(line);
	};
}
