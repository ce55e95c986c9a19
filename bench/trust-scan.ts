/**
 * CPU time of the capability scan against js-x-ray on the same files of well-known packages, in one process and interleaved.
 * Both are installed from the registry into a temporary folder. Usage: node bench/trust-scan.ts [rounds]
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { scanFile } from '../source/engine/trust/evaluation/scan-file.ts';
import { median } from './report.ts';

const PACKAGES = ['axios', 'chalk', 'commander', 'debug', 'eslint@9', 'execa', 'express', 'left-pad', 'pino', 'prettier', 'undici', 'uuid'];
const LARGEST_BYTES = 1_000_000;

type Source = { readonly file: string; readonly text: string };
type Tool = {
	readonly name: string;
	/** Gives how much it had to say. */ readonly scan: (source: Source) => number;
	found: number;
	readonly cpu: number[];
};

const [rounds = '3'] = process.argv.slice(2);
const folder = await mkdtemp(join(tmpdir(), 'plugward-bench-'));
try {
	await writeFile(join(folder, 'package.json'), '{"name":"bench","version":"1.0.0","private":true}');
	const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
	execFileSync('npm', ['install', '@nodesecure/js-x-ray', ...PACKAGES, ...flags], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
	const sources = await readSources();
	const tools = [plugward(), await rival()];
	for (let round = 0; round <= Number(rounds); round += 1) {
		for (const tool of tools) {
			const milliseconds = measure(tool, sources);
			// Round 0 warms both up and is not counted.
			tool.cpu.push(...(round === 0 ? [] : [milliseconds]));
		}
	}

	await print(tools, sources);
} finally {
	await rm(folder, { recursive: true, force: true });
}

async function readSources(): Promise<readonly Source[]> {
	const sources: Source[] = [];
	for (const spec of PACKAGES) {
		const root = join(folder, 'node_modules', spec.replace(/(?<=.)@.*$/, ''));
		for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
			const path = join(entry.parentPath, entry.name);
			if (entry.isFile() && /\.[cm]?js$/.test(entry.name) && !relative(root, path).includes('node_modules')) {
				const text = readFileSync(path, 'utf8');
				sources.push(...(text.length <= LARGEST_BYTES ? [{ file: path, text }] : []));
			}
		}
	}

	return sources;
}

function plugward(): Tool {
	return { name: 'plugward', scan: ({ file, text }) => scanFile(file, text).found.length, found: 0, cpu: [] };
}

async function rival(): Promise<Tool> {
	// It exports to ES modules only, and those are resolved from here.
	const entry = join(folder, 'node_modules/@nodesecure/js-x-ray/dist/index.js');
	const { AstAnalyser } = (await import(pathToFileURL(entry).href)) as {
		readonly AstAnalyser: new () => { readonly analyse: (text: string, options: object) => { readonly warnings: readonly unknown[] } };
	};
	const analyser = new AstAnalyser();
	return {
		name: 'js-x-ray',
		scan: ({ file, text }) => {
			try {
				return analyser.analyse(text, { module: file.endsWith('.mjs') || undefined, removeHTMLComments: false }).warnings.length;
			} catch (error) {
				// A file it cannot parse is a file it has nothing to say about.
				if (error instanceof Error) {
					return 0;
				}

				throw error;
			}
		},
		found: 0,
		cpu: [],
	};
}

function measure(tool: Tool, sources: readonly Source[]): number {
	const start = process.cpuUsage();
	tool.found = sources.reduce((sum, source) => sum + tool.scan(source), 0);
	const { user, system } = process.cpuUsage(start);
	return (user + system) / 1000;
}

async function print(tools: readonly Tool[], sources: readonly Source[]): Promise<void> {
	const bytes = sources.reduce((sum, { text }) => sum + text.length, 0);
	const base = median(tools.at(-1)?.cpu ?? []);
	process.stdout.write(`${sources.length} files, ${(bytes / 1e6).toFixed(1)} MB\n`);
	for (const { name, cpu, found } of tools) {
		const milliseconds = median(cpu);
		const speed = (bytes / 1e3 / milliseconds).toFixed(1);
		process.stdout.write(
			`${name.padEnd(10)} ${milliseconds.toFixed(0).padStart(7)} ms CPU  ${speed.padStart(6)} MB/s  ${(base / milliseconds).toFixed(2)}x  ${found} findings\n`,
		);
	}

	const rows = tools.map(({ name, cpu, found }) => ({ tool: name, cpuMilliseconds: cpu, found }));
	const result = { node: process.version, files: sources.length, bytes, rows };
	await writeFile(join(import.meta.dirname, 'results', 'trust-scan.json'), `${JSON.stringify(result, null, '\t')}\n`);
}
