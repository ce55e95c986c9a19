import type { Fact } from '../failure.ts';
import type { Cause } from '../model/facts.ts';
import type { Package, VersionSet } from '../model/packages.ts';
import { versionsWithEdge } from '../model/widen.ts';
import type { ResolveRequest } from '../request.ts';
import type { Cited } from './cited-causes.ts';
import { membersOfAll, versionsText } from './version-text.ts';

/** Which versions of each package the conflict is about: what its root, its dependents and its dependents' peers allow. */
export type Relevant = ReadonlyMap<string, ReadonlySet<number>>;

/** Narrows each package to the versions that the cited facts leave in question; where they leave none, to those the first of them allows. */
export function relevantVersions(cited: Cited): Relevant {
	const allowed = new Map<Package, VersionSet[]>();
	for (const cause of cited.values()) {
		if (cause.type === 'root') {
			allowed.set(cause.package, [...(allowed.get(cause.package) ?? []), cause.allowed]);
		} else if ((cause.type === 'peer' || cause.type === 'dependency') && cause.allowed.count > 0) {
			allowed.set(cause.target, [...(allowed.get(cause.target) ?? []), cause.allowed]);
		}
	}

	return new Map(
		[...allowed].map(([package_, sets]) => {
			const all = membersOfAll(package_, sets);
			return [package_.name, new Set(all.length > 0 ? all : membersOfAll(package_, sets.slice(0, 1)))];
		}),
	);
}

/** The cause as plain data; nothing for one that only says how the model works. */
export function toFact(cause: Cause, { relevant, request }: { readonly relevant: Relevant; readonly request: ResolveRequest }): Fact[] {
	switch (cause.type) {
		case 'structure':
			return [];
		case 'root':
			return [{ type: 'root', name: cause.name, spec: cause.spec }];
		case 'dependency':
		case 'optional-dependency':
			return [
				{
					type: 'dependency',
					dependent: cause.dependent.name,
					versions: dependentVersions(cause, relevant),
					name: cause.name,
					range: cause.spec,
				},
			];
		case 'unsupported':
			return [
				{
					type: 'unsupported',
					dependent: cause.dependent.name,
					versions: dependentVersions(cause, relevant),
					name: cause.name,
					spec: cause.spec,
				},
			];
		case 'peer': {
			const versions = dependentVersions(cause, relevant);
			return [{ type: 'peer', dependent: cause.dependent.name, versions, name: cause.name, range: cause.spec, optional: cause.isOptional }];
		}

		case 'not-found':
			return [{ type: 'not-found', name: cause.name }];
		case 'no-version':
			return [{ type: 'no-version', name: cause.package.name, range: cause.range, newest: newestOf(cause.package) }];
		case 'nesting':
			return [{ type: 'nesting', name: cause.dependent.name }];
		case 'policy':
			return [policyFact(cause, { relevant, request })];
	}
}

/** The text of the newest version that is not a prerelease, or of the newest at all. */
export function newestOf(package_: Package): string | null {
	const releases = package_.members(package_.range('>=0.0.0'));
	const newest = releases.at(-1) ?? package_.versionCount - 1;
	return newest < 0 ? null : (package_.index?.versionText(newest) ?? null);
}

type EdgeCause = Extract<Cause, { readonly type: 'dependency' | 'optional-dependency' | 'peer' | 'unsupported' }>;

/** Versions of the dependent that are in question and have the edge. */
export function dependentMembers(cause: EdgeCause, relevant: Relevant): number[] {
	const set = versionsWithEdge(cause);
	const having = set === null ? [cause.version] : cause.dependent.members(set);
	const asked = relevant.get(cause.dependent.name);
	const both = asked === undefined ? having : having.filter((i) => asked.has(i));
	return both.length > 0 ? both : having;
}

function dependentVersions(cause: EdgeCause, relevant: Relevant): string {
	return versionsText(cause.dependent, dependentMembers(cause, relevant));
}

type PolicyCause = Extract<Cause, { readonly type: 'policy' }>;

type PolicyFact = Extract<Fact, { readonly type: PolicyCause['rule'] }>;

/** Versions policy forbids that the conflict would have use for. */
export function forbiddenMembers({ package: package_, forbidden }: PolicyCause, relevant: Relevant): number[] {
	const all = package_.members(forbidden);
	const asked = relevant.get(package_.name);
	const both = asked === undefined ? all : all.filter((i) => asked.has(i));
	return both.length > 0 ? both : all;
}

/** The node that the newest of the versions in question needs. */
function neededNode(cause: PolicyCause, relevant: Relevant): string {
	return cause.package.index?.engineNode(forbiddenMembers(cause, relevant).at(-1) ?? 0) ?? '';
}

/** A rule of policy as plain data. */
export function policyFact(
	cause: PolicyCause,
	{ relevant, request }: { readonly relevant: Relevant; readonly request: ResolveRequest },
): PolicyFact {
	const { policy, platform } = request;
	const { package: package_, rule } = cause;
	const members = forbiddenMembers(cause, relevant);
	const versions = versionsText(package_, members);
	switch (rule) {
		case 'too-young': {
			const oldest = Math.min(...members.map((i) => package_.index?.publishedAt(i) ?? Number.POSITIVE_INFINITY));
			const lifts = new Date(oldest + policy.minimumAgeMilliseconds).toISOString();
			return { type: 'too-young', name: package_.name, versions, minimumHours: policy.minimumAgeMilliseconds / 3_600_000, lifts };
		}

		case 'after-date':
			return { type: 'after-date', name: package_.name, versions, asOf: new Date(policy.asOf ?? 0).toISOString() };
		case 'revoked': {
			const newest = package_.index?.versionText(members.at(-1) ?? 0);
			const reason = policy.revoked.find(({ name, version }) => name === package_.name && version === newest)?.reason ?? '';
			return { type: 'revoked', name: package_.name, versions, reason };
		}

		case 'denied':
			return { type: 'denied', name: package_.name, versions, reason: cause.denial?.reason ?? '', lifts: cause.denial?.lifts ?? null };
		case 'other-node':
			return { type: 'other-node', name: package_.name, versions, needs: neededNode(cause, relevant), node: platform.node };
	}
}
