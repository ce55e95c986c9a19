import type { RuntimePlugin } from '../engine/index.ts';
import { plural } from '../format.ts';
import type { CommandDefinition } from './command.ts';
import { countFlag, requirePositionals } from './flags.ts';
import { paragraphLines } from './layout.ts';

export const reload: CommandDefinition<readonly RuntimePlugin[]> = {
	name: 'reload',
	aliases: [],
	summary: 'Let plugins that run take over what is installed now, with their state',
	usage: '<plugin...>',
	flags: { pid: { type: 'number', placeholder: 'PID', description: 'In which process, when several run it' } },
	examples: ['plugward reload @examples/link-checker'],
	fields: ['plugin', 'version', 'level', 'phase', 'pid', 'grants', 'limits'],
	rows: 'plugins',
	run: async ({ engine, parsed, call }) => {
		requirePositionals(parsed, { least: 1, most: 100, usage: 'reload PLUGIN' });
		const pid = countFlag(parsed, 'pid', 1);
		const plugins: RuntimePlugin[] = [];
		for (const plugin of parsed.positionals) {
			plugins.push(await engine.cores.reload({ plugin, pid }, call));
		}

		return plugins;
	},
	toJson: (plugins) => ({ plugins }),
	toText: (plugins, view) =>
		plugins
			.flatMap(({ plugin, version, grants }) =>
				paragraphLines(`${plugin} runs as version ${version}, with ${plural(grants.length, 'grant')}.`, { view }),
			)
			.join('\n'),
};
