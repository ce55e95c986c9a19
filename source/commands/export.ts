import { EngineError, type ExportedHome, type ExportedTree } from '../engine/index.ts';
import { formatBytes, plural } from '../format.ts';
import type { CommandContext, CommandDefinition } from './command.ts';
import { countFlag, isSet, requirePositionals, textFlag } from './flags.ts';
import { joinBlocks, paint, paragraphLines, type View } from './layout.ts';

export type ExportResult = ({ readonly type: 'node-modules' } & ExportedTree) | ({ readonly type: 'archive' } & ExportedHome);

/** One word for both: what is installed leaves the home, as a folder for other tools or as a file for another home. */
export const exportTree: CommandDefinition<ExportResult> = {
	name: 'export',
	aliases: [],
	summary: 'Make a node_modules, or one file that another home imports',
	usage: '--node-modules FOLDER | --archive FILE',
	flags: {
		nodeModules: { type: 'string', placeholder: 'FOLDER', description: 'The node_modules to make; empty, new, or of an earlier export' },
		archive: { type: 'string', placeholder: 'FILE', description: 'The archive to make, with packages and proofs; see import' },
		generation: { type: 'number', placeholder: 'NUMBER', description: 'With --archive: this generation (the current one)' },
		all: { type: 'boolean', description: 'With --archive: every generation of the profile' },
	},
	examples: [
		'plugward export --node-modules ./node_modules',
		'plugward export --archive home.tar',
		'plugward export --archive all.tar --all',
	],
	fields: [
		'type',
		'folder',
		'file',
		'generation',
		'generations',
		'folders',
		'linkedFiles',
		'copiedFiles',
		'unchanged',
		'packageCount',
		'withoutProof',
		'bytes',
		'integrity',
	],
	rows: null,
	run: runExport,
	toJson: (result) => ({ ...result }),
	toText: (result, view) => (result.type === 'archive' ? archiveText(result, view) : treeText(result, view)),
};

async function runExport({ engine, parsed, call }: CommandContext): Promise<ExportResult> {
	requirePositionals(parsed, { least: 0, most: 0, usage: 'export --node-modules FOLDER | --archive FILE' });
	const folder = textFlag(parsed, 'nodeModules');
	const file = textFlag(parsed, 'archive');
	const generation = countFlag(parsed, 'generation', 1);
	if ((folder === null) === (file === null)) {
		throw new EngineError('usage', folder === null ? 'Nothing was named to export to.' : 'Two things were named to export to.', {
			hint: 'Type: plugward export --node-modules ./node_modules, or: plugward export --archive home.tar',
		});
	}

	if (file !== null) {
		return { type: 'archive', ...(await engine.exportHome({ file, generation, all: isSet(parsed, 'all') }, call)) };
	}

	if (generation !== null || isSet(parsed, 'all')) {
		throw new EngineError('usage', '--generation and --all go with --archive.', {
			hint: 'A node_modules is made of the current generation.',
		});
	}

	return { type: 'node-modules', ...(await engine.exportNodeModules(folder ?? '', call)) };
}

function archiveText({ file, generations, packageCount, withoutProof, bytes, integrity }: ExportedHome, view: View): string {
	const what = generations.length === 1 ? `generation ${generations[0] ?? 0}` : `generations ${generations.join(', ')}`;
	return joinBlocks([
		[paint(`Exported ${what} with ${plural(packageCount, 'package')}, ${formatBytes(bytes)}.`, 'good', view)],
		paragraphLines(integrity, { view, tone: 'dim' }),
		withoutProof === 0
			? []
			: paragraphLines(`${plural(withoutProof, 'package')} without proofs, so that an import can only check the bytes.`, {
					view,
					tone: 'dim',
				}),
		paragraphLines('Its grants are shown by an import, and count for nothing there until you allow them again.', { view, tone: 'dim' }),
		paragraphLines(`On the other machine: plugward import ${file}`, { view, tone: 'dim' }),
	]);
}

function treeText(result: ExportedTree, view: View): string {
	return result.unchanged
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
			]);
}
