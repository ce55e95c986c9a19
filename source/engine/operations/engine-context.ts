import type { EngineOptions } from '../engine.ts';
import type { Home } from '../home/index.ts';
import type { LazyRegistryClient } from '../registry/index.ts';
import type { TrustPolicy, TrustRoots } from '../trust/index.ts';
import type { LoadedPolicy } from './load-policy.ts';
import type { Standings } from './people-and-policy/standings.ts';
import type { Platform } from './doctor/platform.ts';
import type { LazyRuntime } from './running/lazy-runtime.ts';
import type { RunningTasks } from './running/running-tasks.ts';

/** What every operation works with. */
export type EngineContext = {
	readonly options: EngineOptions;
	readonly home: Home;
	/** Reads npm's configuration when it is first asked. */
	readonly registry: LazyRegistryClient;
	readonly policy: TrustPolicy;
	/** Where each word of the policy comes from. */
	readonly policies: LoadedPolicy;
	/** Reads the policy files again after one of them was changed. */
	readonly reloadPolicies: () => Promise<void>;
	/** What people say; read when first asked for. */
	readonly standings: () => Promise<Standings>;
	readonly platform: Platform;
	readonly clock: () => Date;
	readonly running: RunningTasks;
	/** Loaded when the first plugin is started that stays. */
	readonly runtime: LazyRuntime;
	/** Sockets on which this engine itself is asked. */
	readonly ownDoors: Set<string>;
	/** Read and checked on the first call, which costs some milliseconds. */
	readonly trustRoots: () => Promise<TrustRoots>;
};
