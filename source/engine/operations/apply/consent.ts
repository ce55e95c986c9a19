import { EngineError } from '../../errors.ts';
import { hoursText } from '../../hours-text.ts';
import type { Decision, Requirement } from '../../plan.ts';
import { quoteForShell } from '../../quote-for-shell.ts';
import { stripToLine } from '../../strip-controls.ts';

export function idsOf(requirements: readonly Requirement[]): ReadonlySet<string> {
	return new Set(requirements.map(({ id }) => id));
}

/** Throws `consent-required` for the first undecided requirement that is no permission, and `usage` for a decision about nothing. */
export function requireDecided(requirements: readonly Requirement[], decisions: readonly Decision[]): void {
	const known = idsOf(requirements);
	const stray = decisions.find(({ requirementId }) => !known.has(requirementId));
	if (stray !== undefined) {
		throw new EngineError('usage', `The plan has no requirement "${stripToLine(stray.requirementId)}".`, {
			hint: 'Decide only what the plan lists.',
		});
	}

	const accepted = new Set(decisions.filter(({ answer }) => answer === 'accept').map(({ requirementId }) => requirementId));
	const open = requirements.filter(({ type, id }) => type !== 'permission' && !accepted.has(id));
	const [first] = open;
	if (first !== undefined) {
		throw new EngineError('consent-required', sentenceOf(first), { hint: hintOf(first), details: open });
	}
}

/** What has to be decided, in one sentence. */
export function sentenceOf(requirement: Requirement): string {
	switch (requirement.type) {
		case 'permission':
			return `${requirement.plugin} asks for ${requirement.permissionId}.`;
		case 'lower-level':
			return `${requirement.package}@${requirement.version} is ${requirement.level}; the policy's minimum is ${requirement.minimum}.`;
		case 'changed-identity':
			return `${requirement.package}@${requirement.version} is not proven as before: ${requirement.from} became ${requirement.to}.`;
		case 'young-version':
			return `${requirement.package}@${requirement.version} was published ${hoursText(requirement.ageHours)} ago; the policy waits ${hoursText(requirement.minimumHours)}.`;
		case 'downgrade':
			return `${requirement.package} would go back from ${requirement.from} to ${requirement.version}.`;
	}
}

function hintOf(requirement: Requirement): string {
	switch (requirement.type) {
		case 'permission':
			return `Allow it with: --allow ${quoteForShell(stripToLine(`${requirement.plugin}=${requirement.permissionId}`))}`;
		case 'lower-level':
			return `Accept it with: --accept-trust ${requirement.level}`;
		case 'changed-identity':
			return `When you know why, accept it with: --accept-identity ${requirement.package}`;
		case 'young-version':
			return `Accept it with: --accept-young ${requirement.package}`;
		case 'downgrade':
			return `When you want the older one: --accept-downgrade ${requirement.package}`;
	}
}
