import {
	hoursText,
	type Decision,
	EngineError,
	type Level,
	LEVELS,
	parsePermission,
	permissionId,
	type PermissionId,
	type Plan,
	type Requirement,
	stripToLine,
} from '../engine/index.ts';
import type { ParsedArguments, Proposal, Warning } from './command.ts';
import { listFlag, textFlag } from './flags.ts';

/** One `--allow`: a permission, and the plugin it is for when one was named. */
export type Allowance = { readonly plugin: string | null; readonly permission: PermissionId; readonly typed: string };

export type ConsentFlags = {
	readonly allow: readonly Allowance[];
	readonly acceptTrust: Level | null;
	/** `name` or `name@version`. */
	readonly acceptIdentity: readonly string[];
	readonly acceptYoung: readonly string[];
	readonly acceptDowngrade: readonly string[];
	/** Of what is accepted and of what is allowed. */
	readonly reason: string | null;
	readonly expires: string | null;
};

type PermissionRequirement = Extract<Requirement, { type: 'permission' }>;

const PERMISSION_KIND = /^(?:net(?:\.[a-z,]+)?|fs\.read|fs\.write|env|run|message\.send|message\.receive):/;

export function readConsentFlags(parsed: ParsedArguments): ConsentFlags {
	return {
		allow: listFlag(parsed, 'allow').map((text) => parseAllowance(text)),
		acceptTrust: parseLevel(textFlag(parsed, 'acceptTrust')),
		acceptIdentity: listFlag(parsed, 'acceptIdentity'),
		acceptYoung: listFlag(parsed, 'acceptYoung'),
		acceptDowngrade: listFlag(parsed, 'acceptDowngrade'),
		reason: textFlag(parsed, 'reason'),
		expires: parseExpiry(textFlag(parsed, 'expires')),
	};
}

/** Reads `[PLUGIN=]PERMISSION`. Throws `usage`. */
export function parseAllowance(typed: string): Allowance {
	const equals = typed.indexOf('=');
	if (PERMISSION_KIND.test(typed) || equals < 1) {
		return { plugin: null, permission: permissionId(parsePermission(typed)), typed };
	}

	return { plugin: typed.slice(0, equals), permission: permissionId(parsePermission(typed.slice(equals + 1))), typed };
}

/**
 * What the flags decide about a plan. A permission that no `--allow` names is denied, unless it carries over from what was granted
 * before; everything else that no flag names stays undecided. Throws `usage` when an `--allow` cannot be meant.
 */
export function decide(plan: Plan, flags: ConsentFlags): Proposal & { readonly warnings: readonly Warning[] } {
	const permissions = plan.requirements.filter((requirement) => requirement.type === 'permission');
	const { allowed, warnings } = matchAllowances(permissions, flags.allow);
	const decisions: Decision[] = [];
	const undecided: Requirement[] = [];
	for (const requirement of plan.requirements) {
		if (requirement.type === 'permission') {
			const isAccepted = allowed.has(requirement.id) || requirement.novelty === 'carried-over' || requirement.byPolicy === true;
			decisions.push({
				requirementId: requirement.id,
				answer: isAccepted ? 'accept' : 'deny',
				...(allowed.has(requirement.id) && flags.reason !== null && { reason: flags.reason }),
			});
		} else if (isAcceptedByName(requirement, flags)) {
			decisions.push({
				requirementId: requirement.id,
				answer: 'accept',
				...(flags.reason !== null && { reason: flags.reason }),
				...(flags.expires !== null && { expires: flags.expires }),
			});
		} else {
			undecided.push(requirement);
		}
	}

	return { plan, decisions, undecided, warnings };
}

/** The flag to type, exactly. */
export function flagFor(requirement: Requirement): string {
	switch (requirement.type) {
		case 'permission':
			return `--allow ${quoteWord(`${requirement.plugin}=${stripToLine(requirement.permissionId)}`)}`;
		case 'lower-level':
			return `--accept-trust ${requirement.level}`;
		case 'changed-identity':
			return `--accept-identity ${quoteWord(requirement.package)}`;
		case 'young-version':
			return `--accept-young ${quoteWord(requirement.package)}`;
		case 'downgrade':
			return `--accept-downgrade ${quoteWord(requirement.package)}`;
	}
}

