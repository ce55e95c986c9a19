import { Box } from 'ink';
import TextInput from 'ink-text-input';

import { graphemes, textWidth } from '../../format.ts';
import { lineText } from '../../terminal/index.ts';
import type { LineEditor } from '../../terminal/index.ts';
import { useCursorPlace } from './cursor-place.tsx';

type Props = {
	readonly line: LineEditor;
	readonly placeholder: string;
	readonly width: number;
	readonly isFocused: boolean;
	/** Where the field starts on the screen, for the terminal's own cursor. */
	readonly column: number;
	readonly row: number;
};

/**
 * A text field. The keys go through the line editor, which knows graphemes and bursts; the input component draws the value it is
 * given, and the cursor is the terminal's own, so that input methods know where the text appears.
 */
export function TextField({ line, placeholder, width, isFocused, column, row }: Props) {
	const shown = visiblePart(line, width - 1);
	useCursorPlace(isFocused ? { x: column + shown.cursor, y: row } : null);
	return (
		<Box width={width} height={1} overflow="hidden">
			<TextInput
				value={shown.text}
				placeholder={lineText(line) === '' ? placeholder : ''}
				focus={false}
				showCursor={false}
				onChange={ignoreChange}
			/>
		</Box>
	);
}

/** The keys never reach the component: it is not focused. */
function ignoreChange(): void {
	// The line editor has the keys.
}

/** The part of a long line around the cursor, and the cursor's cell in it. */
export function visiblePart(line: LineEditor, width: number): { readonly text: string; readonly cursor: number } {
	let before = line.before;
	while (textWidth(before) > width) {
		before = before.slice(graphemes(before)[0]?.length ?? 1);
	}

	const room = width - textWidth(before);
	let after = '';
	for (const grapheme of graphemes(line.after)) {
		if (textWidth(after) + textWidth(grapheme) > room) {
			break;
		}

		after += grapheme;
	}

	return { text: before + after, cursor: textWidth(before) };
}
