import type { UpdateReview } from '../engine/index.ts';
import { BLANK, heading, paragraph } from '../screens/documents/lines.ts';
import { span } from '../theme.ts';
import type { Line } from '../theme.ts';

/** What the authors say changed, as the new package ships it. */
export function changelogDocument({ changelog: { file, sections }, from, to }: UpdateReview, width: number): readonly Line[] {
	if (file === null) {
		return paragraph('The package ships no changelog. The files say what changed.', width, { tone: 'dim' });
	}

	if (sections.length === 0) {
		return paragraph(`${file} says nothing about the versions after ${from.version}, up to ${to.version}.`, width, { tone: 'dim' });
	}

	return sections.flatMap(({ version, lines }, index) => [
		...(index === 0 ? [] : [BLANK]),
		heading(version),
		...(lines.length === 0
			? paragraph('Nothing is said about it.', width, { tone: 'dim' })
			: lines.flatMap((line) => changelogLine(line, width))),
	]);
}

/** Markdown as far as a changelog needs it: headings stand out, links are their text. */
function changelogLine(line: string, width: number): readonly Line[] {
	const title = /^\s*#{2,6}\s+(.*)$/.exec(line)?.[1];
	const text = (title ?? line).replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').replaceAll(/\*\*|__|`/g, '');
	if (title !== undefined) {
		return paragraph(text, width, { tone: 'info' });
	}

	const item = /^(\s*)[*+-]\s+(.*)$/.exec(text);
	if (item === null) {
		return paragraph(text, width);
	}

	const indent = Math.min(6, (item[1] ?? '').length);
	return paragraph(item[2] ?? '', width, { indent: indent + 2 }).map((part, index) =>
		index === 0
			? [
					span(`${' '.repeat(indent)}- `, 'dim'),
					span(
						part
							.map(({ text: piece }) => piece)
							.join('')
							.slice(indent + 2),
					),
				]
			: part,
	);
}
