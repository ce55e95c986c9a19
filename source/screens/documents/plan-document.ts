import { type Change, hoursText, type Plan, type PlannedPackage, type Requirement } from '../../engine/index.ts';
import { cleanLine, formatBytes } from '../../format.ts';
import type { KeyName } from '../../key-bindings.ts';
import type { PlanItem } from '../../plan-review.ts';
import { answerTo } from '../../plan-review.ts';
import type { Answers } from '../../state.ts';
import { span } from '../../theme.ts';
import type { Line } from '../../theme.ts';
import { changeLine } from '../rows.ts';
import { BLANK, bullet, fact, heading, paragraph } from './lines.ts';
import { OUTSIDE_OF_ISOLATE, permissionMeaning } from './plugin-document.ts';
import { evidenceDocument, verdictDocument } from './trust-document.ts';

/** Everything about the selected item of a plan. */
export function planItemDocument(
	item: PlanItem,
	plan: Plan,
	options: { readonly answers: Answers; readonly width: number; readonly key: KeyName },
): readonly Line[] {
	if (item.type === 'requirement') {
		const answer = answerTo(item.requirement, options.answers);
		return [
			...requirementDocument(item.requirement, options.width),
			BLANK,
			answerLine(item.requirement, answer, options.key('toggle-answer', 'plan')),
			...paragraph(consequence(item.requirement, answer), options.width, { tone: 'dim' }),
		];
	}

	return item.package === null ? bareChangeDocument(item.change, options.width) : packageDocument(item.package, plan, options.width);
}

function bareChangeDocument(change: Change, width: number): readonly Line[] {
	const text =
		change.type === 'remove'
			? 'It leaves. Its files stay in the content store while an earlier generation uses them.'
			: 'It comes from the content store, as it was verified when it was installed.';
	return [changeLine(change, width), BLANK, ...paragraph(text, width, { tone: 'dim' })];
}

function requirementDocument(requirement: Requirement, width: number): readonly Line[] {
	switch (requirement.type) {
		case 'permission':
			return [
				[
					span(cleanLine(requirement.permissionId), 'accent'),
					span(`  ${requirement.byPolicy === true ? 'allowed by policy' : noveltyWord(requirement.novelty)}`, 'dim'),
				],
				...paragraph(
					`${cleanLine(requirement.plugin)} ${cleanLine(requirement.version)} wants to: ${permissionMeaning(requirement.permission)}`,
					width,
				),
				...(requirement.runtime === undefined ? [] : paragraph(`It runs ${OUTSIDE_OF_ISOLATE}.`, width, { tone: 'warning' })),
				...(requirement.permission.reason === ''
					? paragraph('The author gives no reason.', width, { tone: 'warning' })
					: paragraph(`The author says: "${cleanLine(requirement.permission.reason)}"`, width)),
			];
		case 'lower-level':
			return [
				heading('Less proven than your policy asks'),
				...paragraph(
					`${cleanLine(requirement.package)} ${cleanLine(requirement.version)} is ${requirement.level}; the policy asks for at least ${requirement.minimum}.`,
					width,
				),
			];
		case 'changed-identity':
			return [
				heading('Built by somebody else than before'),
				...fact('Before', requirement.from, width),
				...fact('Now', requirement.to, width, 'warning'),
			];
		case 'young-version':
			return [
				heading('Very new version'),
				...paragraph(
					`${cleanLine(requirement.package)} ${cleanLine(requirement.version)} was published ${hoursText(requirement.ageHours)} ago; the policy waits ${hoursText(requirement.minimumHours)}, the time in which most malicious versions are found.`,
					width,
				),
			];
		case 'downgrade':
			return [
				heading('Older than what is installed'),
				...paragraph(
					`${cleanLine(requirement.package)} would go back from ${cleanLine(requirement.from)} to ${cleanLine(requirement.version)}. Nobody asked for that version: its tag was moved, or newer ones are gone. Old versions keep holes that newer ones closed.`,
					width,
				),
			];
	}
}

function noveltyWord(novelty: Extract<Requirement, { readonly type: 'permission' }>['novelty']): string {
	switch (novelty) {
		case 'new':
			return 'new';
		case 'widened':
			return 'wider than before';
		case 'carried-over':
			return 'as before';
	}
}

function answerLine(requirement: Requirement, answer: 'accept' | 'deny' | undefined, key: string): Line {
	const isDenied = answer === 'deny' || (answer === undefined && requirement.type === 'permission');
	return [
		{ ...span(answer === 'accept' ? '(x) accept' : '( ) accept', answer === 'accept' ? 'good' : 'plain'), command: 'accept' },
		span('   '),
		{ ...span(isDenied ? '(x) deny' : '( ) deny', isDenied ? 'warning' : 'plain'), command: 'deny' },
		span(`   ${key} switches`, 'dim'),
	];
}

function consequence(requirement: Requirement, answer: 'accept' | 'deny' | undefined): string {
	if (requirement.type === 'permission') {
		return answer === 'accept'
			? 'It may do this, and only this, from the next generation on.'
			: 'Denied: the plugin is installed, and each attempt is refused and logged.';
	}

	return answer === 'accept' ? 'Accepted for this version only.' : 'The plan cannot be applied without accepting this.';
}

function packageDocument(entry: PlannedPackage, plan: Plan, width: number): readonly Line[] {
	const size = entry.fetchedBytes === 0 ? 'nothing: already in the store' : formatBytes(entry.fetchedBytes);
	return [
		[span(cleanLine(entry.name), 'accent'), span(` ${cleanLine(entry.version)}`), span(entry.isRoot ? '' : '  dependency', 'dim')],
		...verdictDocument(entry, width),
		BLANK,
		...(entry.deprecated === null ? [] : bullet('!', `Deprecated: ${entry.deprecated}`, { width, tone: 'bad' })),
		...(entry.hasInstallScript ? bullet('!', 'Has an install script, which is never run.', { width, tone: 'warning' }) : []),
		...fact('Licence', entry.license === '' ? 'not stated' : entry.license, width),
		...fact('Fetched', size, width),
		...(entry.runtime === undefined ? [] : fact('Runs', OUTSIDE_OF_ISOLATE, width)),
		...fact('Tasks', entry.tasks === null ? `none: a plain package; try plugward x ${entry.name}` : entry.tasks.join(', '), width),
		BLANK,
		...evidenceDocument(entry.evidence, width),
		...(plan.targetGeneration !== null
			? [BLANK, ...paragraph('Judged again from cached evidence and current revocations.', width, { tone: 'dim' })]
			: []),
	];
}
