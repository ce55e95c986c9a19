import type { KeptPart } from './kept-rows.ts';
import type { Told } from './table.ts';

const RIVALS = ['yarn upgrade-interactive', 'npm-check-updates -i'] as const;

/** The page of the documentation that tells the numbers, missed goals among them. */
export function speedPage(parts: readonly KeptPart[]): string {
	const rows = parts.flatMap((part) => part.rows);
	const own = rows.filter(({ program }) => program === 'plugward');
	const lines = own.map((row) => {
		const others = RIVALS.map((rival) =>
			rivalCell(
				row,
				rows.find(({ program, what }) => program === rival && what === row.what),
			),
		);
		return [row.what, goalCell(row), `${amount(row)}${row.ratio === null ? '' : ` (${row.ratio.toFixed(2)}x)`}`, metCell(row), ...others];
	});
	const table = [
		['', 'goal', 'plugward', '', ...RIVALS.map((rival) => `\`${rival}\``)],
		['---', '--:', '--:', '---', '--:', '--:'],
		...lines,
	];
	return `${[
		'# Speed of the app',
		'',
		'Written by `node bench/terminal.ts 5 write`, which starts the built app in a real pseudo-terminal of 120x40 on Linux with two processors, over a',
		'home with 60 plugins and a registry of 10,000 packages on loopback. Goals and numbers that end in `x` are multiples of `node -e 0` in the same run; in the columns',
		'of others an `x` is a multiple of what plugward takes for the same. `yarn upgrade-interactive` and `npm-check-updates -i` list twenty',
		'packages there, all with updates.',
		'',
		...table.map((cells) => `| ${cells.join(' | ')} |`),
		'',
		`Measured: ${runsOf(parts).join('; ')}.`,
	].join('\n')}\n`;
}

function goalCell({ goal }: Told): string {
	return goal === null ? '' : `${goal.most}${goal.isRatio ? 'x' : ''}`;
}

function metCell({ isMet }: Told): string {
	return isMet === null ? '' : isMet ? 'met' : '**missed**';
}

function rivalCell(own: Told, rival: Told | undefined): string {
	return rival === undefined ? '' : `${amount(rival)} (${(rival.measured / own.measured).toFixed(1)}x)`;
}

function amount({ measured, unit }: Told): string {
	return `${measured.toFixed(unit === 'ms' || unit === 'MB' ? 1 : 0)} ${unit}`;
}

/** Parts of one run together. */
function runsOf(parts: readonly KeptPart[]): readonly string[] {
	const runs = Map.groupBy(parts, ({ at }) => at);
	return [...runs].map(([at, of]) => {
		const [first] = of;
		return `${of.map(({ part }) => part).join(', ')} at ${at.slice(0, 16).replace('T', ' ')} UTC (\`node -e 0\`: ${(first?.bare ?? 0).toFixed(1)} ms)`;
	});
}
