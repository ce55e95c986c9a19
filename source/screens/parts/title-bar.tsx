import { Box, Text } from 'ink';

import { SECTION_TITLES, SECTIONS } from '../../sections.ts';
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
	const isNarrow = columns < 80;
	const line = profile === 'default' ? '' : `${profile}: `;
	const right = generation === null ? '' : `${line}${columns >= 100 ? 'generation' : 'gen'} ${generation}`;
	return (
		<Box width={columns} height={1} justifyContent="space-between">
			<Text wrap="truncate">
				{columns >= 92 ? (
					<Text bold color="cyan">
						{' plugward '}
					</Text>
				) : null}
				{SECTIONS.map((name, index) => {
					const badge = name === 'installed' && updates > 0 && columns >= 100 ? ` (${updates})` : '';
					const label = isNarrow && name !== section ? String(index + 1) : `${index + 1} ${SECTION_TITLES[name]}${badge}`;
					return name === section ? <Text key={name} bold inverse>{`[${label}]`}</Text> : <Text key={name}>{` ${label} `}</Text>;
				})}
			</Text>
			<Text dimColor>{right} </Text>
		</Box>
	);
}
