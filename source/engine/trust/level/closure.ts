import type { Level, Verdict } from '../../evidence.ts';
import { LEVELS } from '../../evidence.ts';

export type ClosureMember = { readonly id: string; readonly verdict: Pick<Verdict, 'level'> };

/** The effective level of a plugin: code is only as trusted as the least trusted part of its closure. */
export type EffectiveLevel = {
	readonly level: Level;
	/** The dependency that holds it down, or null when the plugin itself is the lowest. */
	readonly limitedBy: string | null;
	readonly text: string;
};

/** `plugin` first, then its dependencies in any order; of several equally low ones the first by id is named. */
export function judgeClosure(plugin: ClosureMember, dependencies: readonly ClosureMember[]): EffectiveLevel {
	const rank = (member: ClosureMember): number => LEVELS.indexOf(member.verdict.level);
	const lowest = dependencies.toSorted((a, b) => rank(a) - rank(b) || (a.id < b.id ? -1 : 1))[0];
	if (lowest === undefined || rank(lowest) >= rank(plugin)) {
		return {
			level: plugin.verdict.level,
			limitedBy: null,
			text: `${plugin.id} and all it depends on are at least ${plugin.verdict.level}.`,
		};
	}

	return {
		level: lowest.verdict.level,
		limitedBy: lowest.id,
		text: `${plugin.id} is ${plugin.verdict.level} itself, but counts as ${lowest.verdict.level} because it depends on ${lowest.id}.`,
	};
}