/** One sentence that says what has to be decided. */
export function sentenceFor(requirement: Requirement): string {
	switch (requirement.type) {
		case 'permission':
			return `${requirement.plugin} ${requirement.version} asks for ${requirement.permissionId}.`;
		case 'lower-level':
			return `${requirement.package} ${requirement.version} is at level ${requirement.level}; the policy wants ${requirement.minimum}.`;
		case 'changed-identity':
			return `${requirement.package} ${requirement.version} is not proven as before: ${requirement.from} became ${requirement.to}.`;
		case 'young-version':
			return `${requirement.package} ${requirement.version} is ${hoursText(requirement.ageHours)} old; the policy wants ${hoursText(requirement.minimumHours)}.`;
		case 'downgrade':
			return `${requirement.package} would go back from ${requirement.from} to ${requirement.version}.`;
	}
}

/** A word as a POSIX shell reads it back. */
export function quoteWord(word: string): string {
	return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

function isAcceptedByName(requirement: Exclude<Requirement, PermissionRequirement>, flags: ConsentFlags): boolean {
	switch (requirement.type) {
		case 'lower-level':
			return flags.acceptTrust !== null && LEVELS.indexOf(requirement.level) >= LEVELS.indexOf(flags.acceptTrust);
		case 'changed-identity':
			return isNamed(requirement, flags.acceptIdentity);
		case 'young-version':
			return isNamed(requirement, flags.acceptYoung);
		case 'downgrade':
			return isNamed(requirement, flags.acceptDowngrade);
	}
}

function isNamed(target: { readonly package: string; readonly version: string }, names: readonly string[]): boolean {
	return names.includes(target.package) || names.includes(`${target.package}@${target.version}`);
}

function matchAllowances(
	permissions: readonly PermissionRequirement[],
	allowances: readonly Allowance[],
): { readonly allowed: ReadonlySet<string>; readonly warnings: readonly Warning[] } {
	const allowed = new Set<string>();
	const warnings: Warning[] = [];
	for (const allowance of allowances) {
		const plugin = allowance.plugin ?? onlyAsker(permissions, allowance);
		const asked = permissions.filter((requirement) => requirement.plugin === plugin);
		const matches = asked.filter((requirement) => requirement.permissionId === allowance.permission);
		if (asked.length === 0) {
			// A script that grants the same thing on every run must not fail once everything is installed.
			warnings.push({ code: 'allow-unused', text: `--allow ${allowance.typed} grants nothing: nothing in this plan asks for it.` });
		} else if (matches.length === 0) {
			throw new EngineError('usage', `${plugin ?? 'The plugin'} does not ask for ${allowance.permission}.`, {
				hint: `It asks for: ${asked.map((requirement) => flagFor(requirement)).join(' ')}`,
			});
		}

		for (const requirement of matches) {
			allowed.add(requirement.id);
		}
	}

	return { allowed, warnings };
}

/** The short form names no plugin, so it may only be used when there is no choice. */
function onlyAsker(permissions: readonly PermissionRequirement[], allowance: Allowance): string | null {
	const askers = [...new Set(permissions.map((requirement) => requirement.plugin))];
	if (askers.length > 1) {
		throw new EngineError(
			'usage',
			`--allow ${allowance.typed} does not say for which plugin: ${askers.length} plugins ask for permissions.`,
			{
				hint: `Name one: ${askers.map((plugin) => `--allow ${plugin}=${allowance.permission}`).join(' or ')}`,
			},
		);
	}

	return askers[0] ?? null;
}

function parseExpiry(text: string | null): string | null {
	if (text !== null && Number.isNaN(Date.parse(text))) {
		throw new EngineError('usage', `"${stripToLine(text)}" is no date.`, { hint: 'For example: --expires 2027-06-30' });
	}

	return text === null ? null : new Date(text).toISOString();
}

function parseLevel(text: string | null): Level | null {
	if (text === null) {
		return null;
	}

	const level = LEVELS.find((candidate) => candidate === text);
	if (level === undefined) {
		throw new EngineError('usage', `"${stripToLine(text)}" is not a level.`, { hint: `Levels: ${LEVELS.join(', ')}` });
	}

	return level;
}
