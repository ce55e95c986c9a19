/**
 * Works out trees with npm, pnpm, bun and plugward side by side, from a mirror on loopback whose content is frozen after a first round.
 * Usage: npm run build && node bench/resolver.ts [--rounds 5] [--set NAME]... [--phase warm|cold|cold-40|in-process]... [--without TOOL]...
 * [--folder FOLDER]. With --folder the mirror's content and the rivals are kept for the next run, and so are results of other sets and phases.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Served, serve, startMirror } from './install/mirror.ts';
import { installRivals } from './install/rivals.ts';
import type { Measured } from './measure-command.ts';
import { type Client, createClients, type Place } from './resolver/clients.ts';
import { inProcess } from './resolver/in-process.ts';
import { judgeTree, type Judgement, openDocuments } from './resolver/judge-tree.ts';
import { mergeResults, printTable, type Result } from './resolver/results.ts';
import { type RootSet, SETS } from './resolver/sets.ts';

const PHASES = ['cold', 'cold-40', 'warm', 'in-process'];
const DIST = join(import.meta.dirname, '..', 'dist');
const FILE = join(import.meta.dirname, 'results', 'resolver.json');

const { values } = parseArgs({
	options: {
		rounds: { type: 'string', default: '5' },
		set: { type: 'string', multiple: true, default: SETS.map(({ name }) => name) },
		phase: { type: 'string', multiple: true, default: PHASES },
		without: { type: 'string', multiple: true, default: [] },
		folder: { type: 'string' },
	},
});
const rounds = Number(values.rounds);
const sets = SETS.filter(({ name }) => values.set.includes(name));
const has = (phase: string): boolean => values.phase.includes(phase);

const temporary = await mkdtemp(join(tmpdir(), 'plugward-bench-'));
const kept = values.folder ?? temporary;
try {
	await mkdir(kept, { recursive: true });
	const rivals = await installRivals(join(kept, 'rivals'));
	const clients = createClients({ rivals, command: join(DIST, 'plugward.cjs') }).filter(({ name }) => !values.without.includes(name));
	await fillMirror(clients);
	using mirror = await startMirror(join(DIST, 'mirror.js'), kept, { isFrozen: true });
	let results: readonly Result[] = [];
	for (const set of sets) {
		if (has('warm') || has('cold')) {
			results = await mergeResults(FILE, await compare(set, { clients, mirror, judged: true, phases: ['cold', 'warm'] }));
		}

		if (has('cold-40')) {
			using far = await serve([join(import.meta.dirname, 'delaying-proxy.ts'), mirror.registry, '40']);
			results = await mergeResults(FILE, await compare(set, { clients, mirror: far, judged: false, phases: ['cold-40'] }));
		}

		if (has('in-process')) {
			results = await mergeResults(FILE, await inProcess(set, { registry: mirror.registry, folder: await newFolder(), rounds }));
		}
	}

	printTable(results);
} finally {
	await rm(temporary, { recursive: true, force: true });
}

/** Lets every client ask once for everything, so that the frozen mirror has it. */
async function fillMirror(clients: readonly Client[]): Promise<void> {
	if (existsSync(join(kept, `filled-${SETS.length}`))) {
		return;
	}

	using mirror = await startMirror(join(DIST, 'mirror.js'), kept);
	for (const set of SETS) {
		for (const client of clients) {
			await using place = await openPlace(set, mirror);
			await client.prepare(place);
			await client.resolve(place);
		}
	}

	await mkdir(join(kept, `filled-${SETS.length}`));
}

async function compare(
	set: RootSet,
	{
		clients,
		mirror,
		judged,
		phases,
	}: { readonly clients: readonly Client[]; readonly mirror: Served; readonly judged: boolean; readonly phases: readonly string[] },
): Promise<Result[]> {
	const runs = new Map<string, Measured[]>();
	const judgements = new Map<string, Judgement>();
	const documents = openDocuments(mirror.registry);
	for (let round = 0; round < rounds; round += 1) {
		for (const client of clients) {
			await using place = await openPlace(set, mirror);
			await client.prepare(place);
			for (const phase of phases) {
				const key = `${phase} ${client.name}`;
				runs.set(key, [...(runs.get(key) ?? []), await client.resolve(place)]);
			}

			if (judged && round === 0) {
				judgements.set(client.name, await judgeTree(await client.tree(place), { roots: set.roots, documents }));
			}
		}
	}

	return phases.flatMap((phase) =>
		clients.map(({ name }): Result => {
			const judgement = judgements.get(name);
			return {
				type: 'command',
				set: set.name,
				phase,
				tool: name,
				runs: runs.get(`${phase} ${name}`) ?? [],
				...(judgement === undefined ? {} : { judgement }),
			};
		}),
	);
}

async function openPlace({ roots }: RootSet, { registry }: Served): Promise<Place & AsyncDisposable> {
	const folder = await newFolder();
	return {
		folder,
		registry,
		roots,
		environment: { PATH: process.env['PATH'], HOME: folder, TMPDIR: tmpdir(), CI: 'true' },
		[Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
	};
}

function newFolder(): Promise<string> {
	return mkdtemp(join(temporary, 'run-'));
}
