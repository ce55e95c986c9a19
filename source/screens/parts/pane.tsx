import { Box, Text } from 'ink';
import type { ReactNode } from 'react';

import { drawable, textWidth, truncate } from '../../format.ts';

type Props = {
	readonly title: string;
	/** On the right of the title, for instance `3 of 41`. */
	readonly info?: string;
	readonly columns: number;
	readonly rows: number;
	/** Something is wrong with what is shown; the title gives way to it. */
	readonly alert?: string;
	/** The pane that the movement keys move in. */
	readonly isFocused?: boolean;
	readonly children: ReactNode;
};

const SHORTEST_TITLE = 10;

/** A bordered area with its name in the border. */
export function Pane({ title, info = '', alert = '', columns, rows, isFocused = false, children }: Props) {
	const style = isFocused ? { color: 'cyan' } : { dimColor: true };
	const warning = alert === '' ? '' : ` ${truncate(drawable(alert), Math.max(0, columns - SHORTEST_TITLE - 7))} `;
	const name = truncate(drawable(title), Math.max(0, columns - 6 - textWidth(warning)));
	const right = textWidth(name) + textWidth(warning) + textWidth(info) + 10 > columns || info === '' ? '' : ` ${info} `;
	const line = '─'.repeat(Math.max(0, columns - 5 - textWidth(name) - textWidth(warning) - textWidth(right)));
	return (
		<Box flexDirection="column" width={columns} height={rows}>
			<Text wrap="truncate">
				<Text {...style}>╭─</Text>
				<Text bold> {name} </Text>
				<Text {...style}>{line}</Text>
				<Text color="yellow">{warning}</Text>
				<Text dimColor>{right}</Text>
				<Text {...style}>╮</Text>
			</Text>
			<Box
				flexDirection="column"
				width={columns}
				height={rows - 1}
				borderStyle="round"
				borderTop={false}
				{...(isFocused ? { borderColor: 'cyan' } : { borderDimColor: true })}
				paddingX={1}
				overflow="hidden"
			>
				{children}
			</Box>
		</Box>
	);
}
