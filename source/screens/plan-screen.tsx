import { Box, Text } from 'ink';

import { cleanLine, formatBytes, plural } from '../format.ts';
import { layoutOf } from '../layout.ts';
import { listOf, selectedIn } from '../lists.ts';
import { answerTo, openRequirements, planItems } from '../plan-review.ts';
import type { Answers, Page, State } from '../state.ts';
import { span } from '../theme.ts';
import { screenAreas } from '../views/index.ts';
import type { Plan } from '../engine/index.ts';
import { DetailPane } from './parts/detail-pane.tsx';
import { ListPane, listWidth } from './parts/list-pane.tsx';
import { planColumns, planRow } from './plan-rows.ts';

const SUMMARY_ROWS = 2;

/** What would change, what was proven, and what the user must decide, before anything changes. */
export function PlanScreen({ state, page }: { readonly state: State; readonly page: Extract<Page, { readonly type: 'plan' }> }) {
	const layout = layoutOf(state.size);
	const { main, detail } = screenAreas(state);
	const items = planItems(page.plan);
	const list = listOf(state);
	const columns = planColumns(items, listWidth(main));
	return (
		<Box flexDirection="column" height={layout.bodyRows}>
			<Summary plan={page.plan} answers={page.answers} />
			<Box flexDirection={layout.isWide ? 'row' : 'column'}>
				<ListPane
					title={`Plan: ${cleanLine(page.plan.command)}`}
					size={main}
					items={list.items}
					selected={selectedIn(state, list)}
					rowAt={(index) => {
						const item = items[index];
						return item === undefined ? [] : planRow(item, page.answers, columns);
					}}
					placeholder={() => [[span(emptyPlanText(page.plan))]]}
				/>
				<DetailPane state={state} size={detail} title="Why and what it means" />
			</Box>
		</Box>
	);
}

function Summary({ plan, answers }: { readonly plan: Plan; readonly answers: Answers }) {
	const open = openRequirements(plan, answers).length;
	const permissions = plan.requirements.filter((requirement) => requirement.type === 'permission');
	const granted = permissions.filter((requirement) => answerTo(requirement, answers) === 'accept').length;
	const warning = plan.notices.find((notice) => notice.severity === 'warning');
	const target =
		plan.targetGeneration === null
			? `generation ${plan.baseGeneration} stays until you apply`
			: `generation ${plan.baseGeneration} -> ${plan.targetGeneration}`;
	return (
		<Box flexDirection="column" height={SUMMARY_ROWS} paddingX={1}>
			<Text wrap="truncate">
				<Text bold>{countChanges(plan)}</Text>
				<Text
					dimColor
				>{`   ${plan.fetchedCount === 0 ? 'nothing to fetch' : `${plural(plan.fetchedCount, 'package')}, ${formatBytes(plan.fetchedBytes)} fetched`}   ${target}`}</Text>
			</Text>
			<Text wrap="truncate">
				{open > 0 ? (
					<Text color="red" bold>{`! ${plural(open, 'decision')} open   `}</Text>
				) : (
					<Text color="green">{'+ ready to apply   '}</Text>
				)}
				{permissions.length === 0 ? null : (
					<Text color="yellow">{`${granted} of ${plural(permissions.length, 'permission')} granted   `}</Text>
				)}
				<Text color="yellow">{warning === undefined ? '' : `! ${cleanLine(warning.text)}`}</Text>
			</Text>
		</Box>
	);
}

const MARK_WORDS: Readonly<Partial<Record<Plan['kind'], string>>> = {
	pin: 'stays at exactly the installed version',
	unpin: 'may move within its major version again',
	hold: 'is left alone by updates',
	unhold: 'is moved by updates again',
	enable: 'may run again',
	disable: 'stays installed and does not run',
};

/** A mark moves no version, and is a change all the same. */
function emptyPlanText({ kind, command }: Plan): string {
	const words = MARK_WORDS[kind];
	return words === undefined
		? 'This plan changes nothing: everything is already so.'
		: `No version changes. ${cleanLine(command.slice(command.indexOf(' ') + 1))} ${words}.`;
}

function countChanges(plan: Plan): string {
	const kinds = ['add', 'update', 'downgrade', 'remove'] as const;
	const words = kinds.flatMap((kind) => {
		const count = plan.changes.filter((change) => change.type === kind).length;
		return count === 0 ? [] : [`${count} to ${kind}`];
	});
	return words.length === 0 ? (MARK_WORDS[plan.kind] === undefined ? 'Nothing to change' : 'No version changes') : words.join(', ');
}
