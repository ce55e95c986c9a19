import type { GenerationSummary } from '../../engine/index.ts';
import { cleanLine, formatAge, formatTime, plural } from '../../format.ts';
import type { KeyName } from '../../key-bindings.ts';
import { span } from '../../theme.ts';
import type { Line } from '../../theme.ts';
import { changeLine } from '../rows.ts';
import { BLANK, fact, heading, paragraph } from './lines.ts';

/** What a generation brought, and what going back to it would undo. `history` is newest first. */
export function generationDocument(
	generation: GenerationSummary,
	history: readonly GenerationSummary[],
	options: { readonly width: number; readonly now: number; readonly key: KeyName },
): readonly Line[] {
	const { width, now, key } = options;
	const current = history.find((entry) => entry.isCurrent);
	const undone = current === undefined ? [] : history.filter((entry) => entry.number > generation.number && entry.number <= current.number);
	return [
		[
			span(`Generation ${generation.number}`, 'accent'),
			span(generation.isCurrent ? '  current' : '', 'good'),
			span(generation.isKept ? '  kept' : '', 'info'),
		],
		...fact('Made', `${formatAge(generation.createdAt, now)} (${formatTime(generation.createdAt)}) by ${generation.user}`, width),
		...fact('Command', `plugward ${generation.command}`, width),
		...fact('Holds', `${plural(generation.pluginCount, 'plugin')}, ${plural(generation.packageCount, 'package')}`, width),
		BLANK,
		heading('It changed'),
		...(generation.changes.length === 0
			? paragraph('Nothing but grants.', width, { tone: 'dim' })
			: generation.changes.map((change) => changeLine(change, width))),
		...(undone.length === 0
			? []
			: [
					BLANK,
					heading(`Going back to it (${key('roll-back', 'history')}) undoes ${plural(undone.length, 'generation')}`),
					...undone.flatMap((entry): readonly Line[] => [
						[span(`  ${entry.number} `, 'dim'), span(cleanLine(entry.command)), span(`  ${plural(entry.changes.length, 'change')}`, 'dim')],
					]),
				]),
	];
}
