import type { Change, Plan } from '../engine/index.ts';
import { plural } from '../format.ts';
import { CHANGES_AVAILABLE_EXIT_CODE, type ChangeResult } from './change-plan.ts';
import type { JsonData } from './command.ts';
import { flagFor, sentenceFor } from './consent.ts';
import { type Cell, cell, joinBlocks, paint, tableLines, type View } from './layout.ts';
import { changeLines, noticeLines, permissionLines, planText } from './plan-text.ts';

export const CHANGE_FIELDS = [
	'outcome',
	'command',
	'fromGeneration',
	'toGeneration',
	'changes',
	'permissions',
	'requirements',
	'packages',
	'fetchedBytes',
	'fetchedCount',
] as const;

export function changeToJson({ outcome, plan, decisions, applied }: ChangeResult): JsonData {
	const answers = new Map(decisions.map((decision) => [decision.requirementId, decision.answer]));
	return {
		outcome,
		command: plan.command,
		fromGeneration: applied?.fromGeneration ?? plan.baseGeneration,
		toGeneration: applied?.toGeneration ?? null,
		changes: applied?.changes ?? plan.changes,
		permissions: plan.requirements
			.filter((requirement) => requirement.type === 'permission')
			.map((requirement) => ({
				plugin: requirement.plugin,
				version: requirement.version,
				permission: requirement.permissionId,
				reason: requirement.permission.reason,
				novelty: requirement.novelty,
				answer: answers.get(requirement.id) ?? 'deny',
				flag: flagFor(requirement),
			})),
		requirements: plan.requirements
			.filter((requirement) => requirement.type !== 'permission')
			.map((requirement) => ({
				...requirement,
				text: sentenceFor(requirement),
				answer: answers.get(requirement.id) ?? null,
				flag: flagFor(requirement),
			})),
		packages: plan.packages.map(
			({ id, name, version, isRoot, isNew, verdict, evidence, license, deprecated, hasInstallScript, tasks }) => ({
				id,
				name,
				version,
				isRoot,
				isNew,
				level: verdict.level,
				reasons: verdict.reasons,
				evidence,
				license,
				deprecated,
				hasInstallScript,
				tasks,
			}),
		),
		fetchedBytes: plan.fetchedBytes,
		fetchedCount: plan.fetchedCount,
	};
}

export function changeToText(result: ChangeResult, view: View): string {
	switch (result.outcome) {
		case 'planned':
			return isEmpty(result.plan)
				? paint(unchangedSentence(result.plan), 'plain', view)
				: joinBlocks([[planText(result, view)], [paint('Dry run: nothing was changed.', 'strong', view)]]);
		case 'unchanged':
			return joinBlocks([[paint(unchangedSentence(result.plan), 'plain', view)], permissionLines(result, view)]);
		case 'applied':
			return joinBlocks([
				[appliedSentence(result, view)],
				result.wasShown ? [] : changeLines(result.plan, view),
				result.wasShown ? [] : permissionLines(result, view),
				result.wasShown ? [] : noticeLines(result.plan, view),
				nextLines(result.plan, view),
			]);
	}
}

export function changeToExitCode({ outcome, plan, tellsByExitCode }: ChangeResult): number {
	return outcome === 'planned' && tellsByExitCode && plan.changes.length > 0 ? CHANGES_AVAILABLE_EXIT_CODE : 0;
}

function isEmpty(plan: Plan): boolean {
	return plan.changes.length === 0 && plan.requirements.length === 0 && plan.kind !== 'rollback';
}

function appliedSentence({ plan, applied }: ChangeResult, view: View): string {
	const changes = applied?.changes ?? plan.changes;
	const generation = `Generation ${applied?.toGeneration ?? plan.baseGeneration} is current.`;
	return `${paint(`${whatHappened(plan, changes)}.`, 'strong', view)} ${paint(generation, 'good', view)}`;
}

function whatHappened(plan: Plan, changes: readonly Change[]): string {
	const roots = changes.filter((change) => change.isRoot).map((change) => change.name);
	switch (plan.kind) {
		case 'install':
			return roots.length === 0 ? 'Saved' : `Installed ${namedOrCounted(roots)}`;
		case 'update':
			return roots.length === 0 ? 'Updated dependencies' : `Updated ${namedOrCounted(roots)}`;
		case 'remove':
			return `Removed ${namedOrCounted(roots)}`;
		case 'rollback':
			return `Rolled back from generation ${plan.baseGeneration}`;
	}
}

function namedOrCounted(names: readonly string[]): string {
	return names.length > 3 ? plural(names.length, 'plugin') : names.join(', ');
}

function unchangedSentence(plan: Plan): string {
	const still = plan.baseGeneration === 0 ? '' : ` Generation ${plan.baseGeneration} stays current.`;
	switch (plan.kind) {
		case 'install':
			return `Already installed; nothing to change.${still}`;
		case 'update':
			return `Everything is up to date.${still}`;
		case 'remove':
			return `Nothing to remove.${still}`;
		case 'rollback':
			return `Nothing to roll back.${still}`;
	}
}

/** What to type next, with real names. */
function nextLines(plan: Plan, view: View): string[] {
	const plugin = plan.packages.find((candidate) => candidate.isRoot && candidate.isNew && candidate.tasks !== null);
	const task = plugin?.tasks?.[0];
	const rows: Cell[][] = [];
	if (plugin !== undefined && task !== undefined && (plan.kind === 'install' || plan.kind === 'update')) {
		rows.push([cell('Run it', 'dim'), `plugward run ${plugin.name} ${task}`]);
	}

	if (plan.baseGeneration > 0) {
		rows.push([cell(plan.kind === 'rollback' ? 'Undo it' : 'Go back', 'dim'), `plugward rollback ${plan.baseGeneration}`]);
	}

	return tableLines(rows, { view });
}
