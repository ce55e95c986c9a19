import { Box, Text } from 'ink';

import { textWidth } from '../../format.ts';
import { footerBindings, keyLabel, wideBindings } from '../../key-bindings.ts';
import type { Command } from '../../key-bindings.ts';
import type { State } from '../../state.ts';
import { useClickArea } from './click-areas.tsx';

/** As many of the usable keys as fit; `?` and `q` always do. */
export function Footer({ state, columns }: { readonly state: State; readonly columns: number }) {
	const hints = fittingHints(state, columns - 2);
	const area = useClickArea((column) => {
		const hint = hintAt(hints, column - 1);
		return hint === null ? null : { type: 'command', command: hint.command };
	});
	return (
		<Box ref={area} width={columns} height={1} paddingX={1}>
			<Text wrap="truncate">
				{hints.map((hint, index) => (
					<Text key={hint.label}>
						{index === 0 ? '' : GAP}
						<Text bold color="cyan">
							{hint.key}
						</Text>
						<Text> {hint.label}</Text>
					</Text>
				))}
			</Text>
		</Box>
	);
}

const GAP = '   ';

type Hint = { readonly command: Command; readonly key: string; readonly label: string; readonly isLast: boolean };

function hintAt(hints: readonly Hint[], column: number): Hint | null {
	let start = 0;
	for (const hint of hints) {
		const end = start + textWidth(`${hint.key} ${hint.label}`);
		if (column >= start && column < end) {
			return hint;
		}

		start = end + GAP.length;
	}

	return null;
}

/** Always shown: the ways out, and where to read about the rest. */
const LAST: ReadonlySet<Command> = new Set(['back', 'help', 'quit', 'stop-editing']);

export function fittingHints(state: State, width: number): readonly Hint[] {
	const hints = footerBindings(state).map(({ command, keys, label }): Hint => ({
		command,
		key: keyLabel(keys[0] ?? ''),
		label: label ?? '',
		isLast: LAST.has(command),
	}));
	const last = hints.filter((hint) => hint.isLast);
	let room = width - last.reduce((sum, hint) => sum + hintWidth(hint), 0);
	const fitting = hints
		.filter((hint) => !last.includes(hint))
		.filter((hint) => {
			room -= hintWidth(hint);
			return room >= 0;
		});
	const more = wideBindings(state)
		.map((binding): Hint => ({
			command: binding.command,
			key: keyLabel(binding.keys[0] ?? ''),
			label: binding.wideLabel ?? '',
			isLast: false,
		}))
		.filter((hint) => {
			room -= hintWidth(hint);
			return room >= 0;
		});
	return [...fitting, ...more, ...last];
}

function hintWidth(hint: Hint): number {
	return hint.key.length + hint.label.length + 4;
}
