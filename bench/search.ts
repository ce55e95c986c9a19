/**
 * As-you-type search over 10,000 and 100,000 packages: the engine's own search with the longest time it keeps the event loop, against a plain
 * filter over the same packages; then the real app in a pseudo-terminal, from a key to the frame that shows its results.
 * Usage: npm run build && node bench/search.ts [rounds]
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createRegistryClient, type RegistryClient } from '../source/engine/registry/index.ts';
import type { SearchedPackage } from '../source/engine/package-search/index.ts';
import { openTerminal } from '../test/helpers/pseudo-terminal.ts';
import { median } from './report.ts';
import { generatePackages, serveList } from './search/generated-list.ts';

const TYPED = ['markdown', 'link check', 'react -vue', 'license:mit permission:!net cach', '"stream log"', 'mrkdown', 'sort:downloads log'];
const SIZES = [10_000, 100_000];
const { signal } = new AbortController();

type Measured = { readonly set: string; readonly tool: string; readonly p50: number; readonly p95: number; readonly longest: number };

const rounds = Number(process.argv[2] ?? '2');
const results: Measured[] = [];
const loads: { readonly packages: number; readonly [what: string]: number }[] = [];
const folder = await mkdtemp(join(tmpdir(), 'plugward-bench-'));
try {
	for (const count of SIZES) {
		const packages = [...generatePackages(count)];
		const registry = await serveList(packages);
		try {
			const home = join(folder, String(count));
			await mkdir(home);
			await writeFile(join(home, '.npmrc'), `registry=${registry.url}\n`);
			await measureEngine(home, packages, registry);
			await measureNaive(packages);
			await measureApp(home, count);
		} finally {
			await registry.close();
		}
	}
} finally {
	await rm(folder, { recursive: true, force: true });
}

await writeFile('bench/results/search.json', `${JSON.stringify({ node: process.version, results, loads }, null, '\t')}\n`);

async function measureEngine(
	home: string,
	packages: readonly SearchedPackage[],
	registry: { readonly url: string; readonly packedBytes: number },
) {
	const before = process.memoryUsage().rss;
	const first = await openClient(home, registry.url);
	const watch = watchLoop();
	const fetched = await timed(() => search(first, 'is:plugin'));
	const fetchBlock = watch.stop();
	await first[Symbol.asyncDispose]();
	const client = await openClient(home, registry.url);
	const watchRead = watchLoop();
	const read = await timed(() => search(client, 'is:plugin'));
	const readBlock = watchRead.stop();
	const times: number[] = [];
	const watchTyping = watchLoop();
	for (let round = 0; round <= rounds; round += 1) {
		for (const text of TYPED) {
			for (let length = 1; length <= text.length; length += 1) {
				const time = await timed(() => search(client, text.slice(0, length)));
				// Round 0 warms up and is not counted.
				times.push(...(round === 0 ? [] : [time]));
				await sleep(1);
			}
		}
	}

	tell(packages.length, 'plugward engine', times);
	const load = {
		packages: packages.length,
		fetchMilliseconds: Math.round(fetched),
		fetchLongestBlock: fetchBlock,
		fromDiskMilliseconds: Math.round(read),
		fromDiskLongestBlock: readBlock,
		typingLongestBlock: watchTyping.stop(),
		packedBytes: registry.packedBytes,
		rssGrowth: process.memoryUsage().rss - before,
	};
	loads.push(load);
	console.log(JSON.stringify(load));
	await client[Symbol.asyncDispose]();
}

/** What one would write first: every word somewhere in the lower-cased text, the rest by name. */
async function measureNaive(packages: readonly SearchedPackage[]): Promise<void> {
	const times: number[] = [];
	for (const text of TYPED) {
		for (let length = 1; length <= text.length; length += 4) {
			const words = text.slice(0, length).toLowerCase().split(' ');
			times.push(
				await timed(async () =>
					packages
						.filter((one) => {
							const searched = `${one.name} ${one.keywords.join(' ')} ${one.description}`.toLowerCase();
							return words.every((word) => searched.includes(word));
						})
						.toSorted((a, b) => (a.name < b.name ? -1 : 1))
						.slice(0, 200),
				),
			);
		}
	}

	tell(packages.length, 'plain filter and sort', times);
}

/** From the byte of a key to the frame that says for what it lists results. */
async function measureApp(home: string, count: number): Promise<void> {
	const command = `'${process.execPath}' '${join(import.meta.dirname, '../dist/plugward.cjs')}' --home '${join(home, 'home')}' --screen browse`;
	await using terminal = openTerminal({
		file: '',
		columns: 120,
		rows: 40,
		environment: { HOME: home, npm_config_userconfig: join(home, '.npmrc') },
		shell: () => `exec ${command}`,
	});
	await terminal.until(/Results/);
	terminal.send('/');
	terminal.send('is:plugin');
	await terminal.until(/\d matches for "is:plugin"/);
	terminal.send('\u0015');
	await sleep(500);
	const times: number[] = [];
	for (let round = 0; round <= rounds; round += 1) {
		for (const text of ['markdown', 'link', 'react', 'cache']) {
			for (let length = 1; length <= text.length; length += 1) {
				const key = text[length - 1] ?? '';
				const time = await timed(async () => {
					terminal.send(key);
					await terminal.until(`for "${text.slice(0, length)}"`);
				});
				times.push(...(round === 0 ? [] : [time]));
				// A person's pause, in which the preview is drawn too.
				await sleep(120);
			}

			terminal.send('\u0015');
			await sleep(200);
		}
	}

	// Alone for long enough not to be taken for the start of a sequence.
	terminal.send('\u001B');
	await sleep(400);
	terminal.send('q');
	await terminal.exited;
	tell(count, 'app, key to frame', times);
}

function tell(count: number, tool: string, times: readonly number[]): void {
	const sorted = times.toSorted((a, b) => a - b);
	const [p50, p95, longest] = [median(times), sorted[Math.floor(sorted.length * 0.95)] ?? 0, sorted.at(-1) ?? 0].map(round) as [
		number,
		number,
		number,
	];
	results.push({ set: `${count} packages`, tool, p50, p95, longest });
	console.log(`${String(count).padStart(7)}  ${tool.padEnd(26)}p50 ${ms(p50)}  p95 ${ms(p95)}  longest ${ms(longest)}`);
}

function search(client: RegistryClient, text: string) {
	return client.search({ text, size: 200, from: 0, isLive: true, installed: new Map() }, { signal });
}

function openClient(home: string, registry: string): Promise<RegistryClient> {
	return createRegistryClient({
		cwd: home,
		environment: { HOME: home },
		registry,
		offline: false,
		cacheFolder: join(home, 'cache'),
		onNotice: ({ text }) => {
			console.error(text);
		},
	});
}

/** The longest time, in milliseconds, that nothing else could run. */
function watchLoop(): { readonly stop: () => number } {
	let longest = 0;
	let last = performance.now();
	let handle = setImmediate(tick);
	function tick(): void {
		const now = performance.now();
		longest = Math.max(longest, now - last);
		last = now;
		handle = setImmediate(tick);
	}

	return {
		stop() {
			clearImmediate(handle);
			return round(longest);
		},
	};
}

async function timed(work: () => Promise<unknown>): Promise<number> {
	const start = performance.now();
	await work();
	return performance.now() - start;
}

function round(milliseconds: number): number {
	return Math.round(milliseconds * 10) / 10;
}

function ms(milliseconds: number): string {
	return `${milliseconds.toFixed(1).padStart(7)} ms`;
}
