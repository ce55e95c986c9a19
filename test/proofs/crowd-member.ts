// One of several processes that install, update, remove, roll back and collect in one home at once. Each operation opens the home anew, as
// a command does. Sends what happened to its parent when the time is over.
import { createEngine, EngineError, type CallOptions, type Engine } from '../../source/engine/index.ts';
import { pick, randomFrom } from './random.ts';
import { NAMES, VERSIONS } from './small-packages.ts';

export type CrowdMember = {
	readonly done: Readonly<Record<string, number>>;
	/** Refused because another process was first. */
	readonly stale: number;
	readonly waits: number;
	/** From the notice that somebody else is at work until the own work began. */
	readonly longestWaitMilliseconds: number;
	readonly notices: readonly string[];
};

const [home = '', npmrc = '', seconds = '5', seed = '1'] = process.argv.slice(2);
const random = randomFrom(Number(seed));
const end = performance.now() + Number(seconds) * 1000;
const done: Record<string, number> = {};
const notices = new Set<string>();
let stale = 0;
let waits = 0;
let longestWaitMilliseconds = 0;

function callOf(): CallOptions {
	let waitingSince: number | null = null;
	return {
		signal: new AbortController().signal,
		onEvent: (event) => {
			if (event.type === 'notice' && event.code === 'home-busy') {
				waits += waitingSince === null ? 1 : 0;
				waitingSince ??= performance.now();
				notices.add(event.text);
			} else if (event.type === 'step-started' && event.step === 'switch' && waitingSince !== null) {
				longestWaitMilliseconds = Math.max(longestWaitMilliseconds, performance.now() - waitingSince);
				waitingSince = null;
			}
		},
	};
}

async function operate(engine: Engine, verb: string, call: CallOptions): Promise<void> {
	const apply = async (plan: Awaited<ReturnType<Engine['planInstall']>>) => {
		await engine.applyPlan(plan, { ...call, decisions: [] });
	};
	switch (verb) {
		case 'install':
			return apply(await engine.planInstall([`${pick(random, NAMES)}@${pick(random, VERSIONS)}`], call));
		case 'remove':
			return apply(await engine.planRemove([pick(random, NAMES)], call));
		case 'rollback':
			return apply(await engine.planRollback(null, call));
		case 'read': {
			const { findings } = await engine.verify([], call);
			if (findings.length > 0) {
				throw new Error(`verify finds ${JSON.stringify(findings)}`);
			}

			return undefined;
		}
		default:
			await engine.collectGarbage({ newest: 3, olderThanDays: null, isDryRun: false }, call);
	}
}

// On a busy machine the time may be over before anything was done; whoever starves here never ends.
while (performance.now() < end || Object.keys(done).length === 0) {
	const verb = pick(random, ['install', 'install', 'install', 'remove', 'rollback', 'collect', 'read']);
	const environment = { HOME: `${home}-user`, NPM_CONFIG_USERCONFIG: npmrc, NPM_CONFIG_GLOBALCONFIG: `${npmrc}-none` };
	const engine = await createEngine({
		home,
		registry: null,
		offline: false,
		cwd: process.cwd(),
		environment,
		waitMilliseconds: 20_000,
		command: `plugward ${verb}`,
	});
	try {
		await operate(engine, verb, callOf());
		done[verb] = (done[verb] ?? 0) + 1;
	} catch (error) {
		// What another process changed or removed in between is refused; everything else is a failure of the proof.
		if (!(error instanceof EngineError) || !['plan-stale', 'not-installed', 'generation-not-found'].includes(error.code)) {
			throw error;
		}

		stale += 1;
	} finally {
		await engine[Symbol.asyncDispose]();
	}
}

process.send?.({ done, stale, waits, longestWaitMilliseconds, notices: [...notices] } satisfies CrowdMember);
