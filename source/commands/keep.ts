import type { CommandDefinition } from './command.ts';
import { isSet, requirePositionals } from './flags.ts';
import { paint } from './layout.ts';
import { requireGenerationNumber } from './rollback.ts';

export type KeepResult = { readonly generation: number; readonly isKept: boolean };

export const keep: CommandDefinition<KeepResult> = {
	name: 'keep',
	aliases: [],
	summary: 'Mark a generation so that gc never removes it',
	usage: '<generation>',
	flags: { release: { type: 'boolean', description: 'Take the mark away' } },
	examples: ['plugward keep 3', 'plugward keep 3 --release'],
	fields: ['generation', 'isKept'],
	rows: null,
	run: async ({ engine, parsed, call }) => {
		requirePositionals(parsed, { least: 1, most: 1, usage: 'keep <generation>' });
		const generation = requireGenerationNumber(parsed.positionals[0] ?? '');
		const isKept = !isSet(parsed, 'release');
		await (isKept ? engine.keepGeneration(generation, call) : engine.releaseGeneration(generation, call));
		return { generation, isKept };
	},
	toJson: ({ generation, isKept }) => ({ generation, isKept }),
	toText: ({ generation, isKept }, view) =>
		paint(isKept ? `Generation ${generation} is kept; gc leaves it.` : `Generation ${generation} is no longer kept.`, 'plain', view),
};
