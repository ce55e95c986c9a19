import { EngineError, type ExportedTree } from '../engine/index.ts';
import { plural } from '../format.ts';
import type { CommandDefinition } from './command.ts';
import { requirePositionals, textFlag } from './flags.ts';
import { joinBlocks, paint, paragraphLines } from './layout.ts';

export const exportTree: CommandDefinition<ExportedTree> = {
	name: 'export',
	aliases: [],
	summary: 'Link an ordinary node_modules out of the content store',
	usage: '--node-modules FOLDER',
	flags: {
		nodeModules: { type: 'string', placeholder: 'FOLDER', description: 'The node_modules to make; empty, new, or of an earlier export' },
	},
	examples: ['plugward export --node-modules ./node_modules'],
	fields: ['folder', 'generation', 'folders', 'linkedFiles', 'copiedFiles', 'unchanged'],
	rows: null,
	run: async ({ engine, parsed, call }) => {
		requirePositionals(parsed, { least: 0, most: 0, usage: 'export --node-modules FOLDER' });
		const folder = textFlag(parsed, 'nodeModules');
		if (folder === null || folder === '') {
			throw new EngineError('usage', 'No folder was named to export to.', { hint: 'Type: plugward export --node-modules ./node_modules' });
		}

		return engine.exportNodeModules(folder, call);
	},
	toJson: (result) => ({ ...result }),
	toText: (result, view) =>
		result.unchanged
			? paint(`Already there: node_modules of generation ${result.generation}.`, 'good', view)
			: joinBlocks([
					[paint(`Made node_modules of generation ${result.generation}.`, 'good', view)],
					paragraphLines(
						`${plural(result.folders, 'package')}; ${plural(result.linkedFiles, 'file')} linked, ${result.copiedFiles} copied.`,
						{
							view,
							tone: 'dim',
						},
					),
					paragraphLines('Linked files are the store itself: change them only after copying.', { view, tone: 'dim' }),
				]),
};
