import { Box, Text } from 'ink';

import { titleLabels } from '../../sections.ts';
import type { Section } from '../../sections.ts';

type Props = {
	readonly section: Section;
	readonly columns: number;
	readonly generation: number | null;
	readonly profile: string;
	readonly updates: number;
};

/** The sections with their number keys; brackets mark the current one. */
export function TitleBar({ section, columns, generation, profile, updates }: Props) {
	const line = profile === 'default' ? '' : `${profile}: `;
	const right = generation === null ? '' : `${line}${columns >= 130 ? 'generation' : 'gen'} ${generation}`;
	const badges = updates > 0 ? { updates: ` (${updates})` } : {};
	const { brand, labels } = titleLabels({ columns, current: section, right, badges });
	return (
		<Box width={columns} height={1} justifyContent="space-between">
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
