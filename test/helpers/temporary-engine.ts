import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
	createEngine,
	type CallOptions,
	type Decision,
	type Engine,
	type EngineEvent,
	type EngineOptions,
	type Plan,
} from '../../source/engine/index.ts';

export type TemporaryEngine = AsyncDisposable & {
	readonly engine: Engine;
	/** Holds `home`, `project` and the npm configuration. */
	readonly folder: string;
	readonly home: string;
	readonly project: string;
	/** Everything the engine said so far. */
	readonly events: EngineEvent[];
	/** Options for one call that nobody cancels. */
	readonly call: CallOptions;
	/** Plans, applies and gives the plan. */
	readonly install: (specs: readonly string[], decisions?: readonly Decision[]) => Promise<Plan>;
	/** Another engine on the same home, as another process would have it. */
	readonly reopen: (changes?: Partial<EngineOptions>) => Promise<Engine>;
};

/** A real engine on a real home in a temporary folder, that talks to the registry given and to nothing of the machine's own configuration. */
export async function openTemporaryEngine(registry: string, changes: Partial<EngineOptions> = {}): Promise<TemporaryEngine> {
	const folder = await mkdtemp(join(tmpdir(), 'plugward-test-'));
	const userConfig = join(folder, 'npmrc');
	const project = await mkdtemp(join(folder, 'project-'));
	await writeFile(userConfig, `registry=${registry}\n`, { mode: 0o600 });
	const home = join(folder, 'home');
	const options: EngineOptions = {
		home,
		registry: null,
		offline: false,
		cwd: project,
		environment: { HOME: folder, NPM_CONFIG_USERCONFIG: userConfig, NPM_CONFIG_GLOBALCONFIG: join(folder, 'no-global-npmrc') },
		waitMilliseconds: 2000,
		command: 'test',
		...changes,
	};
	const opened: Engine[] = [];
	const reopen = async (more: Partial<EngineOptions> = {}): Promise<Engine> => {
		const another = await createEngine({ ...options, ...more });
		opened.push(another);
		return another;
	};
	const engine = await reopen();
	const events: EngineEvent[] = [];
	const call: CallOptions = { signal: new AbortController().signal, onEvent: (event) => events.push(event) };
	return {
		engine,
		folder,
		home,
		project,
		events,
		call,
		reopen,
		async install(specs, decisions = []) {
			const plan = await engine.planInstall(specs, call);
			await engine.applyPlan(plan, { ...call, decisions });
			return plan;
		},
		async [Symbol.asyncDispose]() {
			for (const one of opened) {
				await one[Symbol.asyncDispose]();
			}

			await rm(folder, { recursive: true, force: true });
		},
	};
}
