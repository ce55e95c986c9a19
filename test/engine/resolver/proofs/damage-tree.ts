import semver from 'semver';
import type { Resolution, ResolvedPackage, ResolveRequest } from '../../../../source/engine/resolver/index.ts';

/** A tree that breaks one rule, and the request by which it is judged. */
export type Damage = { readonly kind: string; readonly what: string; readonly resolution: Resolution; readonly request: ResolveRequest };

type Change = (package_: ResolvedPackage) => ResolvedPackage;

/** One tree for each way in which each package of it can be spoiled. Every one of them is wrong, whatever the universe. */
export function damages(resolution: Resolution, request: ResolveRequest): Damage[] {
	return [
		...resolution.packages.flatMap((package_) => [
			...edgeDamages(resolution, package_, new Set(request.overrides.map(({ name }) => name))),
			...droppedDamages(package_),
			...policyDamages(package_, request),
		]),
		...wholeDamages(resolution),
	].map(({ kind, what, change, ...changed }) => ({
		kind,
		what,
		resolution: change === undefined ? resolution : { ...resolution, packages: resolution.packages.map(change) },
		request,
		...changed,
	}));
}

type Spoiled = { readonly kind: string; readonly what: string; readonly change?: Change } & Partial<Pick<Damage, 'resolution' | 'request'>>;

function edgeDamages(resolution: Resolution, package_: ResolvedPackage, overridden: ReadonlySet<string>): Spoiled[] {
	const { id, dependencies, peers, manifest } = package_;
	return Object.entries(dependencies).flatMap(([name, target]): Spoiled[] => {
		const isPeer = peers.includes(name);
		const change = changeOf(id);
		const { [name]: _gone, ...rest } = dependencies;
		const kept = peers.filter((peer) => peer !== name);
		const mayMiss = isPeer ? manifest.optionalPeers.includes(name) : Object.hasOwn(manifest.optionalDependencies, name);
		const missing = {
			kind: isPeer ? 'missing peer' : 'missing edge',
			what: `${id} ${name}`,
			change: change({ dependencies: rest, peers: kept }),
		};
		return [
			...(mayMiss ? [] : [missing]),
			...(isPeer ? [] : [{ kind: 'edge called a peer', what: `${id} ${name}`, change: change({ peers: [...peers, name] }) }]),
			{ kind: 'edge to nowhere', what: `${id} ${name}`, change: change({ dependencies: { ...dependencies, [name]: 'nowhere@1.0.0' } }) },
			...resolution.packages.flatMap((other) => {
				const kind = other.id === target ? null : misdirection(resolution, package_, { name, other, isOverridden: overridden.has(name) });
				const moved = change({ dependencies: { ...dependencies, [name]: other.id } });
				return kind === null ? [] : [{ kind, what: `${id} ${name} -> ${other.id}`, change: moved }];
			}),
		];
	});
}

/** What is wrong with another target of the edge; null where it could be right. */
function misdirection(
	{ packages, roots }: Resolution,
	package_: ResolvedPackage,
	{ name, other, isOverridden }: { readonly name: string; readonly other: ResolvedPackage; readonly isOverridden: boolean },
): string | null {
	const { dependencies, peers, manifest } = package_;
	const isPeer = peers.includes(name);
	const text = { ...manifest.peerDependencies, ...manifest.dependencies, ...manifest.optionalDependencies }[name] ?? '';
	const isOther = other.name !== packages.find(({ id }) => id === dependencies[name])?.name;
	const isPlain = !isOverridden && !text.startsWith('npm:') && !isAlias(name, { packages, roots });
	if (isOther) {
		return isPlain && !isPeer ? 'edge to another package' : null;
	}

	if (isPeer && isOutermost(package_, roots) && Object.hasOwn(roots, name) && name !== package_.name) {
		return 'peer on another copy';
	}

	const isOutside =
		semver.validRange(text, { loose: true }) !== null && text !== '*' && !semver.satisfies(other.version, text, { loose: true });
	return isPlain && isOutside ? 'edge out of its range' : null;
}

function isAlias(name: string, { packages, roots }: Pick<Resolution, 'packages' | 'roots'>): boolean {
	const root = Object.hasOwn(roots, name) ? packages.find(({ id }) => id === roots[name]?.instance) : undefined;
	return root !== undefined && root.name !== name;
}

function changeOf(id: string): (changed: Partial<ResolvedPackage>) => Change {
	return (changed) => (other) => (other.id === id ? { ...other, ...changed } : other);
}

/** Roots see what everybody sees, so a peer of theirs has one right answer. */
function isOutermost({ id }: ResolvedPackage, roots: Resolution['roots']): boolean {
	return Object.values(roots).some(({ instance }) => instance === id);
}

function droppedDamages({ id, dropped, optional, manifest }: ResolvedPackage): Spoiled[] {
	const change = changeOf(id);
	const names = Object.keys(dropped).filter((name) => !manifest.bundledDependencies.includes(name));
	const [some] = names;
	const [required] = Object.keys(manifest.dependencies).filter((name) => !Object.hasOwn(manifest.optionalDependencies, name));
	return [
		...(some === undefined
			? []
			: [
					{ kind: 'dropped without a reason', what: `${id} ${some}`, change: change({ dropped: { ...dropped, [some]: '' } }) },
					{ kind: 'dropped and not told', what: `${id} ${some}`, change: change({ dropped: {} }) },
				]),
		...(required === undefined
			? []
			: [
					{
						kind: 'required one dropped',
						what: `${id} ${required}`,
						change: change({ dropped: { ...dropped, [required]: 'it was in the way' } }),
					},
				]),
		{ kind: 'optional by mistake', what: id, change: change({ optional: !optional }) },
	];
}

function policyDamages({ id, name, version }: ResolvedPackage, request: ResolveRequest): Spoiled[] {
	const { policy } = request;
	const judged = (changed: Partial<ResolveRequest['policy']>): ResolveRequest => ({ ...request, policy: { ...policy, ...changed } });
	return [
		{ kind: 'revoked', what: id, request: judged({ revoked: [{ name, version, reason: 'stolen' }] }) },
		{ kind: 'denied', what: id, request: judged({ denied: [{ name, range: version, reason: 'not here', lifts: null }] }) },
	];
}

function wholeDamages(resolution: Resolution): Spoiled[] {
	const { roots, packages } = resolution;
	const [first] = packages;
	const found: Spoiled[] = Object.keys(roots).map((name) => {
		const { [name]: _gone, ...rest } = roots;
		return { kind: 'missing root', what: name, resolution: { ...resolution, roots: rest } };
	});
	if (first !== undefined) {
		const stray = {
			...first,
			id: 'stray@1.0.0',
			name: 'stray',
			version: '1.0.0',
			dependencies: {},
			peers: [],
			dropped: {},
			optional: true,
		};
		const manifest = { ...first.manifest, dependencies: {}, optionalDependencies: {}, peerDependencies: {}, optionalPeers: [] };
		found.push(
			{ kind: 'stray package', what: 'stray', resolution: { ...resolution, packages: [...packages, { ...stray, manifest }] } },
			{ kind: 'one package twice', what: first.id, resolution: { ...resolution, packages: [...packages, first] } },
		);
	}

	for (const [name, root] of Object.entries(roots)) {
		const installed = packages.find(({ id }) => id === root.instance)?.name;
		for (const other of packages.filter((candidate) => candidate.name !== installed)) {
			found.push({
				kind: 'wrong root',
				what: `${name} -> ${other.id}`,
				resolution: { ...resolution, roots: { ...roots, [name]: { ...root, instance: other.id } } },
			});
		}
	}

	return found;
}
