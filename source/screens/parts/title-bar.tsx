import { Box, Text } from 'ink';

import { titleLabels } from '../../sections.ts';
import type { Section, TitleLabel } from '../../sections.ts';
import { useClickArea } from './click-areas.tsx';

type Props = {
	readonly section: Section;
	readonly columns: number;
	readonly generation: number | null;
	readonly profile: string;
	readonly updates: number;
	readonly keyOf: (section: Section) => string;
};

/** The sections with their number keys; brackets mark the current one. */
export function TitleBar({ section, columns, generation, profile, updates, keyOf }: Props) {
	const line = profile === 'default' ? '' : `${profile}: `;
	const right = generation === null ? '' : `${line}${columns >= 130 ? 'generation' : 'gen'} ${generation}`;
	const badges = updates > 0 ? { updates: ` (${updates})` } : {};
	const { brand, labels } = titleLabels({ columns, current: section, right, badges, keyOf });
	const area = useClickArea((column) => {
		const section = labelAt(labels, column - brand.length);
		return section === null ? null : { type: 'section', section };
	});
	return (
		<Box ref={area} width={columns} height={1} justifyContent="space-between">
			<Text wrap="truncate">
				<Text bold color="cyan">
					{brand}
				</Text>
				{labels.map((label) => (
					<Text key={label.section} {...(label.section === section ? { bold: true, inverse: true } : {})}>
						{label.text}
					</Text>
				))}
			</Text>
			<Text dimColor>{right === '' ? '' : ` ${right} `}</Text>
		</Box>
	);
}

function labelAt(labels: readonly TitleLabel[], column: number): Section | null {
	let start = 0;
	for (const { section, text } of labels) {
		if (column >= start && column < start + text.length) {
			return section;
		}

		start += text.length;
	}

	return null;
}
