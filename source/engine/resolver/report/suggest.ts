import type { Suggestion } from '../failure.ts';
import type { Cause } from '../model/facts.ts';
import type { Override } from '../request.ts';
import { allNodes } from '../model/extract.ts';
import type { Tree } from '../model/extract.ts';
import { PolicyMasks } from '../model/policy.ts';
import type { Root } from '../model/roots.ts';
import type { Steps } from '../model/session.ts';
import { citedCauses } from './cited-causes.ts';
import type { Cited } from './cited-causes.ts';
import type { Effort } from './effort.ts';
import { forbiddenMembers } from './to-facts.ts';
import type { Relevant } from './to-facts.ts';
import { joined, minuteText } from './version-text.ts';

/** Each is proven by a solve, so only a few are tried. */
const MOST_TRIALS = 12;
const MOST_ROUNDS = 5;
const MOST_STEPS_BACK = 3;

type PeerCause = Extract<Cause, { readonly type: 'peer' }>;
type Trial = () => Steps<Suggestion | null>;

/** Changes to the request that do solve, smallest first: wait for no one, ask for another version, override, leave one out. */
export function* suggest(
	effort: Effort,
	{ roots, cited, relevant }: { readonly roots: readonly Root[]; readonly cited: Cited; readonly relevant: Relevant },
): Steps<Suggestion[]> {
	const involved = roots.filter(({ name }) => cited.has(`root ${name}`));
	const trials: Trial[] = [
		...youngTrials(effort, { roots, cited, relevant }),
		...involved.map(
			(root): Trial =>
				() =>
					tryOtherVersion(effort, roots, root),
		),
		...overrideTrials(effort, { roots, cited }),
		...(roots.length > 1
			? involved.map(
					(root): Trial =>
						() =>
							tryWithout(effort, roots, root),
				)
			: []),
	];
	const suggestions: Suggestion[] = [];
	for (const trial of trials.slice(0, MOST_TRIALS)) {
		const suggestion = yield* trial();
		if (suggestion !== null) {
			suggestions.push(suggestion);
		}
	}

	return suggestions.length > 0 ? suggestions : yield* suggestSeveral(effort, { roots, cited, involved });
}

/** Where no single change helps: other versions of the roots in the conflict, of all roots, overrides, else leaving out as few as will do. */
function* suggestSeveral(
	effort: Effort,
	{ roots, cited, involved }: { readonly roots: readonly Root[]; readonly cited: Cited; readonly involved: readonly Root[] },
): Steps<Suggestion[]> {
	const trials: Trial[] = [
		() => changeSeveral(effort, roots, involved),
		...(involved.length < roots.length ? [(): Steps<Suggestion | null> => changeSeveral(effort, roots, roots)] : []),
		() => dropSeveral(effort, roots),
		() => overrideSeveral(effort, roots, peersOf(cited)),
	];
	for (const trial of trials) {
		const suggestion = yield* trial();
		if (suggestion !== null) {
			return [suggestion];
		}
	}

	return [];
}

function peersOf(cited: Cited): PeerCause[] {
	const peers = [...cited.values()].filter((cause): cause is PeerCause => cause.type === 'peer');
	return [...new Map(peers.map((cause) => [`${cause.dependent.name} ${cause.name}`, cause])).values()];
}

/** Lets every dependent of a cited peer make do with another version, and of those cited when these no longer are in the way. */
function* overrideSeveral(effort: Effort, roots: readonly Root[], cited: readonly PeerCause[]): Steps<Suggestion | null> {
	let peers = cited;
	let tree: Tree | null = null;
	for (let round = 0; round < MOST_ROUNDS && tree === null; round += 1) {
		const question = yield* effort.session.withOverrides(
			peers.map((cause) => overrideBelow(cause, '*')),
			roots,
		);
		const solved = yield* effort.solve(question);
		if (solved.type === 'done') {
			tree = solved.tree;
		} else if (solved.type === 'unsolvable') {
			peers = [...peers, ...peersOf(citedCauses(solved)).filter((cause) => cause.spec !== '*')];
		}
	}

	return tree === null ? null : yield* proveOverrides(effort, roots, { peers, tree });
}

