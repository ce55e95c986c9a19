import { type AdvisoryReport, type SignedAdvisories, stripToLine } from '../engine/index.ts';
import { plural } from '../format.ts';
import type { CommandDefinition } from './command.ts';
import { requirePositionals, textFlag } from './flags.ts';
import { joinBlocks, paragraphLines, type View } from './layout.ts';
import { unknownSubcommand } from './unknown-subcommand.ts';

export type AdvisoriesResult = ({ readonly type: 'status' } & AdvisoryReport) | ({ readonly type: 'signed' } & SignedAdvisories);

const USAGE = '[import <folder>|update|sign <file or folder> <new folder>]';

export const advisories: CommandDefinition<AdvisoriesResult> = {
	name: 'advisories',
	aliases: [],
	summary: 'Show, import, fetch or sign sets of security advisories',
	usage: USAGE,
	subcommands: [
		['', 'Which advisories are known, who signed them and how old they are'],
		['import <folder>', 'Take in a set from a folder'],
		['update', 'Fetch the newest set from the registry'],
		['sign <file or folder> <new folder>', 'Sign advisories with your key, as a set for others'],
	],
	flags: {
		key: { type: 'string', placeholder: 'ID', description: 'import, update: who must have signed it; written into your policy' },
	},
	examples: ['plugward advisories', 'plugward advisories update --key ed25519:...', 'plugward advisories sign ./osv ./advisories'],
	fields: ['type', 'source', 'signedBy', 'createdAt', 'ageDays', 'count', 'isStale', 'imported', 'folder', 'key', 'isNewKey', 'shardCount'],
	rows: null,
	run: async ({ engine, parsed, call }) => {
		const [word = '', first = '', second = ''] = parsed.positionals;
		const key = textFlag(parsed, 'key');
		switch (word) {
			case '':
				return { type: 'status', ...(await engine.trust.advisories(call)) };
			case 'import':
				requirePositionals(parsed, { least: 2, most: 2, usage: 'advisories import FOLDER' });
				return { type: 'status', ...(await engine.trust.importAdvisories({ source: first, key }, call)) };
			case 'update':
				requirePositionals(parsed, { least: 1, most: 1, usage: 'advisories update' });
				return { type: 'status', ...(await engine.trust.importAdvisories({ source: 'registry', key }, call)) };
			case 'sign':
				requirePositionals(parsed, { least: 3, most: 3, usage: 'advisories sign FILE FOLDER' });
				return { type: 'signed', ...(await engine.trust.signAdvisories({ from: first, to: second }, call)) };
			default:
				throw unknownSubcommand({ command: 'advisories', word, known: ['import', 'update', 'sign'], usage: `advisories ${USAGE}` });
		}
	},
	toJson: (result) => ({ ...result }),
	toText: (result, view) => (result.type === 'signed' ? signedText(result, view) : statusText(result, view)),
};

function statusText({ source, signedBy, createdAt, ageDays, count, isStale, imported }: AdvisoryReport, view: View): string {
	if (source === null) {
		return 'Your policy names no advisories. Name who signs them: plugward advisories update --key ed25519:...';
	}

	if (signedBy === null || createdAt === null || ageDays === null || count === null) {
		return paragraphLines(`Advisories come from ${stripToLine(source)}, unsigned: nobody vouches for them or their age.`, { view }).join(
			'\n',
		);
	}

	const age = ageDays === 0 ? 'made today' : `${plural(ageDays, 'day')} old`;
	const head = `${plural(count, 'advisory', 'advisories')}, ${age} (${createdAt.slice(0, 10)}), signed by ${stripToLine(signedBy)}.`;
	return joinBlocks([
		paragraphLines(imported === null ? head : `Kept: ${head}`, { view, tone: imported === null ? 'plain' : 'good' }),
		isStale
			? paragraphLines('! They are older than your policy wants. Fetch newer ones: plugward advisories update', { view, tone: 'bad' })
			: [],
	]);
}

function signedText({ folder, key, isNewKey, count, shardCount }: SignedAdvisories, view: View): string {
	return joinBlocks([
		paragraphLines(`${plural(count, 'advisory', 'advisories')} in ${plural(shardCount, 'shard')} signed as ${key} in ${folder}.`, { view }),
		isNewKey ? paragraphLines('That is a new key; nobody knows it yet.', { view }) : [],
		paragraphLines('Let a mirror serve that folder with --advisories, or hand it on: plugward advisories import FOLDER --key ID', {
			view,
			tone: 'dim',
		}),
	]);
}
