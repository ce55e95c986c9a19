import type { Level, Verdict } from '../../evidence.ts';
import type { Generation } from '../../home/index.ts';
import type { InstanceId } from '../../lock.ts';
import { judgeClosure } from '../../trust/index.ts';
import { judgeInstalled } from '../artefacts/judge-installed.ts';
import type { EngineContext } from '../engine-context.ts';
import { closureOf, idOfInstance } from '../locks/lock-queries.ts';

type Judged = { readonly id: string; readonly verdict: Verdict };

/** Verdicts by instance, for a caller that asks about several plugins: what they share is judged once. */
export type JudgedInstances = Map<InstanceId, Promise<Judged | null>>;

/** The lowest level of a plugin and everything it reaches, from evidence in the store. */
export async function effectiveLevelOf(
	context: EngineContext,
	{ lock, settings }: Generation,
	instance: InstanceId,
	judged: JudgedInstances = new Map(),
): Promise<Level> {
	const standings = await context.standings();
	const judgeOne = async (id: InstanceId): Promise<Judged | null> => {
		const locked = lock.packages[id];
		const receipt = locked === undefined ? null : await context.home.store.receipt(locked.integrity);
		return locked === undefined || receipt === null
			? null
			: {
					id: idOfInstance(lock, id),
					verdict: judgeInstalled(context, { locked, receipt, manifest: null, standings, acceptances: settings.acceptances }),
				};
	};
	const members = await Promise.all(closureOf(lock, instance).map((id) => judged.getOrInsertComputed(id, judgeOne)));
	const [plugin, ...dependencies] = members.filter((one) => one !== null);
	return plugin === undefined ? 'unknown' : judgeClosure(plugin, dependencies).level;
}
