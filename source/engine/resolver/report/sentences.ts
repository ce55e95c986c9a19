import { hoursText } from '../../hours-text.ts';
import type { Cause } from '../model/facts.ts';
import type { Package } from '../model/packages.ts';
import type { ResolveRequest } from '../request.ts';
import type { Cited } from './cited-causes.ts';
import { dependentMembers, forbiddenMembers, newestOf, policyFact } from './to-facts.ts';
import type { Relevant } from './to-facts.ts';
import { joined, minuteText, versionsText } from './version-text.ts';

const MILLISECONDS_PER_HOUR = 3_600_000;

type Context = { readonly relevant: Relevant; readonly request: ResolveRequest };
type EdgeCause = Extract<Cause, { readonly type: 'dependency' | 'optional-dependency' | 'peer' | 'unsupported' }>;
type RootCause = Extract<Cause, { readonly type: 'root' }>;
type PolicyCause = Extract<Cause, { readonly type: 'policy' }>;

/** What a user reads: who was asked for, what each of them needs, what that means. Only versions that exist are named. */
export function sentencesOf(cited: Cited, { relevant, request }: Context): string[] {
	const causes = [...cited.values()];
	const roots = causes.filter((cause): cause is RootCause => cause.type === 'root').toSorted((a, b) => (a.name < b.name ? -1 : 1));
	const edges = causes.filter((cause): cause is EdgeCause => 'spec' in cause && cause.type !== 'root');
	const groups = Map.groupBy(edges, (cause) => `${cause.dependent.name} ${cause.name} ${cause.type}`);
	return [
		...(roots.length === 0 ? [] : [`You asked for ${joined(roots.map(rootText))}.`]),
		...inReadingOrder([...groups.values()], roots).map((group) => edgeSentence(group, { relevant, roots })),
		...causes.flatMap((cause) => otherSentence(cause, { relevant, request })),
		conclusion(roots),
	];
}

function rootText({ name, spec }: RootCause): string {
	return spec === '' || spec === '*' ? name : `${name}@${spec}`;
}

function conclusion(roots: readonly RootCause[]): string {
	const names = roots.map(rootText);
	switch (names.length) {
		case 0:
			return 'So there is no solution.';
		case 1:
			return `So ${names[0]} cannot be installed.`;
		default:
			return `So ${joined(names)} cannot be installed together.`;
	}
}

/** A package is explained after the one that asked for it. */
function inReadingOrder(groups: readonly EdgeCause[][], roots: readonly RootCause[]): EdgeCause[][] {
	const distance = new Map(roots.map(({ package: { name } }) => [name, 0]));
	for (let isGrowing = true; isGrowing;) {
		isGrowing = false;
		for (const [first] of groups) {
			const from = first === undefined ? undefined : distance.get(first.dependent.name);
			if (first !== undefined && from !== undefined && !distance.has(first.name)) {
				distance.set(first.name, from + 1);
				isGrowing = true;
			}
		}
	}

	const of = (group: EdgeCause[]): number => distance.get(group[0]?.dependent.name ?? '') ?? groups.length;
	// What a package brings comes before what it needs beside it.
	const isPeer = (group: EdgeCause[]): number => Number(group[0]?.type === 'peer');
	return groups.toSorted((a, b) => of(a) - of(b) || isPeer(a) - isPeer(b));
}

function edgeSentence(
	group: readonly EdgeCause[],
	{ relevant, roots }: { readonly relevant: Relevant; readonly roots: readonly RootCause[] },
): string {
	const byNewest = group
		.map((cause) => ({ cause, members: dependentMembers(cause, relevant) }))
		.toSorted((a, b) => (b.members.at(-1) ?? -1) - (a.members.at(-1) ?? -1));
	const newest = byNewest[0]?.cause;
	if (newest === undefined) {
		return '';
	}

	const { dependent, name } = newest;
	const members = [...new Set(byNewest.flatMap((each) => each.members))].sort((a, b) => a - b);
	const who = whoText(dependent, { members, relevant });
	const needs = byNewest.length === 1 ? needText(newest) : `${needText(newest)} or another range that does not fit either`;
	return `${who} ${needs}${targetNote(newest, roots, name)}.`;
}

