import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { resolve, verifyResolution } from '../../source/engine/resolver/index.ts';
import { NPM_RULES, Universe } from '../helpers/universe.ts';
import { hostSets } from './hosts/families.ts';
import type { HostSet } from './hosts/families.ts';
import { FrozenRegistry } from './hosts/frozen-registry.ts';
import { askNpm, askPnpm, installPnpm } from './hosts/rivals.ts';
import { recordSets } from './hosts/record.ts';
import type { RivalAnswer } from './hosts/rivals.ts';

/*
 * Plugins of any version around a host of an older major, from real packages: what plugward, npm and pnpm make of each set.
 * Ends with 1 when plugward breaks a peer, or refuses a set that a rival solves without breaking one.
 */

type Answer = RivalAnswer & { readonly milliseconds: number };

const { values } = parseArgs({
	options: {
		seed: { type: 'string', default: '7' },
		cache: { type: 'string', default: join(tmpdir(), 'plugward-proof-hosts') },
		only: { type: 'string', default: '' },
		verbose: { type: 'boolean', default: false },
		record: { type: 'string', default: '' },
	},
});
const upstream = execFileSync('npm', ['config', 'get', 'registry'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
const sets = hostSets(Number(values.seed)).filter(({ name }) => name.includes(values.only));
await using registry = new FrozenRegistry({ upstream, folder: values.cache });
const address = await registry.listen();
if (values.record === '') {
	process.exitCode = (await compare()) === 0 ? 0 : 1;
} else {
	await record(values.record);
}

/** Writes every other set for the test suite, which has no time for all of them. */
async function record(file: string): Promise<void> {
	const recorded = sets.filter((_, i) => i % 2 === 0);
	for (const set of recorded) {
		await askOurselves(set);
	}

	const bytes = await recordSets(file, { sets: recorded, names: registry.loaded, registry });
	console.log(`${recorded.length} sets, ${registry.loaded.length} packages, ${bytes} bytes in ${file}`);
}

/** Prints the table; the number of sets on which we are wrong. */
async function compare(): Promise<number> {
	const folder = await mkdtemp(join(tmpdir(), 'plugward-proof-'));
	let failures = 0;
	try {
		const pnpm = await installPnpm(join(folder, 'tools'));
		const version = (command: string): string => execFileSync(command, ['--version'], { encoding: 'utf8', cwd: folder }).trim();
		console.log(`npm ${version('npm')}, pnpm ${version(pnpm)}, seed ${values.seed}; packages, and peers broken`);
		console.log(`${'set'.padEnd(26)} ${'plugward'.padEnd(24)} ${'npm'.padEnd(24)} pnpm`);
		for (const set of sets) {
			const run = { folder, registry: address };
			const ours = await timed(() => askOurselves(set));
			const rivals = [await timed(() => askNpm(set, run)), await timed(() => askPnpm(set, { ...run, pnpm }))];
			const isWrong = isClean(ours) ? false : ours.type === 'solved' || rivals.some(isClean);
			failures += isWrong ? 1 : 0;
			const cells = [ours, ...rivals].map((answer) => cell(answer).padEnd(24)).join(' ');
			console.log(`${set.name.padEnd(26)} ${cells}${isWrong ? ' WRONG' : ''}`.trimEnd());
			if (values.verbose) {
				console.log(details(set, [ours, ...rivals]));
			}
		}
	} finally {
		await rm(folder, { recursive: true, force: true });
	}

	return failures;
}

function isClean(answer: Answer): boolean {
	return answer.type === 'solved' && answer.violations.length === 0;
}

function details(set: HostSet, answers: readonly Answer[]): string {
	const roots = Object.entries(set.roots).map(([name, range]) => `${name}@${range}`);
	const lines = answers.flatMap((answer) => (answer.type === 'solved' ? answer.violations : [answer.why]));
	return [`  ${roots.join(' ')}`, ...lines.map((line) => `    ${line}`)].join('\n');
}

async function askOurselves(set: HostSet): Promise<RivalAnswer> {
	const request = new Universe().request(set.roots);
	const outcome = await resolve(request, { provider: registry, signal: new AbortController().signal, budgetMilliseconds: 60_000 });
	switch (outcome.type) {
		case 'resolved': {
			const problems = verifyResolution(outcome.resolution, request, NPM_RULES);
			return { type: 'solved', packages: outcome.resolution.packages.length, violations: problems.map(({ text }) => text) };
		}
		case 'unsolvable':
			return { type: 'refused', why: outcome.failure.sentences.join(' ') };
		case 'gave-up':
			return { type: 'refused', why: `gave up after ${outcome.conflicts} conflicts` };
	}
}

async function timed(ask: () => Promise<RivalAnswer>): Promise<Answer> {
	const startedAt = performance.now();
	const answer = await ask();
	return { ...answer, milliseconds: performance.now() - startedAt };
}

function cell(answer: Answer): string {
	const time = `${(answer.milliseconds / 1000).toFixed(1)}s`;
	return answer.type === 'solved'
		? `${answer.packages} / ${answer.violations.length} ${time}`
		: `refused ${answer.why.slice(0, 10)} ${time}`;
}
