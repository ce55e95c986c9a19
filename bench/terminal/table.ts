import { median } from '../report.ts';

/** One thing measured, in one program. */
export type Measure = {
	readonly what: string;
	readonly program: string;
	readonly unit: 'ms' | 'B' | 'B/s' | 'MB' | 'frames';
	readonly values: readonly number[];
	/** How the values become one number; the median when left out. */
	readonly take?: number;
	/** The most it may be, in the unit, or in multiples of `node -e 0` of the same run. */
	readonly goal?: { readonly most: number; readonly isRatio: boolean };
};

export type Told = {
	readonly what: string;
	readonly program: string;
	readonly unit: Measure['unit'];
	readonly goal: NonNullable<Measure['goal']> | null;
	readonly measured: number;
	readonly ratio: number | null;
	readonly isMet: boolean | null;
};

/** `bare` is what `node -e 0` takes, in milliseconds. */
export function tell({ what, program, unit, values, take, goal }: Measure, bare: number): Told {
	const measured = take === undefined ? median(values) : quantile(values, take);
	const ratio = goal?.isRatio === true ? measured / bare : null;
	return { what, program, unit, goal: goal ?? null, measured, ratio, isMet: goal === undefined ? null : (ratio ?? measured) <= goal.most };
}

export function table(measures: readonly Measure[], bare: number): string {
	const lines = measures.map((measure) => {
		const { measured, ratio, isMet } = tell(measure, bare);
		return [
			measure.what.padEnd(46),
			measure.program.padEnd(24),
			`${measured.toFixed(measured < 100 ? 1 : 0)} ${measure.unit}`.padStart(12),
			(ratio === null ? '' : `${ratio.toFixed(2)}x`).padStart(8),
			(measure.goal === undefined ? '' : `${measure.goal.most}${measure.goal.isRatio ? 'x' : ''}`).padStart(8),
			isMet === null ? '' : isMet ? 'met' : 'MISSED',
		].join('  ');
	});
	const title = ['quantity'.padEnd(46), 'program'.padEnd(24), 'measured'.padStart(12), '/node'.padStart(8), 'goal'.padStart(8)].join('  ');
	return `${[title, ...lines].map((line) => line.trimEnd()).join('\n')}\n`;
}

export function quantile(values: readonly number[], part: number): number {
	return values.toSorted((a, b) => a - b)[Math.max(0, Math.ceil(values.length * part) - 1)] ?? 0;
}
