import type { WrittenLock } from '../engine/index.ts';
import { plural } from '../format.ts';
import type { CommandDefinition } from './command.ts';
import { requirePositionals } from './flags.ts';
import { paint, paragraphLines } from './layout.ts';

/** Where a lock is written and read when no file is named; relative to the folder one stands in. */
export const LOCK_FILE = 'plugward-lock.json';

export const lock: CommandDefinition<WrittenLock> = {
	name: 'lock',
	aliases: [],
	summary: 'Write the exact versions to a file to install from',
	usage: '[file]',
	flags: {},
	examples: ['plugward lock', 'plugward lock team/plugins-lock.json', 'plugward lock - > plugins-lock.json'],
	fields: ['file', 'generation', 'pluginCount', 'packageCount', 'unchanged'],
	rows: null,
	run: async ({ engine, parsed, call }) => {
		requirePositionals(parsed, { least: 0, most: 1, usage: 'lock [file]' });
		const [file = LOCK_FILE] = parsed.positionals;
		return engine.writeLock(file === '-' ? null : file, call);
	},
	toJson: ({ file, generation, pluginCount, packageCount, unchanged }) => ({ file, generation, pluginCount, packageCount, unchanged }),
	toText: ({ file, generation, pluginCount, packageCount, text, unchanged }, view) => {
		if (file === null) {
			return text.trimEnd();
		}

		const what = `${plural(pluginCount, 'plugin')}, ${plural(packageCount, 'package')} of generation ${generation}`;
		return [
			paint(unchanged ? `Already written: ${file}` : `Wrote ${file}`, 'good', view),
			...paragraphLines(`${what}. Install it elsewhere: plugward install --frozen --lock FILE`, { view, tone: 'dim' }),
		].join('\n');
	},
};