function* proveOverrides(
	effort: Effort,
	roots: readonly Root[],
	{ peers, tree }: { readonly peers: readonly PeerCause[]; readonly tree: Tree },
): Steps<Suggestion | null> {
	const chosen = peers.flatMap((cause) => {
		const [version, ...others] = versionsSeen(tree, cause);
		return version === undefined ? [] : [overrideBelow(cause, others.length === 0 ? `^${version}` : '*')];
	});
	const again = yield* effort.session.withOverrides(chosen, roots);
	const proven = yield* effort.solve(again);
	if (proven.type !== 'done') {
		return null;
	}

	const overrides = chosen.map(({ path, name, spec }) => ({ path: path.map((step) => step.name), name, range: spec }));
	const texts = overrides.map(({ path, name, range }) => `${name} to ${range} for ${joined(path)}`);
	return { type: 'overrides', overrides, sentence: `Override ${joined(texts)} at your own risk: they were not made for it.` };
}

function overrideBelow({ dependent, name }: PeerCause, spec: string): Override {
	return { path: [{ name: dependent.name, range: null }], name, range: null, spec };
}

function* changeSeveral(effort: Effort, roots: readonly Root[], free: readonly Root[]): Steps<Suggestion | null> {
	const relaxed = roots.map((root) => (free.includes(root) ? { ...root, allowed: root.package.range('*') } : root));
	const solved = yield* effort.solve({ roots: relaxed });
	const changed = free.flatMap((root) => {
		const version = solved.type === 'done' ? solved.tree.get(root.name)?.version : undefined;
		const isFine = version === undefined || root.package.has(root.allowed, version);
		return isFine ? [] : [{ root, version }];
	});
	if (changed.length === 0 || changed.some(({ root, version }) => isTooFarBack(effort, root, version))) {
		return null;
	}

	const specs = changed.map(({ root, version }) => [root.name, specOf(root, version)] as const);
	const sentence = `Ask for ${joined(specs.map(([name, spec]) => `${name}@${spec}`))} instead.`;
	return { type: 'change-roots', roots: Object.fromEntries(specs), sentence };
}

/** Leaves out a root of each conflict that is left, then takes back those that do no harm after all. */
function* dropSeveral(effort: Effort, roots: readonly Root[]): Steps<Suggestion | null> {
	let kept = roots;
	for (;;) {
		const solved = yield* effort.solve({ roots: kept });
		if (solved.type === 'done') {
			break;
		}

		const cited = solved.type === 'unsolvable' ? citedCauses(solved) : new Map();
		const dropped = kept.find(({ name }) => cited.has(`root ${name}`));
		if (dropped === undefined || kept.length === 1) {
			return null;
		}

		kept = kept.filter((root) => root !== dropped);
	}

	for (const root of roots.filter((each) => !kept.includes(each))) {
		const more = roots.filter((each) => each === root || kept.includes(each));
		const solved = yield* effort.solve({ roots: more });
		kept = solved.type === 'done' ? more : kept;
	}

	const names = roots.filter((each) => !kept.includes(each)).map(({ name }) => name);
	return names.length === 0 ? null : { type: 'drop-roots', names, sentence: `Leave out ${joined(names)}.` };
}

function specOf(root: Root, version: number): string {
	const range = `^${root.package.index?.versionText(version)}`;
	return root.package.name === root.name ? range : `npm:${root.package.name}@${range}`;
}

function youngTrials(
	effort: Effort,
	{ roots, cited, relevant }: { readonly roots: readonly Root[]; readonly cited: Cited; readonly relevant: Relevant },
): Trial[] {
	return [...cited.values()].flatMap((cause): Trial[] => {
		if (cause.type !== 'policy' || cause.rule !== 'too-young') {
			return [];
		}

		const newest = forbiddenMembers(cause, relevant).at(-1) ?? 0;
		const version = cause.package.index?.versionText(newest) ?? '';
		const published = cause.package.index?.publishedAt(newest) ?? 0;
		const { name } = cause.package;
		return [
			function* () {
				const policy = new PolicyMasks(effort.session.request, new Set([`${name}@${version}`]));
				const solved = yield* effort.solve({ roots, policy });
				const lifts = new Date(published + effort.session.request.policy.minimumAgeMilliseconds).toISOString();
				const sentence = `Ask for ${name}@${version} exactly to accept it although it is young, or wait until ${minuteText(lifts)}.`;
				return solved.type === 'done' ? { type: 'allow-young', name, version, lifts, sentence } : null;
			},
		];
	});
}

