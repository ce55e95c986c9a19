import type { CommandDefinition } from './command.ts';
import { countFlag, isSet, requirePositionals } from './flags.ts';
import { paragraphLines } from './layout.ts';

type Stopped = { readonly plugins: readonly string[]; readonly force: boolean };

export const stop: CommandDefinition<Stopped> = {
	name: 'stop',
	aliases: [],
	summary: 'Stop plugins that run',
	usage: '<plugin...>',
	flags: {
		force: { type: 'boolean', description: 'Kill at once; without it, what they do may end within two seconds' },
		pid: { type: 'number', placeholder: 'PID', description: 'In which process, when several run it' },
	},
	examples: ['plugward stop @examples/link-checker', 'plugward stop my-plugin --force'],
	fields: ['plugins', 'force'],
	rows: null,
	run: async ({ engine, parsed, call }) => {
		requirePositionals(parsed, { least: 1, most: 100, usage: 'stop PLUGIN' });
		const force = isSet(parsed, 'force');
		const pid = countFlag(parsed, 'pid', 1);
		for (const plugin of parsed.positionals) {
			await engine.cores.stop({ plugin, pid, force }, call);
		}

		return { plugins: parsed.positionals, force };
	},
	toJson: ({ plugins, force }) => ({ plugins, force }),
	toText: ({ plugins, force }, view) =>
		plugins.flatMap((plugin) => paragraphLines(`${plugin} was ${force ? 'killed' : 'stopped'}.`, { view })).join('\n'),
};
