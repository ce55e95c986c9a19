import type { CallOptions } from '../../events.ts';
import type { Generation } from '../../home/index.ts';
import type { Lock } from '../../lock.ts';
import type { Plan } from '../../plan.ts';
import { assess } from '../apply/assess.ts';
import { asksDowngrades } from '../apply/asks-downgrades.ts';
import { asksRegistry } from '../apply/asks-registry.ts';
import type { EngineContext } from '../engine-context.ts';
import { nativeNotices, plannedPowers, powerNotices } from './plan-powers.ts';
import { scanPlanned } from './plan-scans.ts';

export type LockPlanRequest = {
	readonly kind: Plan['kind'];
	readonly command: string;
	readonly base: Generation;
	readonly lock: Lock;
	/** Root names whose permissions are asked for even when nothing about them changed. */
	readonly named?: ReadonlySet<string>;
	/** What was brought into the content store for it; nothing when left out. */
	readonly fetched?: { readonly bytes: number; readonly count: number };
	/** False where nothing is asked: a generation comes back with the permissions it holds. */
	readonly asksUser?: boolean;
	/** Told before what the assessment has to tell. */
	readonly notices?: Plan['notices'];
};

/** The plan that turns a generation into a lock. Everything the lock needs here is in the content store. */
export async function planOfLock(context: EngineContext, request: LockPlanRequest, options: CallOptions): Promise<Plan> {
	const { kind, command, base, lock, named = new Set(), asksUser = true, fetched = { bytes: 0, count: 0 }, notices = [] } = request;
	const assessment = await assess(
		context,
		{ base, lock, named, asksRegistry: asksRegistry({ kind }), asksDowngrades: asksDowngrades({ kind, command }), asksUser },
		options,
	);
	const powers = await plannedPowers(context, { base, lock }, options);
	return {
		kind,
		command,
		baseGeneration: base.number,
		targetGeneration: null,
		...assessment,
		packages: await scanPlanned(context, { base, lock, packages: assessment.packages }, options),
		notices: toldOnce([...(await nativeNotices(context, { base, lock })), ...powerNotices(powers), ...notices, ...assessment.notices]),
		...(powers.length === 0 ? {} : { powers }),
		fetchedBytes: fetched.bytes,
		fetchedCount: fetched.count,
		lock,
	};
}

/** Resolving and assessing see some of the same things, and the second knows of packages that nobody resolved. */
function toldOnce(notices: Plan['notices']): Plan['notices'] {
	return [...new Map(notices.map((notice) => [notice.text, notice])).values()];
}
