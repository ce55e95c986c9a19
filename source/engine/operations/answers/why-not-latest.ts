import semver from 'semver';
import type { CallOptions } from '../../events.ts';
import { hoursText } from '../../hours-text.ts';
import type { Lock } from '../../lock.ts';
import type { Failure, PackageIndex, Resolution, RootRequest } from '../../resolver/index.ts';
import { ageHours } from '../versions/age.ts';
import type { EngineContext } from '../engine-context.ts';
import type { ResolveRules } from '../versions/resolve-rules.ts';
import { solveOnce } from '../versions/resolve-tree.ts';
import type { NotLatestReason } from '../../version-questions.ts';

const MILLISECONDS_PER_HOUR = 3_600_000;

export type LatestQuestion = {
	/** The root in question, as it is asked for. */
	readonly root: RootRequest;
	readonly index: PackageIndex;
	readonly chosen: string;
	readonly latest: string;
	/** Everything that is asked for together. */
	readonly roots: readonly RootRequest[];
	readonly lock: Lock;
	readonly rules: ResolveRules;
	/** What was chosen, to tell what would move; null when nothing could be. */
	readonly resolution: Resolution | null;
};

/** Everything that keeps a root from the latest version: facts of that version, and what a solve that insists on it says. */
export async function whyNotLatest(
	context: EngineContext,
	question: LatestQuestion,
	options: CallOptions,
): Promise<readonly NotLatestReason[]> {
	const { root, index, chosen, latest, rules } = question;
	const i = index.indexOfVersion(latest);
	if (chosen === latest || i === -1) {
		return [];
	}

	const facts = [...askedReasons(question), ...versionReasons(context, question, i)];
	const exact = root.spec.startsWith('npm:') ? `npm:${index.name}@${latest}` : latest;
	const outcome = await solveOnce(
		context,
		{
			roots: question.roots.map((one) => (one.name === root.name ? { name: one.name, spec: exact } : one)),
			lock: question.lock,
			unlocked: [root.name],
			rules,
		},
		options,
	);
	switch (outcome.type) {
		case 'unsolvable':
			return [...facts, ...conflictReasons(outcome.failure, index.name)];
		case 'gave-up':
			return facts;
		case 'resolved':
			return facts.length > 0 ? facts : [preferenceReason(question, outcome.resolution)];
	}
}

/** The range without what an alias says before it. */
export function rangeOf(spec: string): string {
	return /^npm:@?[^@]+(?:@(.*))?$/u.exec(spec)?.[1] ?? (spec.startsWith('npm:') ? '*' : spec);
}

function askedReasons({ root, latest }: LatestQuestion): readonly NotLatestReason[] {
	const range = rangeOf(root.spec);
	if (semver.validRange(range, { loose: true }) === null) {
		return range === 'latest' ? [] : [{ code: 'tag', text: `the tag ${range} is asked for`, lifts: null }];
	}

	if (semver.satisfies(latest, range, { loose: true })) {
		return [];
	}

	return semver.valid(range, { loose: true }) === null
		? [{ code: 'range', text: `you asked for ${range}`, lifts: null }]
		: [{ code: 'pinned', text: `pinned to ${range}`, lifts: null }];
}

function versionReasons(context: EngineContext, { index, latest, rules }: LatestQuestion, i: number): readonly NotLatestReason[] {
	const reasons: NotLatestReason[] = [];
	const at = index.publishedAt(i);
	if (rules.asOf !== null && at !== null && at > rules.asOf) {
		reasons.push({ code: 'as-of', text: `published on ${dayOf(at)}, later than asked for`, lifts: null });
	}

	const hours = ageHours(context, { name: index.name, at });
	const minimum = context.policy.minimumAgeHours;
	if (at !== null && hours !== null && hours < minimum && !rules.acceptsYoung(index.name, latest)) {
		const lifts = new Date(at + minimum * MILLISECONDS_PER_HOUR).toISOString();
		reasons.push({
			code: 'minimum-age',
			text: `${hoursText(hours)} old, minimum ${hoursText(minimum)}; from ${lifts.slice(0, 16).replace('T', ' ')} UTC`,
			lifts,
		});
	}

	const { deprecated, engines } = index.manifest(i);
	if (deprecated !== null) {
		reasons.push({ code: 'deprecated', text: `deprecated: ${deprecated}`, lifts: null });
	}

	const node = engines['node'];
	if (node !== undefined && !semver.satisfies(context.platform.node, node, { loose: true, includePrerelease: true })) {
		reasons.push({ code: 'engines', text: `needs node ${node}, this is ${context.platform.node}`, lifts: null });
	}

	return reasons;
}

/** Who would not be content with it: peers that want something else, else the conclusion of the conflict. */
function conflictReasons({ conflicts, sentences }: Failure, name: string): readonly NotLatestReason[] {
	const facts = conflicts.flatMap((conflict) => conflict.facts);
	// Of several versions of a dependent the last one is nearest to what is installed.
	const peers = new Map<string, string>();
	for (const fact of facts) {
		if (fact.type === 'peer' && fact.name === name) {
			peers.set(fact.dependent, `${fact.dependent} ${fact.versions} wants ${fact.range} beside it`);
		} else if (fact.type === 'peer' && fact.dependent === name) {
			peers.set(fact.name, `it wants ${fact.name} ${fact.range} beside it`);
		}
	}

	const revoked = facts.flatMap((fact) => (fact.type === 'revoked' && fact.name === name ? [`revoked: ${fact.reason}`] : []));
	if (revoked.length > 0) {
		return revoked.map((text) => ({ code: 'revoked' as const, text, lifts: null }));
	}

	return peers.size > 0
		? [...peers.values()].map((text) => ({ code: 'peer' as const, text, lifts: null }))
		: [{ code: 'conflict', text: (conflicts[0]?.sentences ?? sentences).join(' '), lifts: null }];
}

/** It can be had, at the price of something else. */
function preferenceReason({ resolution, root, lock, chosen, index }: LatestQuestion, other: Resolution): NotLatestReason {
	const version = (tree: Resolution, name: string) => tree.packages.find(({ id }) => id === tree.roots[name]?.instance)?.version ?? '';
	const moved = Object.keys(other.roots).filter(
		(name) => name !== root.name && resolution !== null && version(resolution, name) !== version(other, name),
	);
	const [first] = moved;
	const isHere = Object.values(lock.packages).some(({ name, version: one }) => name === index.name && one === chosen);
	if (first === undefined && isHere) {
		return { code: 'preference', text: `${chosen} is here already and fits what is asked for`, lifts: null };
	}

	return first === undefined || resolution === null
		? { code: 'preference', text: 'nothing stands in its way: ask for it by its number', lifts: null }
		: { code: 'preference', text: `it would move ${first} from ${version(resolution, first)} to ${version(other, first)}`, lifts: null };
}

function dayOf(time: number): string {
	return new Date(time).toISOString().slice(0, 10);
}
