import type { GenerationDiff, ListDifference } from '../../installed-state.ts';
import type { Generation } from '../../home/index.ts';
import type { Lock } from '../../lock.ts';
import { changesBetween } from '../apply/changes.ts';
import type { EngineContext } from '../engine-context.ts';

/** What one would see change on the way from one generation to another. Null means the current one. */
export async function diff(
	{ home }: EngineContext,
	{ from, to }: { readonly from: number; readonly to: number | null },
): Promise<GenerationDiff> {
	const before = await home.generation(from);
	const after = to === null ? await home.current() : await home.generation(to);
	return {
		from: before.number,
		to: after.number,
		changes: changesBetween(before.lock, after.lock),
		plugins: changedRoots(before.lock, after.lock),
		specs: changedSpecs(before.lock, after.lock),
		grants: changedGrants(before, after),
		held: difference(before.settings.held, after.settings.held),
		overrides: difference(before.settings.overrides, after.settings.overrides),
		disabled: difference(before.settings.disabled, after.settings.disabled),
	};
}

/** What `changes` does not show, since no package came or went. */
function changedRoots(before: Lock, after: Lock): ListDifference<string> {
	const { added, removed } = difference(Object.keys(before.roots), Object.keys(after.roots));
	return {
		added: added.filter((root) => hasPackage(before, packageOfRoot(after, root))),
		removed: removed.filter((root) => hasPackage(after, packageOfRoot(before, root))),
	};
}

/** The name of the package that a root stands for, which is another one for an alias. */
function packageOfRoot(lock: Lock, root: string): string | undefined {
	return lock.packages[lock.roots[root]?.instance ?? '']?.name;
}

function hasPackage(lock: Lock, name: string | undefined): boolean {
	return Object.values(lock.packages).some((locked) => locked.name === name);
}

/** Roots of both locks that are asked for differently. */
export function changedSpecs(before: Lock, after: Lock): GenerationDiff['specs'] {
	return Object.entries(after.roots).flatMap(([name, { spec }]) => {
		const old = before.roots[name]?.spec;
		return old === undefined || old === spec ? [] : [{ name, from: old, to: spec }];
	});
}

export function difference(before: readonly string[], after: readonly string[]): ListDifference<string> {
	return { added: after.filter((one) => !before.includes(one)), removed: before.filter((one) => !after.includes(one)) };
}

/** A grant that only moved to another version of its plugin is the same grant to a reader. */
export function changedGrants(before: Pick<Generation, 'grants'>, after: Pick<Generation, 'grants'>): GenerationDiff['grants'] {
	return { added: missingIn(before, after), removed: missingIn(after, before) };
}

function missingIn(there: Pick<Generation, 'grants'>, { grants }: Pick<Generation, 'grants'>): GenerationDiff['grants']['added'] {
	return grants
		.filter(({ plugin, permission }) => !there.grants.some((grant) => grant.plugin === plugin && grant.permission === permission))
		.map(({ plugin, permission }) => ({ plugin, permission }));
}
