import type { Plan } from '../engine/index.ts';
import { CHANGES_AVAILABLE_EXIT_CODE, type ChangeResult } from './change-plan.ts';
import type { JsonData } from './command.ts';
import { flagFor, sentenceFor } from './consent.ts';
import { type Cell, cell, joinBlocks, paint, paragraphLines, tableLines, type View } from './layout.ts';
import { unchangedSentence, whatHappened } from './change-words.ts';
import { changeLines, noticeLines, permissionLines, planText } from './plan-text.ts';

export const CHANGE_FIELDS = [
	'outcome',
	'command',
	'fromGeneration',
	'toGeneration',
	'changes',
	'permissions',
	'requirements',
	'powers',
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
				byPolicy: requirement.byPolicy === true,
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
		powers: plan.powers ?? [],
		packages: plan.packages.map(
			({ id, name, version, isRoot, isNew, verdict, evidence, license, deprecated, hasInstallScript, tasks, scan }) => ({
				id,
				name,
				version,
				isRoot,
				isNew,
				level: verdict.level,
				decision: verdict.decision,
				reasons: verdict.reasons,
				evidence,
				license,
				deprecated,
				hasInstallScript,
				tasks,
				scan: scan ?? null,
			}),
		),
		fetchedBytes: plan.fetchedBytes,
		fetchedCount: plan.fetchedCount,
	};
}

export function changeToText(result: ChangeResult, view: View): string {
	switch (result.outcome) {
		case 'planned':
			return result.changesWishes !== true && isEmpty(result.plan)
				? paint(unchangedSentence(result.plan), 'plain', view)
				: joinBlocks([
						isEmpty(result.plan)
							? paragraphLines('No package would come or go; a new generation would say what is asked for, held and disabled.', { view })
							: [planText(result, view)],
						[paint('Dry run: nothing was changed.', 'strong', view)],
					]);
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

export function changeToExitCode({ outcome, plan, tellsByExitCode, changesWishes }: ChangeResult): number {
	return outcome === 'planned' && tellsByExitCode && (plan.changes.length > 0 || changesWishes === true) ? CHANGES_AVAILABLE_EXIT_CODE : 0;
}

function isEmpty(plan: Plan): boolean {
	return plan.changes.length === 0 && plan.requirements.length === 0 && plan.targetGeneration === null && plan.kind !== 'override';
}

function appliedSentence({ plan, applied }: ChangeResult, view: View): string {
	const changes = applied?.changes ?? plan.changes;
	const generation = `Generation ${applied?.toGeneration ?? plan.baseGeneration} is current.`;
	return `${paint(`${whatHappened(plan, changes)}.`, 'strong', view)} ${paint(generation, 'good', view)}`;
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
		rows.push([cell(plan.targetGeneration === null ? 'Go back' : 'Undo it', 'dim'), `plugward rollback ${plan.baseGeneration}`]);
	}

	return tableLines(rows, { view });
}