function* tryOtherVersion(effort: Effort, roots: readonly Root[], root: Root): Steps<Suggestion | null> {
	const everything = root.package.range('*');
	if (root.allowed.count === everything.count) {
		return null;
	}

	const relaxed = roots.map((other) => (other === root ? { ...root, allowed: everything } : other));
	const solved = yield* effort.solve({ roots: relaxed });
	const node = solved.type === 'done' ? solved.tree.get(root.name) : undefined;
	if (node === undefined || isTooFarBack(effort, root, node.version)) {
		return null;
	}

	const target = specOf(root, node.version);
	return {
		type: 'change-root',
		name: root.name,
		spec: target,
		sentence: `Ask for ${root.name}@${target} instead of ${root.name}@${root.spec}.`,
	};
}

/** A version that nobody would call a fix: a prerelease, or more than a few compatible ranges behind. */
function isTooFarBack(effort: Effort, { package: package_ }: Root, version: number): boolean {
	const stable = package_.range('>=0.0.0');
	const best = effort.session.preferences.best(package_, (i) => package_.has(stable, i));
	const between = new Set<string>();
	for (let i = version; i <= best; i += 1) {
		if (package_.has(stable, i)) {
			between.add(package_.bucketOf(i));
		}
	}

	return !package_.has(stable, version) || between.size > MOST_STEPS_BACK;
}

function overrideTrials(effort: Effort, { roots, cited }: { readonly roots: readonly Root[]; readonly cited: Cited }): Trial[] {
	const peers = [...cited.values()].filter((cause): cause is PeerCause => cause.type === 'peer');
	const ofRoots = new Map(peers.map((cause) => [cause.name, cause]));
	return [
		...[...ofRoots.values()].flatMap((cause): Trial[] => {
			const root = roots.find(({ name }) => name === cause.name);
			return root === undefined ? [] : [() => tryOverride(effort, roots, { cause, path: [], spec: root.spec })];
		}),
		...peers
			.filter(({ name }) => !roots.some((root) => root.name === name))
			.map(
				(cause): Trial =>
					() =>
						tryOverride(effort, roots, { cause, path: [cause.dependent.name], spec: '*' }),
			),
	];
}

/** Lets the dependent of the peer make do with another version: for `*` with the one that it leads to, if that solves too. */
function* tryOverride(
	effort: Effort,
	roots: readonly Root[],
	{ cause, path, spec }: { readonly cause: PeerCause; readonly path: readonly string[]; readonly spec: string },
): Steps<Suggestion | null> {
	const { name, dependent } = cause;
	const override: Override = { path: path.map((step) => ({ name: step, range: null })), name, range: null, spec };
	const question = yield* effort.session.withOverrides([override], roots);
	const solved = yield* effort.solve(question);
	if (solved.type !== 'done') {
		return null;
	}

	if (spec === '*') {
		const [version, ...others] = versionsSeen(solved.tree, cause);
		return version === undefined || others.length > 0 ? null : yield* tryOverride(effort, roots, { cause, path, spec: `^${version}` });
	}

	const below = path.length === 0 ? '' : ` for ${dependent.name}`;
	const sentence = `Override ${name} to ${spec}${below} at your own risk: ${dependent.name} was not made for it.`;
	return { type: 'override', path, name, range: spec, sentence };
}

/** The versions that the tree's dependents of the peer got. */
function versionsSeen(tree: Tree, { dependent, name }: PeerCause): string[] {
	const seen = allNodes(tree).flatMap(({ slot, edges }) => {
		const target = slot.package === dependent ? edges.get(name) : undefined;
		return target === undefined ? [] : [target.slot.package.index?.versionText(target.version) ?? ''];
	});
	return [...new Set(seen)];
}

function* tryWithout(effort: Effort, roots: readonly Root[], root: Root): Steps<Suggestion | null> {
	const solved = yield* effort.solve({ roots: roots.filter((other) => other !== root) });
	return solved.type === 'done' ? { type: 'drop-root', name: root.name, sentence: `Leave out ${root.name}.` } : null;
}
