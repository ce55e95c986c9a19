import { Box, Text } from 'ink';

import { cleanLine, formatDuration } from '../format.ts';
import { keyNames } from '../key-bindings.ts';
import { insideOf, layoutOf } from '../layout.ts';
import { findOperation } from '../select.ts';
import type { Operation, Page, State } from '../state.ts';
import { documentOf } from '../views/index.ts';
import { DocumentView, scrollInfo } from './parts/document-view.tsx';
import { Pane } from './parts/pane.tsx';
import { Spinner } from './parts/spinner.tsx';

/** An operation while it runs and afterwards: steps, transfers, output, result. */
export function OperationScreen({ state, page }: { readonly state: State; readonly page: Extract<Page, { readonly type: 'operation' }> }) {
	const layout = layoutOf(state.size);
	const size = { columns: layout.columns, rows: layout.bodyRows };
	const inside = insideOf(size);
	const operation = findOperation(state, page.operation);
	const document = documentOf(state);
	if (operation === null || document === null) {
		return null;
	}

	const rows = inside.rows - 2;
	// While it runs the newest lines matter; afterwards its start does, or wherever the reader went.
	const scroll = state.scrolls[document.id] ?? (operation.endedAt === null ? document.lines.length : 0);
	return (
		<Pane
			title={cleanLine(operation.title)}
			info={scrollInfo(document.lines.length, scroll, rows)}
			columns={size.columns}
			rows={size.rows}
			isFocused
		>
			<Headline operation={operation} leave={keyNames(state)('back')} />
			<Text> </Text>
			<Box height={rows}>
				<DocumentView lines={document.lines} scroll={scroll} rows={rows} width={inside.columns} />
			</Box>
		</Pane>
	);
}

function Headline({ operation, leave }: { readonly operation: Operation; readonly leave: string }) {
	switch (operation.status) {
		case 'running':
			return (
				<Text wrap="truncate">
					<Spinner /> <Text bold>Running</Text>
					<Text dimColor>{`   ${leave} lets it go on in the background, Ctrl-C cancels it safely`}</Text>
				</Text>
			);
		case 'cancelling':
			return (
				<Text wrap="truncate">
					<Spinner /> <Text color="yellow">Cancelling safely: what was current stays current</Text>
				</Text>
			);
		case 'done':
			return <Text color="green">{`+ Done in ${durationOf(operation)}`}</Text>;
		case 'failed':
			return <Text color="red">{`! Failed after ${durationOf(operation)}${unchangedWords(operation)}`}</Text>;
		case 'cancelled':
			return <Text color="yellow">{`- Cancelled after ${durationOf(operation)}${unchangedWords(operation)}`}</Text>;
	}
}

/** What matters after a change that did not happen; a run or a check changes nothing anyway. */
function unchangedWords(operation: Operation): string {
	return operation.request.type === 'run' || operation.request.type === 'verify' ? '' : '; nothing has changed';
}

function durationOf(operation: Operation): string {
	return formatDuration((operation.endedAt ?? operation.startedAt) - operation.startedAt);
}
