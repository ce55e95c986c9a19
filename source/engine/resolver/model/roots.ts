import { EngineError } from '../../errors.ts';
import type { ResolveRequest, RootRequest } from '../request.ts';
import { allowedOf } from './edges.ts';
import type { Package, PackageTable, VersionSet } from './packages.ts';
import { allowNamed } from './policy.ts';
import type { PolicyMasks } from './policy.ts';
import { isPackageName, parseSpec } from './spec.ts';
import type { Spec } from './spec.ts';

export type Root = {
	/** What it is installed as. */
	readonly name: string;
	readonly spec: string;
	readonly package: Package;
	readonly allowed: VersionSet;
};

export type RootSpec = { readonly name: string; readonly text: string; readonly spec: Exclude<Spec, { readonly type: 'unsupported' }> };

/** Reads what was asked for, sorted by name; throws `spec-unsupported` and `spec-invalid`. */
export function readRootSpecs(roots: readonly RootRequest[]): RootSpec[] {
	const byName = new Map(roots.map((root) => [root.name, root]));
	return [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1)).map(readRootSpec);
}

function readRootSpec({ name, spec: text }: RootRequest): RootSpec {
	const spec = parseSpec(name, text);
	if (spec.type === 'unsupported') {
		throw new EngineError(
			'spec-unsupported',
			`${name} was asked for as ${spec.what}, but only versions from a registry can be installed.`,
			{
				hint: `Publish it to a registry, or ask for a version: ${name}@latest.`,
			},
		);
	}

	if (!isPackageName(name) || !isPackageName(spec.target)) {
		throw new EngineError('spec-invalid', `${JSON.stringify(name)} cannot be the name of a package.`, {
			hint: 'A name has letters, digits, dots and dashes, with at most one scope: @scope/name.',
		});
	}

	return { name, text, spec };
}

/** The versions a root allows. The package is known and exists. */
export function rootOf(
	{ name, text, spec }: RootSpec,
	{ table, policy, request }: { readonly table: PackageTable; readonly policy: PolicyMasks; readonly request: ResolveRequest },
): Root | null {
	const package_ = table.get(spec.target);
	if (package_ === undefined) {
		return null;
	}

	if (spec.type === 'range') {
		allowNamed(policy, package_, spec.range);
		return { name, spec: text, package: package_, allowed: allowedOf(package_, spec) };
	}

	return { name, spec: text, package: package_, allowed: taggedVersions(package_, spec.tag, { name, policy, request }) };
}

/**
 * A tag allows exactly the version it names, and the locked one while no update was asked for. When policy forbids that version
 * for its age, what precedes it is allowed instead.
 */
function taggedVersions(
	package_: Package,
	tag: string,
	{ name, policy, request }: { readonly name: string; readonly policy: PolicyMasks; readonly request: ResolveRequest },
): VersionSet {
	const exact = package_.tag(tag);
	const [tagged] = package_.members(exact);
	if (tagged === undefined) {
		return exact;
	}

	const rules = policy.forbidden(package_).filter(({ set }) => package_.has(set, tagged));
	const isTooNew = rules.length > 0 && rules.every(({ rule }) => rule === 'too-young' || rule === 'after-date');
	const earlier = isTooNew ? package_.members(package_.range(`<=${package_.index?.versionText(tagged)}`)) : [];
	const locked = lockedVersionOf(name, package_, request);
	const all = [tagged, ...earlier, ...(locked === -1 ? [] : [locked])];
	return all.length === 1 ? exact : package_.only(`tag ${tag} ${all.join(',')}`, () => all);
}

function lockedVersionOf(name: string, package_: Package, { lock, unlocked }: ResolveRequest): number {
	const root = lock !== null && Object.hasOwn(lock.roots, name) ? lock.roots[name] : undefined;
	if (lock === null || root === undefined || unlocked === 'all' || unlocked.includes(name)) {
		return -1;
	}

	const locked = Object.hasOwn(lock.packages, root.instance) ? lock.packages[root.instance] : undefined;
	return locked?.name === package_.name ? (package_.index?.indexOfVersion(locked.version) ?? -1) : -1;
}

/** Package name -> locked versions to prefer. */
export function lockedVersions({ lock, unlocked }: ResolveRequest): Map<string, Set<string>> {
	const locked = new Map<string, Set<string>>();
	if (lock === null || unlocked === 'all') {
		return locked;
	}

	const freed = new Set(unlocked.flatMap((name) => (Object.hasOwn(lock.roots, name) ? [lock.roots[name]?.instance ?? ''] : [])));
	for (const [id, { name, version }] of Object.entries(lock.packages)) {
		if (!freed.has(id)) {
			locked.set(name, (locked.get(name) ?? new Set()).add(version));
		}
	}

	return locked;
}
