import { EngineError } from '../../errors.ts';
import type { CallOptions } from '../../events.ts';
import type { Generation } from '../../home/index.ts';
import type { Plan } from '../../plan.ts';
import type { EngineContext } from '../engine-context.ts';
import type { SwitchKind } from '../apply/is-switch.ts';
import { uniquePackages } from '../locks/lock-queries.ts';
import { currentOrLost } from '../generations/lost-current.ts';
import { planOfLock } from './plan-of-lock.ts';
import { findRevokedVersion } from '../apply/revoked-version.ts';

/**
 * Plans to make an earlier generation current again: no network, no unpacking. Null means the one the current was made from. With a
 * number it needs no readable current generation: that is the way out of a damaged one.
 */
export async function planRollback(context: EngineContext, number: number | null, options: CallOptions): Promise<Plan> {
	const { generation: base, lost } = await currentOrLost(context.home);
	if (lost !== null && number === null) {
		throw lost;
	}

	const target = await targetOf(context, { base, number });
	const plan = await planTarget(context, { kind: 'rollback', command: `rollback ${target.number}`, base, target }, options);
	return lost === null ? plan : { ...plan, notices: [{ severity: 'warning', text: lost.message }, ...plan.notices] };
}

/** Plans to make any generation current, earlier or later than the present one. */
export async function planSwitch(context: EngineContext, number: number, options: CallOptions): Promise<Plan> {
	const base = await context.home.current();
	const target = await targetOf(context, { base, number });
	return planTarget(context, { kind: 'switch', command: `switch ${target.number}`, base, target }, options);
}

export type TargetPlanRequest = {
	readonly kind: SwitchKind;
	readonly command: string;
	readonly base: Generation;
	readonly target: Generation;
};

/** The common way of everything that makes an existing generation current. */
export async function planTarget(
	context: EngineContext,
	{ kind, command, base, target }: TargetPlanRequest,
	options: CallOptions,
): Promise<Plan> {
	await refuseRevoked(context, target);
	const plan = await planOfLock(context, { kind, command, base, lock: target.lock, asksUser: false }, options);
	return { ...plan, targetGeneration: target.number };
}

async function targetOf(
	context: EngineContext,
	{ base, number }: { readonly base: Generation; readonly number: number | null },
): Promise<Generation> {
	const wanted = number ?? base.meta.base;
	if (wanted < 1) {
		const text =
			base.number === 0
				? 'Nothing was installed yet, so there is nothing to go back to.'
				: `Generation ${base.number} is the first; there is none before it.`;
		throw new EngineError('generation-not-found', text, { hint: 'See what there is: plugward history' });
	}

	const target = await context.home.generation(wanted);
	if (!(await context.home.outlines()).some((generation) => generation.number === wanted)) {
		throw new EngineError(
			'generation-not-found',
			`Generation ${wanted} belongs to the profile "${target.meta.profile}", and this is "${context.home.profile}".`,
			{ hint: `See what differs: plugward diff ${wanted}. Work there: plugward profile switch ${target.meta.profile}` },
		);
	}

	return target;
}

/** Throws `policy-refused` when the generation would bring back a version that was revoked since. */
export async function refuseRevoked(context: EngineContext, target: Generation): Promise<void> {
	const hit = findRevokedVersion(uniquePackages(target.lock), await context.home.revocations());
	if (hit !== null) {
		throw new EngineError(
			'policy-refused',
			`Generation ${target.number} holds ${hit.name}@${hit.version}, which was revoked on ${hit.revokedAt}${hit.reason === null ? '' : `: ${hit.reason}`}.`,
			{ hint: 'Choose another generation: plugward history' },
		);
	}
}
