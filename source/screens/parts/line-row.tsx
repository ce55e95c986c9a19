import { Text } from 'ink';
import { createContext, memo, use } from 'react';

import { fit, textWidth } from '../../format.ts';
import { styledText } from '../../theme.ts';
import type { Line } from '../../theme.ts';

type Props = {
	readonly line: Line;
	readonly width: number;
	/** Undefined outside lists, where nothing can be selected. */
	readonly isSelected?: boolean;
};

/** Whether the terminal shows styles. */
export const StylesContext = createContext(false);

/** One row of the screen as one text, not as one for each of its parts: to look after those would take most of the time of a frame. A selected row is marked by a sign as well, for those who see no colours. */
export const LineRow = memo(function LineRow({ line, width, isSelected }: Props) {
	const hasStyles = use(StylesContext);
	if (isSelected === true) {
		const text = `> ${textOf(line)}`;
		const rest = width - textWidth(text);
		return (
			<Text wrap="truncate" inverse bold>
				{rest < 0 ? fit(text, width) : <SelectedParts line={line} rest={rest} />}
			</Text>
		);
	}

	return (
		<Text wrap="truncate">
			{isSelected === undefined ? '' : '  '}
			{line.every((part) => part.text === '') ? ' ' : hasStyles ? styledText(line) : textOf(line)}
		</Text>
	);
}, isSameRow);

function textOf(line: Line): string {
	return line.map((part) => part.text).join('');
}

/** Colours do not go with the inverse of the terminal's own, but what matches stays marked. */
function SelectedParts({ line, rest }: { readonly line: Line; readonly rest: number }) {
	return (
		<>
			{'> '}
			{line.map((part, index) =>
				part.tone === 'match' ? (
					// oxlint-disable-next-line react/no-array-index-key
					<Text key={index} underline>
						{part.text}
					</Text>
				) : (
					part.text
				),
			)}
			{' '.repeat(rest)}
		</>
	);
}

function isSameRow(left: Props, right: Props): boolean {
	return left.width === right.width && left.isSelected === right.isSelected && isSameLine(left.line, right.line);
}

function isSameLine(left: Line, right: Line): boolean {
	return (
		left === right ||
		(left.length === right.length && left.every((part, index) => part.text === right[index]?.text && part.tone === right[index]?.tone))
	);
}
