import { Box, Text } from 'ink';

import { cleanLine, fit, truncate } from '../format.ts';
import { keyNames } from '../key-bindings.ts';
import { insideOf, layoutOf } from '../layout.ts';
import { listOf, selectedIn } from '../lists.ts';
import { matchingEntries } from '../palette.ts';
import type { PaletteEntry } from '../palette.ts';
import type { Page, State } from '../state.ts';
import { lineText } from '../terminal/index.ts';
import { span } from '../theme.ts';
import type { Line } from '../theme.ts';
import { paragraph } from './documents/lines.ts';
import { ListPane } from './parts/list-pane.tsx';
import { TextField } from './parts/text-field.tsx';

const LABEL = ' : ';
const KEY_WIDTH = 10;
const ROWS_AROUND = 2;

/** Everything that can be done, found by typing a part of it. */
export function PaletteScreen({ state, page }: { readonly state: State; readonly page: Extract<Page, { readonly type: 'palette' }> }) {
	const layout = layoutOf(state.size);
	const entries = matchingEntries(page.entries, lineText(page.line));
	const list = listOf(state);
	const selected = selectedIn(state, list);
	const chosen = entries.find(({ key }) => key === selected);
	const size = { columns: layout.columns, rows: Math.max(3, layout.bodyRows - ROWS_AROUND) };
	return (
		<Box flexDirection="column" height={layout.bodyRows}>
			<Box height={1}>
				<Text bold color="cyan">
					{LABEL}
				</Text>
				<TextField
					line={page.line}
					placeholder="what to do"
					width={Math.max(10, layout.columns - LABEL.length - 1)}
					isFocused
					column={LABEL.length}
					row={1}
				/>
			</Box>
			<ListPane
				title="Commands"
				size={size}
				items={list.items}
				selected={selected}
				rowAt={(index, width) => {
					const entry = entries[index];
					return entry === undefined ? [] : paletteRow(entry, width);
				}}
				placeholder={(width) => paragraph(`No command says that. ${keyNames(state)('back')} leaves.`, width, { tone: 'dim' })}
			/>
			<Box height={1} paddingX={1}>
				<Text wrap="truncate" {...(chosen?.reason === null ? { dimColor: true } : { color: 'yellow' })}>
					{chosen === undefined ? '' : truncate(cleanLine(meaningOf(chosen)), insideOf(size).columns)}
				</Text>
			</Box>
		</Box>
	);
}

function meaningOf({ reason, scripted, keyLabel }: PaletteEntry): string {
	if (reason !== null) {
		return `Not now: ${reason}.`;
	}

	return scripted === null ? `Key ${keyLabel}; only a screen does it.` : `Key ${keyLabel}, or: plugward ${scripted}`;
}

function paletteRow({ keyLabel, help, place, reason, scripted }: PaletteEntry, width: number): Line {
	// What only a screen does has the room of its command.
	const scriptedWidth = width >= 70 && scripted !== null ? Math.floor(width * 0.36) : 0;
	const helpWidth = Math.max(8, width - KEY_WIDTH - scriptedWidth - 2);
	const isUsable = reason === null;
	return [
		span(fit(keyLabel, KEY_WIDTH), isUsable ? 'accent' : 'dim'),
		span(' '),
		span(fit(cleanLine(`${isUsable ? '' : '- '}${place === '' ? '' : `${place}: `}${help}`), helpWidth), isUsable ? 'plain' : 'dim'),
		span(scriptedWidth === 0 ? '' : ` ${fit(cleanLine(scripted ?? ''), scriptedWidth)}`, 'dim'),
	];
}
