import type { CollectionReport, GenerationDiff } from '../../engine/index.ts';
import { cleanLine, formatBytes, plural } from '../../format.ts';
import type { KeyName } from '../../key-bindings.ts';
import { span } from '../../theme.ts';
import type { Line } from '../../theme.ts';
import { changeLine } from '../rows.ts';
import { BLANK, bullet, heading, paragraph } from './lines.ts';

export function keptLines(
	{ generation, isKept }: { readonly generation: number; readonly isKept: boolean },
	width: number,
): readonly Line[] {
	const text = isKept ? `Generation ${generation} is kept: no collection removes it.` : `Generation ${generation} is no longer kept.`;
	return [BLANK, ...bullet('+', text, { width, tone: 'good' })];
}

/** What one would see change on the way from the selected generation to the current one. */
export function comparedLines(diff: GenerationDiff, width: number): readonly Line[] {
	const rights = ({ plugin, permission }: GenerationDiff['grants']['added'][number]): string => `${plugin} ${permission}`;
	const blocks: readonly Line[][] = [
		diff.changes.map((change) => changeLine(change, width)),
		block('Plugins', listLines(diff.plugins, { added: 'asked for itself', removed: 'only needed by others', width })),
		block(
			'Asked for',
			diff.specs.flatMap(({ name, from, to }) => bullet('~', `${name} ${from} -> ${to}`, { width, tone: 'accent' })),
		),
		block('Rights', [
			...diff.grants.added.flatMap((grant) => bullet('+', `${rights(grant)} granted`, { width, tone: 'good' })),
			...diff.grants.removed.flatMap((grant) => bullet('-', `${rights(grant)} taken away`, { width, tone: 'bad' })),
		]),
		block('Held', listLines(diff.held, { added: 'held', removed: 'not held', width })),
		block('Disabled', listLines(diff.disabled, { added: 'disabled', removed: 'enabled', width })),
	].filter((lines) => lines.length > 0);
	return [
		BLANK,
		[span(`Generation ${diff.from} -> ${diff.to}`, 'accent'), span('  the current one', 'dim')],
		...(blocks.length === 0 ? [BLANK, ...paragraph('Nothing differs.', width)] : blocks.flatMap((lines) => [BLANK, ...lines])),
	];
}

function block(title: string, lines: readonly Line[]): Line[] {
	return lines.length === 0 ? [] : [heading(title), ...lines];
}

function listLines(
	{ added, removed }: GenerationDiff['held'],
	words: { readonly added: string; readonly removed: string; readonly width: number },
): readonly Line[] {
	const { width } = words;
	return [
		...added.flatMap((name) => bullet('+', `${name} ${words.added}`, { width, tone: 'good' })),
		...removed.flatMap((name) => bullet('-', `${name} ${words.removed}`, { width, tone: 'bad' })),
	];
}

export function collectedLines(
	report: CollectionReport,
	{ width, key }: { readonly width: number; readonly key: KeyName },
): readonly Line[] {
	const { removed, generations, keptGenerations, packageCount, bundleCount, bytes } = report;
	const stays = keptGenerations.length === 0 ? [] : paragraph(`Stays: generation ${keptGenerations.join(', ')}.`, width, { tone: 'dim' });
	if (generations.length + packageCount + bundleCount === 0) {
		return [BLANK, ...bullet('+', 'Nothing to remove.', { width, tone: 'good' }), BLANK, ...stays];
	}

	const which = generations.length === 0 ? '' : ` (${cleanLine(generations.join(', '))})`;
	const what = `${plural(generations.length, 'generation')}${which}, ${plural(packageCount, 'package')} of at most ${formatBytes(bytes)}, ${plural(bundleCount, 'bundle')}`;
	return [
		BLANK,
		...bullet(removed ? '+' : '!', removed ? `Removed ${what}.` : `Would remove ${what}.`, { width, tone: removed ? 'good' : 'warning' }),
		BLANK,
		...stays,
		...(removed
			? []
			: [
					BLANK,
					...paragraph(
						`${key('collect-now', 'operation')} removes these; ${key('back', 'operation')} leaves them. The newest 5 and those marked with ${key('keep', 'history')} stay.`,
						width,
						{ tone: 'accent' },
					),
				]),
	];
}
