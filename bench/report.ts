import { writeFile } from 'node:fs/promises';
import type { Measured } from './measure-command.ts';

export type Row = { readonly set: string; readonly tool: string; readonly runs: readonly Measured[]; readonly diskBytes?: number };

export function median(values: readonly number[]): number {
	const sorted = values.toSorted((a, b) => a - b);
	const middle = Math.floor(sorted.length / 2);
	return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

/** Prints medians side by side with the ratio to `against` in the same run, and writes the raw numbers beside it. */
export async function report(rows: readonly Row[], { against, file }: { readonly against: string; readonly file: string }): Promise<void> {
	const lines = rows.map((row) => {
		const rival = rows.find(({ set, tool }) => set === row.set && tool === against);
		const wall = median(row.runs.map(({ wallMilliseconds }) => wallMilliseconds));
		const cpu = median(row.runs.map(({ cpuMilliseconds }) => cpuMilliseconds));
		const base = median((rival ?? row).runs.map(({ wallMilliseconds }) => wallMilliseconds));
		return [
			row.set.padEnd(28),
			row.tool.padEnd(16),
			seconds(wall),
			seconds(cpu),
			megabytes(median(row.runs.map(({ peakBytes }) => peakBytes))),
			row.diskBytes === undefined ? ' '.repeat(8) : megabytes(row.diskBytes),
			`${(wall / base).toFixed(2)}x`.padStart(8),
		].join('  ');
	});
	const columns = ['wall s', 'cpu s', 'peak MB', 'disk MB', `/${against}`].map((title) => title.padStart(8));
	process.stdout.write(`${['set'.padEnd(28), 'tool'.padEnd(16), ...columns].join('  ')}\n${lines.join('\n')}\n`);
	await writeFile(file, `${JSON.stringify({ node: process.version, rows }, null, '\t')}\n`);
}

function seconds(milliseconds: number): string {
	return (milliseconds / 1000).toFixed(2).padStart(8);
}

function megabytes(bytes: number): string {
	return (bytes / 1_000_000).toFixed(1).padStart(8);
}
