import type { Problem } from './problem.ts';
import type { ResolveRequest } from './request.ts';
import type { Resolution, ResolvedPackage } from './resolution.ts';
import { contextProblems } from './verify-context.ts';
import { otherNames, readAsked } from './verify-names.ts';
import type { OtherNames } from './verify-names.ts';
import { OverrideCheck } from './verify-overrides.ts';
import type { Passed, RangeRules } from './verify-overrides.ts';
import { shapeProblems } from './verify-shape.ts';

/**
 * Checks a resolution against what the manifests in it say, edge by edge. It shares no code with the solver, and the rules of ranges
 * come from the caller: it knows nothing of slots, scopes or search, only of package.json. No problems: an empty list.
 */
export function verifyResolution(resolution: Resolution, request: ResolveRequest, rules: RangeRules): readonly Problem[] {
	const packages = new Map(resolution.packages.map((package_) => [package_.id, package_]));
	const overrides = new OverrideCheck(request, rules);
	let known: OtherNames | null = null;
	const names = (): OtherNames => (known ??= otherNames(resolution, request));
	const check: Check = { packages, request, rules, overrides, otherNames: names };
	const checked = new Set<string>();
	const edges: Problem[] = [];
	const checkEdges = (package_: ResolvedPackage, passed: Passed): void => {
		checked.add(package_.id);
		edges.push(...edgeProblems(package_, passed, check));
	};

	const contexts = contextProblems(resolution, { packages, overrides, checkEdges });
	for (const package_ of resolution.packages) {
		if (!checked.has(package_.id)) {
			checkEdges(package_, overrides.outside);
		}
	}

	return [
		...rootProblems(resolution, check),
		...edges,
		...policyProblems(resolution, check),
		...shapeProblems(resolution, { packages, platform: request.platform }),
		...contexts,
	];
}

type Check = {
	readonly packages: ReadonlyMap<string, ResolvedPackage>;
	readonly request: ResolveRequest;
	readonly rules: RangeRules;
	readonly overrides: OverrideCheck;
	/** Read when first needed, which is rare. */
	readonly otherNames: () => OtherNames;
};

/** npm lets `*` stand for every version, prereleases too. */
function matches({ rules }: Check, version: string, range: string): boolean {
	return range === '' || range === '*' || rules.satisfies(version, range);
}

function rootProblems({ roots }: Resolution, check: Check): Problem[] {
	return check.request.roots.flatMap(({ name, spec }): Problem[] => {
		const instance = Object.hasOwn(roots, name) ? roots[name]?.instance : undefined;
		const installed = instance === undefined ? undefined : check.packages.get(instance);
		if (installed === undefined) {
			return [{ code: 'root', at: name, text: `${name} was asked for and is not in the tree.` }];
		}

		const asked = readAsked(name, spec);
		const isRight = installed.name === asked.target && (asked.isTag || matches(check, installed.version, asked.range));
		return isRight ? [] : [{ code: 'root', at: name, text: `Expected ${name}@${spec}, got ${installed.id}.` }];
	});
}

function edgeProblems(package_: ResolvedPackage, passed: Passed, check: Check): Problem[] {
	const { manifest, dependencies, dropped, id } = package_;
	const asked = (name: string, spec: string): string => check.overrides.asked(passed, { name, spec });
	const bundled = new Set(manifest.bundledDependencies);
	const problems: Problem[] = [];
	const expected = new Map<string, { readonly range: string; readonly kind: 'edge' | 'peer'; readonly mayMiss: boolean }>();
	for (const [name, range] of Object.entries(manifest.peerDependencies)) {
		expected.set(name, {
			range: asked(name, range),
			kind: 'peer',
			mayMiss: manifest.optionalPeers.includes(name) || name === package_.name,
		});
	}

	for (const [name, range] of Object.entries(manifest.dependencies)) {
		expected.set(name, { range: asked(name, range), kind: 'edge', mayMiss: bundled.has(name) });
	}

	for (const [name, range] of Object.entries(manifest.optionalDependencies)) {
		expected.set(name, { range: asked(name, range), kind: 'edge', mayMiss: bundled.has(name) || Object.hasOwn(dropped, name) });
	}

	for (const [name, { range, kind, mayMiss }] of expected) {
		const target = Object.hasOwn(dependencies, name) ? dependencies[name] : undefined;
		if (target === undefined) {
			if (!mayMiss) {
				problems.push({ code: kind, at: id, text: `${id} needs ${name}@${range} and has no edge to it.` });
			}

			continue;
		}

		const text =
			package_.peers.includes(name) === (kind === 'peer')
				? edgeProblem({ name, range, target, kind }, check)
				: `has an edge to ${name} that is ${kind === 'peer' ? 'not ' : ''}marked as a peer.`;
		if (text !== null) {
			problems.push({ code: kind, at: id, text: `${id} ${text}` });
		}
	}

	const unexpected = Object.keys(dependencies).filter(
		(name) => !expected.has(name) || (bundled.has(name) && !package_.peers.includes(name)),
	);
	return [
		...problems,
		...unexpected.map((name): Problem => ({
			code: 'edge',
			at: id,
			text: `${id} has an edge to ${name} that its manifest does not ask for.`,
		})),
	];
}

