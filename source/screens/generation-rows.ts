import type { GenerationSummary } from '../engine/index.ts';
import { cleanLine, fit, fitRight, formatAge, plural } from '../format.ts';
import { span } from '../theme.ts';
import type { Line } from '../theme.ts';
import { widestOf } from './column-widths.ts';
import { joinCells, joinSpans } from './rows.ts';

export type GenerationColumns = {
	readonly number: number;
	readonly mark: number;
	readonly command: number;
	/** 0 where there is no room for it; the same goes for `age`. */
	readonly changes: number;
	readonly age: number;
};

const MARK_WIDTH = 9;

/** The command takes what the others leave. */
export function generationColumns(generations: readonly GenerationSummary[], now: number, width: number): GenerationColumns {
	const number = widestOf(
		generations.map((one) => String(one.number)),
		{ header: 'GEN', most: 6 },
	);
	const age =
		width < 50
			? 0
			: widestOf(
					generations.map(({ createdAt }) => formatAge(createdAt, now)),
					{ header: 'MADE', most: 15 },
				);
	const changes =
		width < 64
			? 0
			: widestOf(
					generations.map((one) => changeCount(one)),
					{ header: 'CHANGES', most: 12 },
				);
	const gaps = 2 + [age, changes].filter((cells) => cells > 0).length;
	return { number, mark: MARK_WIDTH, command: Math.max(8, width - number - MARK_WIDTH - age - changes - gaps), changes, age };
}

export function generationHeader({ number, mark, command, changes, age }: GenerationColumns): string {
	return joinCells([fitRight('GEN', number), fit('', mark), fit('COMMAND', command), fitRight('CHANGES', changes), fitRight('MADE', age)]);
}

export function generationRow(generation: GenerationSummary, now: number, columns: GenerationColumns): Line {
	return joinSpans([
		span(fitRight(String(generation.number), columns.number), 'strong'),
		span(fit(generation.isCurrent ? '* current' : generation.isKept ? '  kept' : '', columns.mark), 'good'),
		span(fit(cleanLine(generation.command), columns.command)),
		span(fitRight(changeCount(generation), columns.changes), 'dim'),
		span(fitRight(formatAge(generation.createdAt, now), columns.age), 'dim'),
	]);
}

function changeCount({ changes }: GenerationSummary): string {
	return plural(changes.length, 'change');
}
