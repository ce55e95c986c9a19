import { type CollectionReport, stripToLine } from '../engine/index.ts';
import { formatBytes, plural } from '../format.ts';
import type { CommandDefinition } from './command.ts';
import { countFlag, isSet, PLAN_FLAGS, requirePositionals } from './flags.ts';
import { joinBlocks, paragraphLines, type View } from './layout.ts';

/** How many of the newest stay when no flag says which. */
const NEWEST = 5;

export const gc: CommandDefinition<CollectionReport> = {
	name: 'gc',
	aliases: [],
	summary: 'Remove old generations and what only they needed',
	usage: '',
	flags: {
		keep: { type: 'number', placeholder: 'COUNT', description: `Keep this many of the newest generations (${NEWEST})` },
		olderThan: { type: 'number', placeholder: 'DAYS', description: 'Remove only generations made more than this many days ago' },
		forgetVanished: { type: 'boolean', description: 'Keep nothing for homes that used the same content store and are not there any more' },
		dryRun: { type: 'boolean', description: PLAN_FLAGS['dryRun']?.description ?? '' },
	},
	examples: ['plugward gc --dry-run', 'plugward gc --keep 2', 'plugward gc --older-than 30', 'plugward gc --forget-vanished --dry-run'],
	fields: ['removed', 'generations', 'keptGenerations', 'packageCount', 'bundleCount', 'bytes', 'forgottenHomes'],
	rows: null,
	run: async ({ engine, parsed, call }) => {
		requirePositionals(parsed, { least: 0, most: 0, usage: 'gc' });
		const olderThanDays = countFlag(parsed, 'olderThan', 0);
		const newest = countFlag(parsed, 'keep', 0) ?? (olderThanDays === null ? NEWEST : 0);
		return engine.collectGarbage(
			{ newest, olderThanDays, isDryRun: isSet(parsed, 'dryRun'), forgetsVanished: isSet(parsed, 'forgetVanished') },
			call,
		);
	},
	toJson: ({ removed, generations, keptGenerations, packageCount, bundleCount, bytes, forgottenHomes }) => ({
		removed,
		generations,
		keptGenerations,
		packageCount,
		bundleCount,
		bytes,
		forgottenHomes,
	}),
	toText: gcText,
};

function gcText(report: CollectionReport, view: View): string {
	const { generations, keptGenerations, packageCount, bundleCount, bytes, removed, forgottenHomes } = report;
	const forgotten = forgottenHomes.flatMap((path) =>
		paragraphLines(`${removed ? 'Forgot' : 'Would forget'} the home ${stripToLine(path)}, which is not there any more.`, { view }),
	);
	if (generations.length + packageCount + bundleCount === 0) {
		return joinBlocks([forgotten, paragraphLines('Nothing to remove.', { view }), staying(keptGenerations, view)]);
	}

	const what = [
		...(generations.length === 0 ? [] : [`${plural(generations.length, 'generation')} (${generations.join(', ')})`]),
		...(packageCount === 0 ? [] : [`${plural(packageCount, 'package')} of at most ${formatBytes(bytes)}`]),
		...(bundleCount === 0 ? [] : [plural(bundleCount, 'bundle')]),
	].join(', ');
	return joinBlocks([
		forgotten,
		paragraphLines(removed ? `Removed ${what}.` : `Would remove ${what}. Dry run: nothing was changed.`, { view }),
		staying(keptGenerations, view),
	]);
}

function staying(generations: readonly number[], view: View): string[] {
	return generations.length === 0
		? []
		: paragraphLines(`${generations.length === 1 ? 'Stays: generation' : 'Stay: generations'} ${generations.join(', ')}.`, {
				view,
				tone: 'dim',
			});
}
