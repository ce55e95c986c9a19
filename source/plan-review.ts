import { quoteWord } from './commands/consent.ts';
import { LEVELS } from './engine/index.ts';
import type { Change, Decision, InstalledPlugin, Plan, PlannedPackage, Requirement } from './engine/index.ts';
import type { Answers } from './state.ts';

/** What can be selected in a plan review: first what must be decided, then what changes. */
export type PlanItem =
	| { readonly type: 'requirement'; readonly key: string; readonly requirement: Requirement }
	| { readonly type: 'change'; readonly key: string; readonly change: Change; readonly package: PlannedPackage | null };

const itemsByPlan = new WeakMap<Plan, readonly PlanItem[]>();

export function planItems(plan: Plan): readonly PlanItem[] {
	const known = itemsByPlan.get(plan);
	if (known !== undefined) {
		return known;
	}

	const packages = new Map(plan.packages.map((entry) => [`${entry.name}@${entry.version}`, entry]));
	const items: readonly PlanItem[] = [
		...plan.requirements
			// What no default can answer comes first.
			.toSorted((left, right) => Number(left.type === 'permission') - Number(right.type === 'permission'))
			.map((requirement): PlanItem => ({ type: 'requirement', key: `requirement ${requirement.id}`, requirement })),
		...plan.changes
			.toSorted((left, right) => Number(right.isRoot) - Number(left.isRoot) || left.name.localeCompare(right.name))
			.map((change): PlanItem => {
				const version = change.type === 'remove' ? change.from : change.to;
				return {
					type: 'change',
					key: `change ${change.type} ${change.name} ${version}`,
					change,
					package: packages.get(`${change.name}@${version}`) ?? null,
				};
			}),
	];
	itemsByPlan.set(plan, items);
	return items;
}

/** The user's answer; without one, what the last version was granted stays granted, what the policy gives is given, and everything else is open. */
export function answerTo(requirement: Requirement, answers: Answers): Decision['answer'] | undefined {
	const isGiven = requirement.type === 'permission' && (requirement.novelty === 'carried-over' || requirement.byPolicy === true);
	return answers[requirement.id] ?? (isGiven ? 'accept' : undefined);
}

/** Requirements other than permissions that are not accepted: the plan does not apply while there are any. */
export function openRequirements(plan: Plan, answers: Answers): readonly Requirement[] {
	return plan.requirements.filter((requirement) => requirement.type !== 'permission' && answerTo(requirement, answers) !== 'accept');
}

/** What the user accepts that neither the policy gives nor was granted before. */
export function newlyAccepted(plan: Plan, answers: Answers): readonly Requirement[] {
	return plan.requirements.filter(
		(requirement) =>
			answerTo(requirement, answers) === 'accept' &&
			(requirement.type !== 'permission' || (requirement.novelty !== 'carried-over' && requirement.byPolicy !== true)),
	);
}

/** Every requirement answered: what is open is denied. The reason goes with what is newly accepted. */
export function decisionsOf(plan: Plan, answers: Answers, reason = ''): readonly Decision[] {
	const withReason = new Set(reason === '' ? [] : newlyAccepted(plan, answers).map(({ id }) => id));
	return plan.requirements.map((requirement) => ({
		requirementId: requirement.id,
		answer: answerTo(requirement, answers) ?? 'deny',
		...(withReason.has(requirement.id) ? { reason } : {}),
	}));
}

/** The scripted command with the same decisions, without the program's name. */
export function equivalentCommand(plan: Plan, answers: Answers, reason = ''): string {
	const accepted = plan.requirements.filter((requirement) => answerTo(requirement, answers) === 'accept');
	const allowed = accepted.flatMap((requirement) =>
		requirement.type === 'permission' && requirement.byPolicy !== true
			? [`--allow '${requirement.plugin}=${requirement.permissionId}'`]
			: [],
	);
	const levels = accepted.flatMap((requirement) => (requirement.type === 'lower-level' ? [requirement.level] : []));
	const lowest = LEVELS.find((level) => levels.includes(level));
	const named = accepted.flatMap((requirement) => {
		switch (requirement.type) {
			case 'permission':
			case 'lower-level':
				return [];
			case 'changed-identity':
				return [`--accept-identity ${requirement.package}`];
			case 'young-version':
				return [`--accept-young ${requirement.package}`];
			case 'downgrade':
				return [`--accept-downgrade ${requirement.package}`];
		}
	});
	return [
		plan.command,
		'--yes',
		...allowed,
		...(lowest === undefined ? [] : [`--accept-trust ${lowest}`]),
		...named,
		...(reason === '' ? [] : [`--reason ${quoteWord(reason)}`]),
	].join(' ');
}

export function requirementSubject(requirement: Requirement): string {
	return requirement.type === 'permission' ? requirement.plugin : requirement.package;
}

/** A package of which a plan widens the rights or loses trust, and in which ways. */
export type GravePackage = { readonly name: string; readonly reasons: readonly string[] };

/**
 * What an update makes worse for who trusts the version that is installed: these want more than a key. What comes new is decided line by
 * line anyway.
 */
export function gravePackages(plan: Plan, answers: Answers, installed: readonly InstalledPlugin[]): readonly GravePackage[] {
	const before = new Map(installed.map((plugin) => [plugin.name, plugin]));
	const moved = new Set(plan.changes.flatMap((change) => (change.type === 'update' || change.type === 'downgrade' ? [change.name] : [])));
	const found = new Map<string, string[]>();
	const tell = (name: string, reason: string): void => void found.set(name, [...(found.get(name) ?? []), reason]);
	for (const requirement of plan.requirements) {
		const name = requirementSubject(requirement);
		const reason = moved.has(name) && answerTo(requirement, answers) === 'accept' ? graveReason(requirement) : null;
		if (reason !== null) {
			tell(name, reason);
		}
	}

	for (const { name, isRoot, verdict } of plan.packages) {
		const level = before.get(name)?.level;
		if (isRoot && moved.has(name) && level !== undefined && LEVELS.indexOf(verdict.level) < LEVELS.indexOf(level)) {
			tell(name, `its level falls from ${level} to ${verdict.level}`);
		}
	}

	return [...found].map(([name, reasons]) => ({ name, reasons }));
}

function graveReason(requirement: Requirement): string | null {
	switch (requirement.type) {
		case 'permission':
			return requirement.novelty === 'carried-over' || requirement.byPolicy === true ? null : `it is granted ${requirement.permissionId}`;
		case 'lower-level':
			return `it is ${requirement.level}, and the policy asks for ${requirement.minimum}`;
		case 'changed-identity':
			return 'it was built by somebody else than before';
		case 'young-version':
		case 'downgrade':
			return null;
	}
}
