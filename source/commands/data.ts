import { EngineError, type KeptPluginData, type KeptValues, stripToLine } from '../engine/index.ts';
import { formatBytes, plural } from '../format.ts';
import { askYesNo } from './ask.ts';
import type { CommandContext, CommandDefinition } from './command.ts';
import { isSet, requirePositionals } from './flags.ts';
import { cell, joinBlocks, paragraphLines, tableLines, type View } from './layout.ts';

type Data =
	| { readonly type: 'listed'; readonly plugins: readonly KeptPluginData[] }
	| { readonly type: 'shown'; readonly plugins: readonly [KeptValues] }
	| { readonly type: 'purged' | 'left'; readonly plugins: readonly [KeptPluginData] };

const USAGE = 'data list | show PLUGIN | purge PLUGIN';

export const data: CommandDefinition<Data> = {
	name: 'data',
	aliases: [],
	summary: 'Show what plugins keep in this home, or remove what one of them keeps',
	usage: 'list | show <plugin|./folder> | purge <plugin|./folder>',
	flags: {},
	examples: ['plugward data list', 'plugward data show @examples/greedy-notes', 'plugward data purge @examples/greedy-notes --yes'],
	fields: ['owner', 'folderName', 'isInstalled', 'keyCount', 'storageBytes', 'fileCount', 'filesBytes', 'values'],
	rows: 'plugins',
	run: async (context) => {
		const { engine, parsed, call } = context;
		const [word = '', target = ''] = parsed.positionals;
		const count = word === 'list' ? 1 : 2;
		requirePositionals(parsed, { least: count, most: count, usage: USAGE });
		switch (word) {
			case 'list':
				return { type: 'listed', plugins: await engine.data.list(call) };
			case 'show':
				return { type: 'shown', plugins: [await engine.data.show(target, call)] };
			case 'purge':
				return purge(context, target);
			default:
				throw new EngineError('usage', `data cannot "${stripToLine(word)}".`, { hint: `Type: plugward ${USAGE}` });
		}
	},
	toJson: (result) => ({ ...result }),
	toText: textOf,
};

async function purge({ engine, parsed, call, terminal }: CommandContext, target: string): Promise<Data> {
	const kept = await engine.data.show(target, call);
	if (!isSet(parsed, 'yes')) {
		if (!terminal.canAsk) {
			throw new EngineError('consent-required', `Nobody agreed to remove what ${stripToLine(target)} keeps: ${amountOf(kept)}.`, {
				hint: 'Agree to it: --yes',
			});
		}

		const question = `Remove for good what ${stripToLine(target)} keeps: ${amountOf(kept)}?`;
		if (!(await askYesNo(question, { stdin: terminal.stdin, stderr: terminal.stderr, signal: call.signal }))) {
			return { type: 'left', plugins: [kept] };
		}
	}

	return { type: 'purged', plugins: [await engine.data.purge(target, call)] };
}

/** `3 keys (120 B), 1 file (4 kB)`. */
export function amountOf({ keyCount, storageBytes, fileCount, filesBytes }: KeptPluginData): string {
	return `${plural(keyCount, 'key')} (${formatBytes(storageBytes)}), ${plural(fileCount, 'file')} (${formatBytes(filesBytes)})`;
}

function nameOf({ owner, folderName }: KeptPluginData): string {
	return owner ?? folderName;
}

function textOf(result: Data, view: View): string {
	const [first] = result.plugins;
	if (first === undefined) {
		return paragraphLines('No plugin keeps anything in this home.', { view }).join('\n');
	}

	switch (result.type) {
		case 'listed':
			return listText(result.plugins, view);
		case 'shown': {
			const [{ values }] = result.plugins;
			const rows = values.map(({ key, bytes }) => [key, formatBytes(bytes)]);
			return joinBlocks([
				paragraphLines(`${nameOf(first)} keeps ${amountOf(first)}, below data/${first.folderName}.`, { view }),
				rows.length === 0 ? [] : tableLines([[cell('key', 'dim'), cell('size', 'dim')], ...rows], { view, flexible: 0, alignRight: [1] }),
			]);
		}
		case 'purged':
			return paragraphLines(`Removed what ${nameOf(first)} kept: ${amountOf(first)}.`, { view }).join('\n');
		case 'left':
			return paragraphLines('Nothing was removed.', { view }).join('\n');
	}
}

function listText(plugins: readonly KeptPluginData[], view: View): string {
	const header = ['plugin', 'keys', 'storage', 'files', 'size', ''].map((word) => cell(word, 'dim'));
	const rows = plugins.map((kept) => [
		nameOf(kept),
		String(kept.keyCount),
		formatBytes(kept.storageBytes),
		String(kept.fileCount),
		formatBytes(kept.filesBytes),
		cell(kept.isInstalled ? '' : kept.owner?.startsWith('/') === true ? 'a folder' : 'not installed', 'dim'),
	]);
	return joinBlocks([
		tableLines([header, ...rows], { view, flexible: 0, alignRight: [1, 2, 3, 4] }),
		paragraphLines('It stays when a plugin is removed. To remove it: plugward data purge PLUGIN', { view, tone: 'dim' }),
	]);
}
