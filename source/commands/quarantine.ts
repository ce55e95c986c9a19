import type { QuarantinedPlugin } from '../engine/index.ts';
import type { CommandDefinition } from './command.ts';
import { requirePositionals } from './flags.ts';
import { paragraphLines, type View } from './layout.ts';
import { unknownSubcommand } from './unknown-subcommand.ts';

type QuarantineResult = { readonly type: 'listed' | 'released'; readonly plugins: readonly QuarantinedPlugin[] };

const USAGE = 'quarantine [list] | release PLUGIN';

export const quarantine: CommandDefinition<QuarantineResult> = {
	name: 'quarantine',
	aliases: [],
	summary: 'Show plugins that crashed too often, or let one run again',
	usage: '[list] | release <plugin>',
	subcommands: [
		['list', 'Plugins that crashed too often and are not started'],
		['release <plugin>', 'Let one run again'],
	],
	flags: {},
	examples: ['plugward quarantine list', 'plugward quarantine release @examples/link-checker'],
	fields: ['plugin', 'version', 'crashes', 'at'],
	rows: 'plugins',
	run: async ({ engine, parsed, call }) => {
		const [word = 'list', plugin = ''] = parsed.positionals;
		switch (word) {
			case 'list':
				requirePositionals(parsed, { least: 0, most: 1, usage: USAGE });
				return { type: 'listed', plugins: await engine.runtime.quarantined(call) };
			case 'release':
				requirePositionals(parsed, { least: 2, most: 2, usage: USAGE });
				return { type: 'released', plugins: await engine.runtime.release(plugin, call) };
			default:
				throw unknownSubcommand({ command: 'quarantine', word, known: ['list', 'release'], usage: USAGE });
		}
	},
	toJson: (result) => ({ ...result }),
	toText: textOf,
};

function textOf({ type, plugins }: QuarantineResult, view: View): string {
	if (plugins.length === 0) {
		return paragraphLines('No plugin is in quarantine.', { view }).join('\n');
	}

	return plugins
		.flatMap(({ plugin, version, crashes, at }) =>
			paragraphLines(
				type === 'listed'
					? `${plugin} ${version}: ${crashes} crashes within ten minutes, since ${at}`
					: `${plugin} ${version} may run again.`,
				{ view },
			),
		)
		.join('\n');
}