function whoText(dependent: Package, { members, relevant }: { readonly members: readonly number[]; readonly relevant: Relevant }): string {
	const asked = relevant.get(dependent.name)?.size ?? dependent.range('*').count;
	const isEvery = members.length > 1 && members.length >= asked;
	return isEvery
		? `Every version of ${dependent.name} in question (${versionsText(dependent, members)})`
		: `${dependent.name} ${versionsText(dependent, members)}`;
}

function needText(cause: EdgeCause): string {
	switch (cause.type) {
		case 'peer':
			return cause.isOptional
				? `works with ${cause.name} only as ${rangeText(cause.spec)}`
				: `needs the ${cause.name} beside it to be ${rangeText(cause.spec)}`;
		case 'dependency':
		case 'optional-dependency':
			return `depends on ${cause.name} ${rangeText(cause.spec)}`;
		case 'unsupported':
			return `depends on ${cause.name} from ${cause.spec}, which is not a version in a registry`;
	}
}

function rangeText(range: string): string {
	return range.trim() === '' || range.trim() === '*' ? 'of any version' : range;
}

/** What there is of the target, when that is what does not fit. */
function targetNote(cause: EdgeCause, roots: readonly RootCause[], name: string): string {
	if (cause.type !== 'peer') {
		return '';
	}

	if (cause.target.index === null) {
		return `, but there is no package named ${cause.target.name}`;
	}

	if (cause.allowed.count === 0) {
		return `, but no such version exists; the newest is ${newestOf(cause.target)}`;
	}

	const root = roots.find((candidate) => candidate.name === name);
	return root === undefined ? '' : `, not ${versionsText(root.package, root.package.members(root.allowed))}`;
}

function otherSentence(cause: Cause, { relevant, request }: Context): string[] {
	switch (cause.type) {
		case 'not-found':
			return [`There is no package named ${cause.name} in the registry.`];
		case 'no-version':
			return [`No version of ${cause.package.name} matches ${cause.range}; the newest is ${newestOf(cause.package)}.`];
		case 'nesting':
			return [`Copies of ${cause.dependent.name} would have to be nested without end.`];
		case 'policy':
			return [policySentence(cause, { relevant, request })];
		case 'structure':
		case 'root':
		case 'dependency':
		case 'optional-dependency':
		case 'peer':
		case 'unsupported':
			return [];
	}
}

function policySentence(cause: PolicyCause, { relevant, request }: Context): string {
	const { policy } = request;
	const fact = policyFact(cause, { relevant, request });
	const isOne = forbiddenMembers(cause, relevant).length === 1;
	const fits = `${fact.name} ${fact.versions} would fit but`;
	switch (fact.type) {
		case 'too-young': {
			const age = (policy.asOf ?? policy.now) - (Date.parse(fact.lifts) - policy.minimumAgeMilliseconds);
			return `${fits} ${isOne ? 'is' : 'are'} ${hoursText(age / MILLISECONDS_PER_HOUR)} old, and the minimum is ${hoursText(policy.minimumAgeMilliseconds / MILLISECONDS_PER_HOUR)}; allowed from ${minuteText(fact.lifts)}.`;
		}

		case 'after-date':
			return `${fits} ${isOne ? 'is' : 'are'} later than ${fact.asOf}, the date asked for.`;
		case 'revoked':
			return `${fits} ${isOne ? 'is' : 'are'} revoked${fact.reason === '' ? '' : `: ${fact.reason}`}.`;
		case 'denied':
			return `${fits} ${isOne ? 'is' : 'are'} denied: ${fact.reason}${fact.lifts === null ? '' : `; allowed from ${minuteText(fact.lifts)}`}.`;
		case 'other-node':
			return `${fits} ${isOne ? 'needs' : 'need'} node ${fact.needs}, and this is ${fact.node}.`;
	}
}
