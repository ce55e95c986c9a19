import { EngineError, toEngineError } from '../../errors.ts';
import type { CallOptions } from '../../events.ts';
import { MAXIMUM_LIMITS, type PluginLimits } from '../../manifest.ts';
import { type Permission, permissionId } from '../../permission.ts';
import type { RuntimeCalls, RuntimePlugin } from '../../runtime.ts';
import { type LivePlugin, type PluginSetup, Supervisor } from '../../sandbox/index.ts';
import { stripToLine } from '../../strip-controls.ts';
import type { EngineContext } from '../engine-context.ts';
import { openDoor } from '../cores/open-door.ts';
import { openSetup, type StartRequest } from './open-setup.ts';
import type { RuntimeChanges } from './runtime-changes.ts';
import { sandboxRules } from './sandbox-rules.ts';
import { snapshotOf } from './runtime-snapshot.ts';

const POOL_SIZE = 2;
const NEVER = new AbortController().signal;

type Call<Name extends 'call' | 'send' | 'stop' | 'setLimits' | 'revoke'> = Parameters<RuntimeCalls[Name]>[0];

/** The supervisor with a home behind it: what may run, with which grants, and what is on record. */
export class Runtime {
	readonly #context: EngineContext;
	readonly #changes: RuntimeChanges;
	readonly #supervisor: Supervisor;
	readonly #requests = new Map<string, StartRequest & { readonly startedAt: string }>();
	/** As they were last, until they are started again. */
	readonly #stopped = new Map<string, RuntimePlugin>();
	/** Resolves when other processes can reach this one, or cannot. */
	#door: Promise<AsyncDisposable | null> | null = null;

