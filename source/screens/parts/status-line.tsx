import { Box, Text } from 'ink';

import { cleanLine, truncate, textWidth } from '../../format.ts';
import { keyNames } from '../../key-bindings.ts';
import { runningOperation, topPage } from '../../select.ts';
import type { Operation, State } from '../../state.ts';
import { isFetching } from '../documents/operation-document.ts';
import { transferWords } from '../documents/transfer-lines.ts';
import { useClickArea } from './click-areas.tsx';
import { Spinner } from './spinner.tsx';

type Props = { readonly state: State; readonly columns: number; readonly equivalent: string };

/** A message if there is one, else the operation that runs in the background, else the scripted command for this screen. */
export function StatusLine({ state, columns, equivalent }: Props) {
	const isElsewhere = state.notice === null && runningOperation(state) !== null;
	const area = useClickArea(() => (isElsewhere ? { type: 'command', command: 'go-activity' } : null));
	return (
		<Box ref={area} width={columns} height={1} paddingX={1}>
			<Content state={state} columns={columns - 2} equivalent={equivalent} />
		</Box>
	);
}

function Content({ state, columns, equivalent }: Props) {
	if (state.notice !== null) {
		const style = { info: { color: 'cyan' }, warning: { color: 'yellow' }, bad: { color: 'red' } }[state.notice.tone];
		const sign = state.notice.tone === 'info' ? 'i' : '!';
		return (
			<Text wrap="truncate" {...style}>
				{truncate(`${sign} ${cleanLine(state.notice.text)}`, columns)}
			</Text>
		);
	}

	const running = runningOperation(state);
	if (running !== null && topPage(state)?.type !== 'operation') {
		return (
			<Text wrap="truncate">
				<Spinner /> {backgroundText(running, keyNames(state)('go-activity'), columns - 2)}
			</Text>
		);
	}

	return (
		<Text wrap="truncate" dimColor>
			{truncate(`same as: plugward ${cleanLine(equivalent)}`, columns)}
		</Text>
	);
}

/** How far it has come stays readable beside a title of any length. */
function backgroundText(operation: Operation, key: string, columns: number): string {
	const rest = `  ${progressText(operation)}  (${key} shows it, Ctrl-C cancels it)`;
	return truncate(truncate(cleanLine(operation.title), Math.max(20, columns - textWidth(rest))) + rest, columns);
}

function progressText(operation: Operation): string {
	const step = operation.steps.findLast((candidate) => candidate.status === 'running');
	return [step?.step ?? '', transferWords(operation, isFetching(operation))].filter((words) => words !== '').join(' ');
}
