import { readFile, writeFile } from 'node:fs/promises';
import type { Measured } from '../measure-command.ts';
import { median } from '../report.ts';
import type { Judgement } from './judge-tree.ts';

export type Result =
	| {
			readonly type: 'command';
			readonly set: string;
			readonly phase: string;
			readonly tool: string;
			readonly runs: readonly Measured[];
			readonly judgement?: Judgement;
	  }
	/** Milliseconds or bytes, as `what` says. */
	| { readonly type: 'in-process'; readonly set: string; readonly what: string; readonly value: number; readonly all: readonly number[] };

/** Puts the results beside those of other sets and phases that the file holds. */
export async function mergeResults(file: string, results: readonly Result[]): Promise<readonly Result[]> {
	const fresh = new Set(results.map(keyOf));
	const merged = [...(await readResults(file)).filter((result) => !fresh.has(keyOf(result))), ...results];
	await writeFile(file, `${JSON.stringify({ node: process.version, results: merged }, null, '\t')}\n`);
	return merged;
}

export function printTable(results: readonly Result[]): void {
	const commands = results.filter((result) => result.type === 'command');
	const wallOf = (result: (typeof commands)[number]): number => median(result.runs.map(({ wallMilliseconds }) => wallMilliseconds));
	const titles = ['wall s', 'cpu s', 'peak MB', 'packages', 'dupl.', 'bad peers', 'bad edges', '/npm', '/pnpm', 'runs'];
	const lines = commands.map((result) => {
		const rival = (tool: string): string => {
			const found = commands.find((other) => other.set === result.set && other.phase === result.phase && other.tool === tool);
			return found === undefined ? '' : `${(wallOf(result) / wallOf(found)).toFixed(2)}x`;
		};
		const { judgement } = result;
		return row([
			`${result.set} ${result.phase}`.padEnd(16),
			result.tool.padEnd(10),
			(wallOf(result) / 1000).toFixed(2),
			(median(result.runs.map(({ cpuMilliseconds }) => cpuMilliseconds)) / 1000).toFixed(2),
			(median(result.runs.map(({ peakBytes }) => peakBytes)) / 1e6).toFixed(0),
			judgement?.packages,
			judgement?.duplicates,
			judgement?.peerViolations,
			judgement?.wrongEdges,
			rival('npm'),
			rival('pnpm'),
			result.runs.length,
		]);
	});
	const inside = results.flatMap((result) =>
		result.type === 'in-process'
			? [`${result.set.padEnd(8)} ${result.what.padEnd(26)} ${format(result.what, result.value).padStart(12)}`]
			: [],
	);
	process.stdout.write(`${[row([''.padEnd(16), ''.padEnd(10), ...titles]), ...lines, '', ...inside].join('\n')}\n`);
}

function row(cells: readonly (string | number | undefined)[]): string {
	return cells.map((cell) => String(cell ?? '').padStart(9)).join(' ');
}

function format(what: string, value: number): string {
	return what.endsWith('Bytes') ? `${(value / 1e6).toFixed(1)} MB` : what.endsWith('packages') ? `${value}` : `${value.toFixed(1)} ms`;
}

function keyOf(result: Result): string {
	return result.type === 'command' ? `${result.set} ${result.phase} ${result.tool}` : `${result.set} ${result.what}`;
}

async function readResults(file: string): Promise<readonly Result[]> {
	try {
		return (JSON.parse(await readFile(file, 'utf8')) as { readonly results: readonly Result[] }).results;
	} catch (error) {
		if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
			return [];
		}

		throw error;
	}
}