function edgeProblem(
	{ name, range, target, kind }: { readonly name: string; readonly range: string; readonly target: string; readonly kind: 'edge' | 'peer' },
	check: Check,
): string | null {
	const installed = check.packages.get(target);
	if (installed === undefined) {
		return `has an edge to ${target}, which is not in the tree.`;
	}

	const asked = readAsked(name, range);
	// A peer is met by whatever is installed under the name, so what somebody else calls so may answer; the version still has to fit.
	const isRightPackage =
		installed.name === asked.target ||
		(kind === 'peer' && (installed.name === name || check.otherNames().has(`${name} ${installed.name}`)));
	const isRight = isRightPackage && (asked.isTag || matches(check, installed.version, asked.range));
	return isRight ? null : `needs ${name}@${range} and gets ${target}.`;
}

function policyProblems({ packages, roots }: Resolution, check: Check): Problem[] {
	const { minimumAgeMilliseconds, now, asOf, ageExempt } = check.request.policy;
	const isYoung = ({ name, version, publishedAt }: ResolvedPackage): boolean =>
		publishedAt !== null && minimumAgeMilliseconds > 0 && publishedAt > (asOf ?? now) - minimumAgeMilliseconds && !ageExempt(name, version);
	const young = packages.filter(isYoung);
	const asked = Object.entries(roots).map(([name, { spec }]) => [name, spec] as const);
	const named = young.length === 0 ? new Set<string>() : namedVersions(packages, [...asked, ...check.overrides.specs]);
	return [
		...packages.flatMap((package_) => forbiddenProblems(package_, check)),
		...young
			.filter(({ name, version }) => !named.has(`${name}@${version}`))
			.map(({ id }): Problem => ({ code: 'policy', at: id, text: `${id} is younger than the minimum age and nobody names it exactly.` })),
	];
}

/** `name@version` for whatever reads like one version; a range among them does no harm. */
function namedVersions(
	packages: readonly ResolvedPackage[],
	specs: readonly (readonly [name: string, spec: string])[],
): ReadonlySet<string> {
	const asking = packages.flatMap(({ manifest }) => [manifest.dependencies, manifest.optionalDependencies, manifest.peerDependencies]);
	const all = [...asking.flatMap((list) => Object.entries(list)), ...specs].map(([name, spec]) => readAsked(name, spec));
	return new Set(all.map(({ target, range }) => `${target}@${range.replace(/^[=v\s]+/u, '')}`));
}

function forbiddenProblems({ id, name, version, publishedAt, manifest }: ResolvedPackage, { request, rules }: Check): Problem[] {
	const { revoked, denied, asOf, engines } = request.policy;
	const problems: Problem[] = [];
	const problem = (text: string): number => problems.push({ code: 'policy', at: id, text: `${id} ${text}` });
	if (revoked.some((entry) => entry.name === name && entry.version === version)) {
		problem('is revoked and in the tree.');
	}

	for (const denial of denied) {
		if (denial.name === name && (denial.range === '*' || rules.satisfies(version, denial.range))) {
			problem(`is denied and in the tree: ${denial.reason}.`);
		}
	}

	const needed = manifest.engines['node'] ?? '*';
	if (engines === 'required' && !rules.satisfies(request.platform.node, needed)) {
		problem(`needs node ${needed}, and this is ${request.platform.node}.`);
	}

	if (asOf !== null && publishedAt !== null && publishedAt > asOf) {
		problem(`was published at ${publishedAt}, after the date asked for, ${asOf}.`);
	}

	return problems;
}
