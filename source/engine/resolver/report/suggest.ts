import type { Suggestion } from '../failure.ts';
import { EdgeReader } from '../model/edges.ts';
import { PolicyMasks } from '../model/policy.ts';
import type { Root } from '../model/roots.ts';
import type { Session, Steps } from '../model/session.ts';
import type { Cited } from './cited-causes.ts';
import { forbiddenMembers } from './to-facts.ts';
import type { Relevant } from './to-facts.ts';
import { joined, minuteText } from './version-text.ts';

/** Each is proven by a solve, so only a few are tried. */
const MOST_TRIALS = 8;
const MOST_STEPS_BACK = 3;
const MOST_CONFLICTS_OF_A_TRIAL = 500;

type Trial = () => Steps<Suggestion | null>;

/** Changes to the request that do solve, smallest first: wait for no one, ask for another version, override, leave one out. */
export function* suggest(
	session: Session,
	{ roots, cited, relevant }: { readonly roots: readonly Root[]; readonly cited: Cited; readonly relevant: Relevant },
): Steps<Suggestion[]> {
	const involved = roots.filter(({ name }) => cited.has(`root ${name}`));
	const trials: Trial[] = [
		...youngTrials(session, { roots, cited, relevant }),
		...involved.map(
			(root): Trial =>
				() =>
					tryOtherVersion(session, roots, root),
		),
		...overrideTrials(session, { roots, cited }),
		...(roots.length > 1
			? involved.map(
					(root): Trial =>
						() =>
							tryWithout(session, roots, root),
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

	return suggestions.length > 0 ? suggestions : yield* suggestSeveral(session, roots, involved);
}

/** Where no single change helps: other versions of all roots in the conflict, else leaving out one after the other. */
function* suggestSeveral(session: Session, roots: readonly Root[], involved: readonly Root[]): Steps<Suggestion[]> {
	const relaxed = roots.map((root) => (involved.includes(root) ? { ...root, allowed: root.package.range('*') } : root));
	const solved = yield* session.solve({ roots: relaxed, mostConflicts: MOST_CONFLICTS_OF_A_TRIAL });
	const changed = involved.flatMap((root) => {
		const version = solved.type === 'done' ? solved.tree.get(root.name)?.version : undefined;
		const isFine = version === undefined || root.package.has(root.allowed, version);
		return isFine ? [] : [{ root, version }];
	});
	if (changed.length > 0 && changed.every(({ root, version }) => !isTooFarBack(session, root, version))) {
		const specs = changed.map(({ root, version }) => [root.name, specOf(root, version)] as const);
		const sentence = `Ask for ${joined(specs.map(([name, spec]) => `${name}@${spec}`))} instead.`;
		return [{ type: 'change-roots', roots: Object.fromEntries(specs), sentence }];
	}

	let kept = roots;
	const names: string[] = [];
	for (const root of involved) {
		kept = kept.filter((other) => other !== root);
		names.push(root.name);
		const fewer = yield* session.solve({ roots: kept, mostConflicts: MOST_CONFLICTS_OF_A_TRIAL });
		if (fewer.type === 'done' && kept.length > 0) {
			return [{ type: 'drop-roots', names, sentence: `Leave out ${joined(names)}.` }];
		}
	}

	return [];
}

function specOf(root: Root, version: number): string {
	const range = `^${root.package.index?.versionText(version)}`;
	return root.package.name === root.name ? range : `npm:${root.package.name}@${range}`;
}

function youngTrials(
	session: Session,
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
				const policy = new PolicyMasks(session.request);
				policy.allowNamed(cause.package, version);
				const solved = yield* session.solve({ roots, policy, mostConflicts: MOST_CONFLICTS_OF_A_TRIAL });
				const lifts = new Date(published + session.request.policy.minimumAgeMilliseconds).toISOString();
				const sentence = `Ask for ${name}@${version} exactly to accept it although it is young, or wait until ${minuteText(lifts)}.`;
				return solved.type === 'done' ? { type: 'allow-young', name, version, lifts, sentence } : null;
			},
		];
	});
}

function* tryOtherVersion(session: Session, roots: readonly Root[], root: Root): Steps<Suggestion | null> {
	const everything = root.package.range('*');
	if (root.allowed.count === everything.count) {
		return null;
	}

	const relaxed = roots.map((other) => (other === root ? { ...root, allowed: everything } : other));
	const solved = yield* session.solve({ roots: relaxed, mostConflicts: MOST_CONFLICTS_OF_A_TRIAL });
	const node = solved.type === 'done' ? solved.tree.get(root.name) : undefined;
	if (node === undefined || isTooFarBack(session, root, node.version)) {
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
function isTooFarBack(session: Session, { package: package_ }: Root, version: number): boolean {
	const stable = package_.range('>=0.0.0');
	const best = session.preferences.best(package_, (i) => package_.has(stable, i));
	const between = new Set<string>();
	for (let i = version; i <= best; i += 1) {
		if (package_.has(stable, i)) {
			between.add(package_.bucketOf(i));
		}
	}

	return !package_.has(stable, version) || between.size > MOST_STEPS_BACK;
}

function overrideTrials(session: Session, { roots, cited }: { readonly roots: readonly Root[]; readonly cited: Cited }): Trial[] {
	const peers = new Map([...cited.values()].flatMap((cause) => (cause.type === 'peer' ? [[cause.name, cause] as const] : [])));
	return [...peers.values()].flatMap((cause): Trial[] => {
		const root = roots.find(({ name }) => name === cause.name);
		if (root === undefined) {
			return [];
		}

		return [
			function* () {
				const edges = new EdgeReader(session.edges.overrides.with({ path: [], name: cause.name, range: null, spec: root.spec }));
				const solved = yield* session.solve({ roots, edges, mostConflicts: MOST_CONFLICTS_OF_A_TRIAL });
				const sentence = `Override ${cause.name} to ${root.spec} at your own risk: ${cause.dependent.name} was not made for it.`;
				return solved.type === 'done' ? { type: 'override', name: cause.name, range: root.spec, sentence } : null;
			},
		];
	});
}

function* tryWithout(session: Session, roots: readonly Root[], root: Root): Steps<Suggestion | null> {
	const solved = yield* session.solve({ roots: roots.filter((other) => other !== root), mostConflicts: MOST_CONFLICTS_OF_A_TRIAL });
	return solved.type === 'done' ? { type: 'drop-root', name: root.name, sentence: `Leave out ${root.name}.` } : null;
}
