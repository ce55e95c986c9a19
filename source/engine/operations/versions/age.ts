import type { LoadOptions } from '../../resolver/index.ts';
import { matchesAny } from '../../trust/index.ts';
import type { EngineContext } from '../engine-context.ts';

const MILLISECONDS_PER_HOUR = 3_600_000;

/** False for names that the policy exempts and for everything from a registry marked as the user's own. */
export function ageIsJudged(context: EngineContext, name: string): boolean {
	// Only a policy that marks registries needs to know where a package comes from.
	const isOwn = (own: string): boolean => sameRegistry(own, context.registry.registryFor(name));
	return !matchesAny(context.policy.ageExempt, name) && !context.policy.ownRegistries.some(isOwn);
}

/** What has to be told of publish times for ages to be judged. */
export function timesNeeded(context: EngineContext): Pick<LoadOptions, 'timesAfter'> {
	const { minimumAgeHours } = context.policy;
	return minimumAgeHours > 0 ? { timesAfter: context.clock().getTime() - minimumAgeHours * MILLISECONDS_PER_HOUR } : {};
}

/** Whole hours since publication. Null when the registry does not say or the age is not judged. */
export function ageHours(context: EngineContext, published: { readonly name: string; readonly at: number | null }): number | null {
	if (published.at === null || !ageIsJudged(context, published.name)) {
		return null;
	}

	return Math.floor((context.clock().getTime() - published.at) / MILLISECONDS_PER_HOUR);
}

function sameRegistry(a: string, b: string): boolean {
	return a.replace(/\/+$/, '') === b.replace(/\/+$/, '');
}
