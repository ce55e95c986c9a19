import { permissionId, type Permission } from '../../permission.ts';
import type { ReviewedDependency, ReviewedScript, UpdateReview } from '../../update-review.ts';

const INSTALL_SCRIPTS: ReadonlySet<string> = new Set(['preinstall', 'install', 'postinstall']);
const DEPENDENCY_FIELDS = [
	['dependency', 'dependencies'],
	['optional', 'optionalDependencies'],
	['peer', 'peerDependencies'],
] as const;

type Two<T> = { readonly from: T; readonly to: T };

/** Scripts of two package.json files that differ; those that npm would run when installing first. */
export function compareScripts({ from, to }: Two<unknown>): readonly ReviewedScript[] {
	return differences(textsIn(from, 'scripts'), textsIn(to, 'scripts'))
		.map((one) => ({ ...one, runsOnInstall: INSTALL_SCRIPTS.has(one.name) }))
		.toSorted((a, b) => Number(b.runsOnInstall) - Number(a.runsOnInstall) || (a.name < b.name ? -1 : 1));
}

/** What two package.json files ask for that differs. */
export function compareDependencies({ from, to }: Two<unknown>): readonly ReviewedDependency[] {
	return DEPENDENCY_FIELDS.flatMap(([kind, field]) =>
		differences(textsIn(from, field), textsIn(to, field)).map((one) => ({ ...one, kind })),
	);
}

/** Permissions by id. A plain package asks for none. */
export function comparePermissions({ from, to }: Two<readonly Permission[] | null>): UpdateReview['permissions'] {
	const before = new Set((from ?? []).map(permissionId));
	const after = new Set((to ?? []).map(permissionId));
	return {
		added: [...after].filter((id) => !before.has(id)),
		removed: [...before].filter((id) => !after.has(id)),
		kept: [...after].filter((id) => before.has(id)),
	};
}

function differences(
	from: ReadonlyMap<string, string>,
	to: ReadonlyMap<string, string>,
): readonly { readonly name: string; readonly from: string | null; readonly to: string | null }[] {
	const names = [...new Set([...from.keys(), ...to.keys()])].toSorted();
	return names.flatMap((name) => {
		const [before, after] = [from.get(name) ?? null, to.get(name) ?? null];
		return before === after ? [] : [{ name, from: before, to: after }];
	});
}

/** The texts of one field of a package.json, which may hold anything. */
function textsIn(packageJson: unknown, field: string): ReadonlyMap<string, string> {
	const found = isRecord(packageJson) ? packageJson[field] : null;
	return new Map(isRecord(found) ? Object.entries(found).flatMap(([name, text]) => (typeof text === 'string' ? [[name, text]] : [])) : []);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
