import type { Problem } from './problem.ts';
import type { ResolveRequest } from './request.ts';
import type { Resolution, ResolvedPackage } from './resolution.ts';
import { satisfies as ownSatisfies } from './semver/range.ts';
import { contextProblems } from './verify-context.ts';

type Satisfies = (version: string, range: string) => boolean;

/**
 * Checks a resolution against what the manifests in it say, edge by edge. It shares no code with the solver: it knows nothing of
 * slots, scopes or search, only of package.json. No problems: an empty list.
 */
export function verifyResolution(resolution: Resolution, request: ResolveRequest, satisfies: Satisfies = ownSatisfies): readonly Problem[] {
	const packages = new Map(resolution.packages.map((package_) => [package_.id, package_]));
	const check: Check = { packages, request, matches: (version, range) => isEverything(range) || satisfies(version, range) };
	return [
		...rootProblems(resolution, check),
		...resolution.packages.flatMap((package_) => [...edgeProblems(package_, check), ...policyProblems(package_, resolution, check)]),
		...shapeProblems(resolution, packages),
		...contextProblems(resolution, packages),
	];
}

type Check = { readonly packages: ReadonlyMap<string, ResolvedPackage>; readonly request: ResolveRequest; readonly matches: Satisfies };

function isEverything(range: string): boolean {
	return range.trim() === '' || range.trim() === '*';
}

function rootProblems({ roots }: Resolution, check: Check): Problem[] {
	return check.request.roots.flatMap(({ name, spec }): Problem[] => {
		const instance = Object.hasOwn(roots, name) ? roots[name]?.instance : undefined;
		const installed = instance === undefined ? undefined : check.packages.get(instance);
		if (installed === undefined) {
			return [{ code: 'root', at: name, text: `${name} was asked for and is not in the tree.` }];
		}

		const asked = readAsked(name, spec);
		const isRight = installed.name === asked.target && (asked.isTag || check.matches(installed.version, asked.range));
		return isRight ? [] : [{ code: 'root', at: name, text: `Expected ${name}@${spec}, got ${installed.id}.` }];
	});
}

function edgeProblems(package_: ResolvedPackage, check: Check): Problem[] {
	const { manifest, dependencies, dropped, id } = package_;
	const bundled = new Set(manifest.bundledDependencies);
	const problems: Problem[] = [];
	const expected = new Map<string, { readonly range: string; readonly kind: 'edge' | 'peer'; readonly mayMiss: boolean }>();
	for (const [name, range] of Object.entries(manifest.peerDependencies)) {
		expected.set(name, { range, kind: 'peer', mayMiss: manifest.optionalPeers.includes(name) || name === package_.name });
	}

	for (const [name, range] of Object.entries(manifest.dependencies)) {
		expected.set(name, { range, kind: 'edge', mayMiss: bundled.has(name) });
	}

	for (const [name, range] of Object.entries(manifest.optionalDependencies)) {
		expected.set(name, { range, kind: 'edge', mayMiss: bundled.has(name) || Object.hasOwn(dropped, name) });
	}

	for (const [name, { range, kind, mayMiss }] of expected) {
		const target = Object.hasOwn(dependencies, name) ? dependencies[name] : undefined;
		if (target === undefined) {
			if (!mayMiss) {
				problems.push({ code: kind, at: id, text: `${id} needs ${name}@${range} and has no edge to it.` });
			}

			continue;
		}

		const text = edgeProblem({ name, range, target }, check);
		if (text !== null) {
			problems.push({ code: kind, at: id, text: `${id} ${text}` });
		}
	}

	const unexpected = Object.keys(dependencies).filter((name) => !expected.has(name));
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
	{ name, range, target }: { readonly name: string; readonly range: string; readonly target: string },
	check: Check,
): string | null {
	const installed = check.packages.get(target);
	if (installed === undefined) {
		return `has an edge to ${target}, which is not in the tree.`;
	}

	const override = check.request.overrides.find((candidate) => candidate.name === name);
	const asked = readAsked(name, override?.spec ?? range);
	// A peer is met by whatever is installed under the name, so an alias of a root may answer; the version still has to fit.
	return asked.isTag || check.matches(installed.version, asked.range) ? null : `needs ${name}@${asked.range} and gets ${target}.`;
}

function policyProblems(package_: ResolvedPackage, { packages, roots }: Resolution, { request }: Check): Problem[] {
	const { revoked, asOf, minimumAgeMilliseconds, now, ageExempt } = request.policy;
	const { id, name, version, publishedAt } = package_;
	const problems: Problem[] = [];
	if (revoked.some((entry) => entry.name === name && entry.version === version)) {
		problems.push({ code: 'policy', at: id, text: `${id} is revoked and in the tree.` });
	}

	if (asOf !== null && publishedAt !== null && publishedAt > asOf) {
		problems.push({ code: 'policy', at: id, text: `${id} was published at ${publishedAt}, after the date asked for, ${asOf}.` });
	}

	const isYoung = publishedAt !== null && minimumAgeMilliseconds > 0 && publishedAt > (asOf ?? now) - minimumAgeMilliseconds;
	if (isYoung && !ageExempt(name)) {
		const asking = packages.flatMap(({ manifest }) => [manifest.dependencies, manifest.optionalDependencies, manifest.peerDependencies]);
		const specs = [
			...asking.flatMap((list) => Object.values(list)),
			...Object.values(roots).map(({ spec }) => spec),
			...request.overrides.map(({ spec }) => spec),
		];
		if (!specs.some((spec) => spec.replace(/^npm:.*@|^[=v\s]+/u, '').trim() === version)) {
			problems.push({ code: 'policy', at: id, text: `${id} is younger than the minimum age and nobody names it exactly.` });
		}
	}

	return problems;
}

function shapeProblems({ roots, packages }: Resolution, known: ReadonlyMap<string, ResolvedPackage>): Problem[] {
	const problems: Problem[] = [];
	if (known.size !== packages.length) {
		problems.push({ code: 'shape', at: '', text: `Expected ${packages.length} different ids, got ${known.size}.` });
	}

	const reached = new Set(Object.values(roots).map(({ instance }) => instance));
	for (const id of reached) {
		for (const target of Object.values(known.get(id)?.dependencies ?? {})) {
			reached.add(target);
		}
	}

	for (const { id } of packages) {
		if (!reached.has(id)) {
			problems.push({ code: 'shape', at: id, text: `${id} is in the tree and nothing leads to it.` });
		}
	}

	return problems;
}

function readAsked(name: string, spec: string): { readonly target: string; readonly range: string; readonly isTag: boolean } {
	const alias = /^npm:(@?[^@]+)(?:@(.*))?$/u.exec(spec);
	const range = (alias === null ? spec : (alias[2] ?? '*')).trim();
	return { target: alias?.[1] ?? name, range, isTag: /^[a-z]/iu.test(range) && !/^[vx][\d.*x]*$/iu.test(range) };
}
