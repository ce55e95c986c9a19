import { EngineError } from '../../errors.ts';
import type { Level } from '../../evidence.ts';
import type { TakeHost } from '../host-link.ts';
import type { PluginSetup } from '../lifecycle/incarnation.ts';
import { quarantined } from '../lifecycle/refusals.ts';
import type { Transition } from '../lifecycle/course.ts';
import { LivePlugin } from '../lifecycle/live-plugin.ts';
import { USUAL_RULES, type SandboxRules } from '../sandbox-rules.ts';
import { isNative, ownHost } from '../native-runs.ts';
import { requireSandbox } from '../support.ts';
import { createBus, type Bus } from './bus.ts';
import { HostPool } from './host-pool.ts';
import { SharedHosts } from './shared-hosts.ts';

/** Levels whose plugins may share a process; every other plugin has one to itself. */
const SHARING_LEVELS: ReadonlySet<Level> = new Set(['core', 'verified']);

export type SupervisorOptions = {
	/** Hosts that stand ready before anybody needs them. */
	readonly poolSize: number;
	/** How hosts are started; left out for the usual way. */
	readonly rules?: SandboxRules;
	/** How many crashes put this version into quarantine; null when it may run. */
	readonly quarantinedAfter: (plugin: string, version: string) => Promise<number | null>;
	readonly onQuarantine: (setup: PluginSetup, crashes: number) => void;
	/** Each change of a plugin's state, except for the steps between ready and executing. */
	readonly onTransition: (transition: Transition) => void;
	/** After a crash; tests wait less. */
	readonly backOff?: (crashes: number) => number;
};

/** Everything that runs and stays, under one roof: pool, shared hosts, bus, and one `LivePlugin` for each name. */
export class Supervisor {
	readonly #options: SupervisorOptions;
	readonly #plugins = new Map<string, LivePlugin>();
	readonly #pool: HostPool;
	readonly #rules: SandboxRules;
	readonly #shared: SharedHosts;
	readonly #bus: Bus;
	#isClosed = false;

	constructor(options: SupervisorOptions) {
		this.#options = options;
		this.#rules = options.rules ?? USUAL_RULES;
		this.#pool = new HostPool(options.poolSize, this.#rules);
		this.#shared = new SharedHosts(this.#rules);
		this.#bus = createBus((plugin) => this.#plugins.get(plugin) ?? null);
	}

	/** Resolves when the pool is full. */
	async prepare(): Promise<void> {
		await requireSandbox(this.#rules);
		await this.#pool.fill();
	}

	get plugins(): readonly LivePlugin[] {
		return [...this.#plugins.values()];
	}

	/** For a run that needs one host once. */
	get takeHost(): TakeHost {
		return this.#pool.take;
	}

	/** Throws `plugin-not-running`. */
	get(plugin: string): LivePlugin {
		const live = this.#plugins.get(plugin);
		if (live === undefined) {
			throw new EngineError('plugin-not-running', `${plugin} was not started here.`, { hint: 'Start it first.' });
		}

		return live;
	}

	/** Throws `usage` when it runs already, `plugin-quarantined`, and what kept it from starting. */
	async start(setup: PluginSetup, signal: AbortSignal): Promise<LivePlugin> {
		await requireSandbox(this.#rules);
		const { plugin } = setup;
		const before = this.#plugins.get(plugin);
		if (this.#isClosed || (before !== undefined && !isOver(before))) {
			throw new EngineError('usage', `${plugin} runs already (${before?.lifecycle.phase ?? 'closing'}).`, {
				hint: 'Reload it, or stop it first.',
			});
		}

		const live = new LivePlugin({
			setup,
			hostFor: (wanted, past) => this.#hostFor(wanted, past),
			onTransition: (transition) => this.#onTransition(transition),
			onMessage: (sender, request) => this.#bus.handle(sender, request),
			requireAllowed: (wanted) => this.#requireAllowed(wanted),
			onQuarantine: this.#options.onQuarantine,
			...(this.#options.backOff === undefined ? {} : { backOff: this.#options.backOff }),
		});
		this.#plugins.set(plugin, live);
		await live.start(signal);
		return live;
	}

	/** A message from whoever started the plugins. */
	async send(plugin: string, message: { readonly topic: string; readonly data: unknown }): Promise<unknown> {
		return this.#bus.send(this.get(plugin), message);
	}

	async stop(plugin: string, reason: string): Promise<void> {
		const live = this.get(plugin);
		await live.stop(reason);
		this.#plugins.delete(plugin);
	}

	async kill(plugin: string): Promise<void> {
		const live = this.get(plugin);
		await live.kill();
		this.#plugins.delete(plugin);
	}

	async [Symbol.asyncDispose](): Promise<void> {
		this.#isClosed = true;
		await Promise.allSettled(this.plugins.map((live) => live.stop('closing')));
		this.#plugins.clear();
		await Promise.all([this.#pool[Symbol.asyncDispose](), this.#shared[Symbol.asyncDispose]()]);
	}

	/** One outside of an isolate never has company. */
	#hostFor(setup: PluginSetup, { mayShare }: { readonly mayShare: boolean }): { readonly takeHost: TakeHost; readonly isShared: boolean } {
		if (isNative(setup)) {
			return { takeHost: ownHost({ ...setup, rules: this.#rules }), isShared: false };
		}

		const { level, kind } = setup;
		const isShared = SHARING_LEVELS.has(level) && kind === 'plugin' && mayShare;
		return { takeHost: isShared ? this.#shared.take : this.#pool.take, isShared };
	}

	async #requireAllowed({ plugin, version }: PluginSetup): Promise<void> {
		const crashes = await this.#options.quarantinedAfter(plugin, version);
		if (crashes !== null) {
			throw quarantined(`${plugin}@${version}`, crashes);
		}
	}

	#onTransition(transition: Transition): void {
		const isBusyness = (phase: string): boolean => phase === 'ready' || phase === 'executing';
		if (transition.from !== transition.to && !(isBusyness(transition.from) && isBusyness(transition.to))) {
			this.#options.onTransition(transition);
		}
	}
}

function isOver({ lifecycle: { phase } }: LivePlugin): boolean {
	return phase === 'stopped' || phase === 'quarantined';
}
