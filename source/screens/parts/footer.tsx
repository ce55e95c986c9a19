import { Box, Text } from 'ink';

import { footerBindings, keyLabel, wideBindings } from '../../key-bindings.ts';
import type { Command } from '../../key-bindings.ts';
import type { State } from '../../state.ts';

/** As many of the usable keys as fit; `?` and `q` always do. */
export function Footer({ state, columns }: { readonly state: State; readonly columns: number }) {
	const hints = fittingHints(state, columns - 2);
	return (
		<Box width={columns} height={1} paddingX={1}>
			<Text wrap="truncate">
				{hints.map((hint, index) => (
					<Text key={hint.label}>
						{index === 0 ? '' : '   '}
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

type Hint = { readonly key: string; readonly label: string; readonly isLast: boolean };

/** Always shown: the ways out, and where to read about the rest. */
const LAST: ReadonlySet<Command> = new Set(['back', 'help', 'quit', 'stop-editing']);

export function fittingHints(state: State, width: number): readonly Hint[] {
	const hints = footerBindings(state).map(({ command, keys, label }): Hint => ({
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
		.map((binding): Hint => ({ key: keyLabel(binding.keys[0] ?? ''), label: binding.wideLabel ?? '', isLast: false }))
		.filter((hint) => {
			room -= hintWidth(hint);
			return room >= 0;
		});
	return [...fitting, ...more, ...last];
}

function hintWidth(hint: Hint): number {
	return hint.key.length + hint.label.length + 4;
}
