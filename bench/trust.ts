/**
 * Trust, measured in one run: an audit of 100 attested packages on loopback against `npm audit signatures`, the cost of one provenance
 * against the verifier it is built on, and what 10,000 statements of 1,000 people cost.
 * npm comes from the registry. Usage: npm run build && node bench/trust.ts [rounds] [packages] [attestations.json]
 * The last is what the public registry answers for the attestations of some package.
 */
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median, type Row } from './report.ts';
import { measureAudits } from './trust/audits.ts';
import type { PeopleTimes } from './trust/people.ts';
import { measureLocalBundles, measurePublicBundle, type VerifierResult } from './trust/verifiers.ts';

const [rounds = '5', packages = '100', publicAttestations] = process.argv.slice(2);
const PEOPLE = join(import.meta.dirname, 'trust', 'people.ts');

const folder = await mkdtemp(join(tmpdir(), 'plugward-bench-'));
try {
	const npm = await installNpm();
	const verifiers = {
		local: await measureLocalBundles(Number(rounds)),
		public: publicAttestations === undefined ? null : await measurePublicBundle(publicAttestations, Number(rounds)),
	};
	printVerifiers('provenance, local chain', verifiers.local);
	if (verifiers.public !== null) {
		printVerifiers('provenance, public chain', verifiers.public);
	}

	const people = measurePeople();
	printPeople(people);
	const audits = await measureAudits({
		folder,
		npm: npm.command,
		plugward: join(import.meta.dirname, '..', 'dist', 'plugward.cjs'),
		rounds: Number(rounds),
		packages: Number(packages),
	});
	printAudits(audits);
	const result = { node: process.version, npm: npm.version, packages: Number(packages), audits, verifiers, people };
	await writeFile(join(import.meta.dirname, 'results', 'trust.json'), `${JSON.stringify(result, null, '\t')}\n`);
} finally {
	await rm(folder, { recursive: true, force: true });
}

async function installNpm() {
	await writeFile(join(folder, 'package.json'), '{"name":"rivals","version":"1.0.0","private":true}');
	execFileSync('npm', ['install', 'npm@latest', '--no-audit', '--no-fund', '--loglevel=error'], {
		cwd: folder,
		stdio: ['ignore', 'ignore', 'inherit'],
	});
	const command = [process.execPath, join(folder, 'node_modules/npm/bin/npm-cli.js')];
	const version = execFileSync(process.execPath, [...command.slice(1), '--version'], { cwd: folder, encoding: 'utf8' }).trim();
	return { command, version };
}

/** Each round in a process of its own, as after a start. */
function measurePeople(): readonly PeopleTimes[] {
	execFileSync(process.execPath, [PEOPLE, folder, 'prepare']);
	return Array.from(
		{ length: Number(rounds) },
		() => JSON.parse(execFileSync(process.execPath, [PEOPLE, folder], { encoding: 'utf8' })) as PeopleTimes,
	);
}

function printVerifiers(what: string, result: VerifierResult): void {
	const { plugwardMilliseconds, stockMilliseconds, judged, stricter, laxer } = result;
	const [own, stock] = [median(plugwardMilliseconds), median(stockMilliseconds)];
	process.stdout.write(
		`${what}: plugward ${own.toFixed(2)} ms CPU, @sigstore/verify ${stock.toFixed(2)} ms, ${(stock / own).toFixed(2)}x; ` +
			`of ${judged} bundles ${stricter} refused only by plugward, ${laxer} accepted only by plugward\n`,
	);
}

function printPeople(times: readonly PeopleTimes[]): void {
	const of = (key: keyof PeopleTimes): string => median(times.map((one) => one[key])).toFixed(0);
	process.stdout.write(
		`people: 10,000 statements of 1,000 people about 300 packages: read ${of('readMilliseconds')} ms, ` +
			`sorted ${of('indexMilliseconds')} ms, evaluated ${of('evaluateMilliseconds')} ms\n`,
	);
}

function printAudits(rows: readonly Row[]): void {
	for (const { set, tool, runs } of rows) {
		const wall = median(runs.map(({ wallMilliseconds }) => wallMilliseconds));
		const cpu = median(runs.map(({ cpuMilliseconds }) => cpuMilliseconds));
		const rival = rows.find((row) => row.tool === 'npm' && set.startsWith(row.set));
		const times = rival === undefined ? NaN : median(rival.runs.map(({ wallMilliseconds }) => wallMilliseconds)) / wall;
		const ratio = Number.isNaN(times) ? '' : `${times.toFixed(1)}x`;
		process.stdout.write(
			`${set.padEnd(24)} ${tool.padEnd(16)} ${wall.toFixed(0).padStart(6)} ms  cpu ${cpu.toFixed(0).padStart(6)} ms  ${ratio}\n`,
		);
	}
}
