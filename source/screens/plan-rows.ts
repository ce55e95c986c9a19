import type { Requirement } from '../engine/index.ts';
import { cleanLine, fit } from '../format.ts';
import type { PlanItem } from '../plan-review.ts';
import { answerTo, requirementSubject } from '../plan-review.ts';
import type { Answers } from '../state.ts';
import { badgeText, changeBadge, levelBadge, span } from '../theme.ts';
import type { Line, Span } from '../theme.ts';
import { versionWords } from '../version-words.ts';
import { shareCells, widestOf } from './column-widths.ts';
import { joinSpans, LEVEL_WIDTH } from './rows.ts';

/** Widths for the rows of one plan; a decision and a change have columns of their own. */
export type PlanColumns = { readonly subject: number; readonly asked: number; readonly name: number; readonly versions: number };

const ANSWER_WIDTH = 10;
const SIGN_WIDTH = 1;

export function planColumns(items: readonly PlanItem[], width: number): PlanColumns {
	const requirements = items.flatMap((item) => (item.type === 'requirement' ? [item.requirement] : []));
	const changes = items.flatMap((item) => (item.type === 'requirement' ? [] : [item.change]));
	const widest = (texts: readonly string[]): number => widestOf(texts, { most: width });
	// One more than the text where there is room, so that columns stand apart.
	const [subject = 0, asked = 0] = shareCells(width - ANSWER_WIDTH - 2, [
		widest(requirements.map((requirement) => cleanLine(requirementSubject(requirement)))) + 1,
		widest(requirements.map((requirement) => cleanLine(requirementText(requirement)))),
	]);
	const [name = 0, versions = 0] = shareCells(width - SIGN_WIDTH - LEVEL_WIDTH - 3, [
		widest(changes.map((change) => cleanLine(change.name))) + 1,
		widest(changes.map((change) => cleanLine(versionWords(change)))) + 1,
	]);
	return { subject, asked, name, versions };
}

export function planRow(item: PlanItem, answers: Answers, columns: PlanColumns): Line {
	if (item.type === 'requirement') {
		return requirementRow(item.requirement, answers, columns);
	}

	const badge = changeBadge(item.change.type);
	const level = item.package === null ? null : levelBadge(item.package.verdict.level);
	return joinSpans([
		span(badge.sign, badge.tone),
		span(fit(cleanLine(item.change.name), columns.name), item.change.isRoot ? 'strong' : 'plain'),
		span(fit(cleanLine(versionWords(item.change)), columns.versions), 'dim'),
		level === null ? span(fit('', LEVEL_WIDTH)) : span(fit(badgeText(level), LEVEL_WIDTH), level.tone),
	]);
}

function requirementRow(requirement: Requirement, answers: Answers, { subject, asked }: PlanColumns): Line {
	return joinSpans([
		answerSpan(requirement, answerTo(requirement, answers)),
		span(fit(cleanLine(requirementSubject(requirement)), subject), 'strong'),
		span(fit(cleanLine(requirementText(requirement)), asked)),
	]);
}

function answerSpan(requirement: Requirement, answer: 'accept' | 'deny' | undefined): Span {
	if (answer === 'accept') {
		return span('[x] accept', 'good');
	}

	if (answer === 'deny' || requirement.type === 'permission') {
		return span('[ ] deny  ', 'warning');
	}

	return span('[?] decide', 'bad');
}

export function requirementText(requirement: Requirement): string {
	switch (requirement.type) {
		case 'permission':
			return requirement.permissionId;
		case 'lower-level':
			return `only ${requirement.level}, policy asks for ${requirement.minimum}`;
		case 'changed-identity':
			return 'built by somebody else than before';
		case 'young-version':
			return `${requirement.version} is only ${Math.floor(requirement.ageHours)} h old`;
		case 'downgrade':
			return `goes back from ${requirement.from} to ${requirement.version}`;
	}
}
