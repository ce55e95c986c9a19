import { type CacheInfo, type CacheVerification, EngineError } from '../engine/index.ts';
import { formatBytes, plural } from '../format.ts';
import type { CommandDefinition } from './command.ts';
import { requirePositionals } from './flags.ts';
import { paragraphLines, type View } from './layout.ts';
import { unknownSubcommand } from './unknown-subcommand.ts';

export type CacheResult = ({ readonly type: 'info' | 'cleaned' } & CacheInfo) | ({ readonly type: 'verified' } & CacheVerification);

const USAGE = 'cache info|verify|clean';

export const cache: CommandDefinition<CacheResult> = {
	name: 'cache',
	aliases: [],
	summary: 'Show, verify or clean what is kept to be faster',
	usage: 'info|verify|clean',
	subcommands: [
		['info', 'What is kept to be faster, and what it takes'],
		['verify', 'Read every kept package again and hold it against its proof'],
		['clean', 'Remove what no generation needs; it comes back when needed'],
	],
	flags: {},
	examples: ['plugward cache info', 'plugward cache verify --json', 'plugward cache clean'],
	fields: ['type', 'metadataBytes', 'storeBytes', 'packageCount', 'bundleCount', 'packagesChecked', 'findings'],
	rows: null,
	run: async ({ engine, parsed, call }) => {
		requirePositionals(parsed, { least: 1, most: 1, usage: USAGE });
		const word = parsed.positionals[0] ?? '';
		switch (word) {
			case 'info':
				return { type: 'info', ...(await engine.cacheInfo(call)) };
			case 'verify':
				return { type: 'verified', ...(await engine.verifyCache(call)) };
			case 'clean':
				return { type: 'cleaned', ...(await engine.cleanCache(call)) };
			default:
				throw unknownSubcommand({ command: 'cache', word, known: ['info', 'verify', 'clean'], usage: USAGE });
		}
	},
	toJson: (result) => ({ ...result }),
	toText: cacheText,
	toFailure: (result) =>
		result.type !== 'verified' || result.findings.length === 0
			? null
			: new EngineError('verification-failed', `${plural(result.findings.length, 'finding')} in the content store.`, {
					hint: 'See what the current generation has of it: plugward verify',
				}),
};

function cacheText(result: CacheResult, view: View): string {
	if (result.type === 'verified') {
		const lines = result.findings.flatMap(({ id, text }) => paragraphLines(`! ${id}: ${text}`, { view, tone: 'bad' }));
		return [...lines, ...paragraphLines(`${plural(result.packagesChecked, 'package')} read again.`, { view })].join('\n');
	}

	const { type, metadataBytes, storeBytes, packageCount, bundleCount } = result;
	const words = `Metadata ${formatBytes(metadataBytes)}; content store ${formatBytes(storeBytes)} with ${plural(packageCount, 'package')}; ${plural(bundleCount, 'bundle')}.`;
	return paragraphLines(type === 'cleaned' ? `Cleaned. Left: ${words}` : words, { view }).join('\n');
}