	constructor(context: EngineContext, changes: RuntimeChanges) {
		this.#context = context;
		this.#changes = changes;
		this.#supervisor = new Supervisor({
			poolSize: POOL_SIZE,
			rules: sandboxRules(context),
			quarantinedAfter: (plugin, version) => this.#quarantinedAfter(plugin, version),
			onQuarantine: (setup, crashes) => void this.#quarantine(setup, crashes),
			onTransition: ({ plugin, from, to }) => changes.changed({ at: this.#now(), plugin, from, to }),
		});
		changes.setList(() => this.#list());
	}

	#list(): readonly RuntimePlugin[] {
		const live = this.#supervisor.plugins.map((one) => this.#snapshot(one));
		const names = new Set(live.map(({ plugin }) => plugin));
		return [...live, ...[...this.#stopped.values()].filter(({ plugin }) => !names.has(plugin))];
	}

	prepare(): Promise<void> {
		return this.#supervisor.prepare();
	}

	async start(request: StartRequest, call: CallOptions): Promise<RuntimePlugin> {
		this.#door ??= openDoor(this.#context, { runtime: this, changes: this.#changes, onEvent: call.onEvent });
		await this.#door;
		const setup = await openSetup(this.#context, request, { ...call, changes: this.#changes });
		const { plugin } = setup;
		const before = this.#requests.get(plugin);
		this.#requests.set(plugin, { ...request, startedAt: this.#now() });
		try {
			const live = await this.#supervisor.start(setup, call.signal);
			return this.#snapshot(live);
		} catch (error) {
			if (before !== undefined && error instanceof EngineError && error.code === 'usage') {
				// It runs already, as it was started before.
				this.#requests.set(plugin, before);
			}

			throw error;
		} finally {
			if (this.#supervisor.plugins.some((live) => live.setup.plugin === plugin)) {
				this.#stopped.delete(plugin);
			}
		}
	}

	/** Starts one that was stopped with what it was started with before; one that never ran here, as it is installed. */
	async startAgain(target: string, call: CallOptions): Promise<RuntimePlugin> {
		const { startedAt: _, ...before } = this.#requests.get(target) ?? { target, allow: [], startedAt: '' };
		return this.start(before, call);
	}

	async call(
		{ plugin, task, input }: Call<'call'>,
		{ signal }: CallOptions,
	): Promise<{ readonly output: unknown; readonly milliseconds: number }> {
		const startedAt = performance.now();
		const output = await this.#supervisor.get(plugin).call({ task, input, signal });
		return { output, milliseconds: performance.now() - startedAt };
	}

	async send({ plugin, topic, data }: Call<'send'>, { signal }: CallOptions): Promise<unknown> {
		const cancelled = Promise.withResolvers<never>();
		const onAbort = (): void =>
			cancelled.reject(toEngineError(signal.reason, { code: 'cancelled', message: 'The message was cancelled.' }));
		signal.addEventListener('abort', onAbort, { once: true });
		try {
			return await Promise.race([this.#supervisor.send(plugin, { topic, data }), cancelled.promise]);
		} finally {
			signal.removeEventListener('abort', onAbort);
		}
	}

	async reload(plugin: string, call: CallOptions): Promise<RuntimePlugin> {
		const live = this.#supervisor.get(plugin);
		const request = this.#requests.get(plugin) ?? { target: plugin, allow: [] };
		const setup = await openSetup(this.#context, request, { ...call, changes: this.#changes });
		if (setup.plugin !== plugin) {
			throw new EngineError('reload-refused', `${request.target} holds ${setup.plugin} now, expected ${plugin}.`, {
				hint: 'Stop the plugin and start it again.',
			});
		}

		await live.reload(setup, call.signal);
		return this.#snapshot(live);
	}

	async stop({ plugin, force }: Call<'stop'>): Promise<void> {
		const live = this.#supervisor.get(plugin);
		await (force ? this.#supervisor.kill(plugin) : this.#supervisor.stop(plugin, 'stopped'));
		this.#stopped.set(plugin, this.#snapshot(live));
		this.#changes.changed(null);
	}

	async setLimits({ plugin, limits }: Call<'setLimits'>): Promise<RuntimePlugin> {
		const live = this.#supervisor.get(plugin);
		if (Object.keys(limits).length > 0) {
			const next = { ...live.setup.limits, ...limits };
			requireLimits(next);
			live.setLimits(next);
			this.#changes.changed(null);
		}

		return this.#snapshot(live);
	}

	async revoke({ plugin, permission }: Call<'revoke'>): Promise<RuntimePlugin> {
		const stopped = this.#stopped.get(plugin);
		if (stopped !== undefined) {
			this.#refuseFromNowOn(plugin, permission);
			return stopped;
		}

		const live = this.#supervisor.get(plugin);
		if (!live.revoke(permission)) {
			throw new EngineError('usage', `${plugin} has no grant ${stripToLine(permissionId(permission))}.`, {
				hint: `It has: ${live.setup.grants.map(permissionId).join(', ') || 'none'}`,
			});
		}

		this.#refuseFromNowOn(plugin, permission);
		this.#changes.changed(null);
		return this.#snapshot(live);
	}

	/** Neither a reload nor a start may bring it back. */
	#refuseFromNowOn(plugin: string, permission: Permission): void {
		const request = this.#requests.get(plugin);
		if (request !== undefined) {
			this.#requests.set(plugin, {
				...request,
				allow: withoutGrant(request.allow, permission),
				refused: [...(request.refused ?? []), permission],
			});
		}
	}

	/** Lets one that runs here start again at once. */
	release(plugin: string): void {
		this.#supervisor.plugins.find((live) => live.setup.plugin === plugin)?.release();
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await (await this.#door)?.[Symbol.asyncDispose]();
		await this.#supervisor[Symbol.asyncDispose]();
	}

	async #quarantinedAfter(plugin: string, version: string): Promise<number | null> {
		const found = (await this.#context.home.quarantine()).find((entry) => entry.plugin === plugin && entry.version === version);
		return found?.crashes ?? null;
	}

	/** Kept in the home, so that the next process does not start it either. */
	async #quarantine({ plugin, version }: PluginSetup, crashes: number): Promise<void> {
		const { home } = this.#context;
		try {
			await home.withMutex(
				async () => {
					const others = (await home.quarantine()).filter((entry) => entry.plugin !== plugin || entry.version !== version);
					await home.setQuarantine([...others, { plugin, version, crashes, at: this.#now() }]);
				},
				{ signal: NEVER, onWaiting: () => undefined },
			);
		} catch (error) {
			// Here it stays in quarantine all the same; only other processes do not know.
			const { message } = toEngineError(error, { code: 'internal', message: 'The quarantine could not be recorded.' });
			this.#changes.addLine({ at: this.#now(), plugin, stream: 'error', text: `plugward: ${message}` });
		}
	}

	#snapshot(live: LivePlugin): RuntimePlugin {
		const { plugin } = live.setup;
		const { target, startedAt } = this.#requests.get(plugin) ?? { target: plugin, startedAt: this.#now() };
		return snapshotOf(live, { target, startedAt });
	}

	#now(): string {
		return this.#context.clock().toISOString();
	}
}

function withoutGrant(grants: readonly Permission[], permission: Permission): readonly Permission[] {
	return grants.filter((grant) => permissionId(grant) !== permissionId(permission));
}

function requireLimits(limits: PluginLimits): void {
	for (const name of ['wallMilliseconds', 'cpuMilliseconds', 'memoryBytes'] as const) {
		if (!Number.isSafeInteger(limits[name]) || limits[name] < 1 || limits[name] > MAXIMUM_LIMITS[name]) {
			throw new EngineError('usage', `${name} is ${limits[name]}, expected 1 to ${MAXIMUM_LIMITS[name]}.`);
		}
	}
}
