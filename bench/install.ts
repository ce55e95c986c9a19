/**
 * Installs from a mirror on loopback with npm, pnpm, bun and plugward, interleaved in one run: cold, repeat and warm.
 * Nothing is deleted before the end: ext4 does not give an inode out again for a while after its file was deleted, and looks at each such
 * inode whenever a file is made, so that whoever comes after a deletion pays several times for its files.
 * The rivals come from the registry. Usage: npm run build && node bench/install.ts [rounds] [medium|large ...]
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, createClients, type Place } from './install/clients.ts';
import { diskUse } from './install/disk-use.ts';
import { startMirror } from './install/mirror.ts';
import { installRivals } from './install/rivals.ts';
import { SETS } from './install/sets.ts';
import type { Measured } from './measure-command.ts';
import { report, type Row } from './report.ts';

const [rounds = '5', ...wantedSets] = process.argv.slice(2);
const DIST = join(import.meta.dirname, '..', 'dist');

const folder = await mkdtemp(join(tmpdir(), 'plugward-bench-'));
try {
	const rivals = await installRivals(join(folder, 'rivals'));
	const clients = createClients({ rivals, command: join(DIST, 'plugward.cjs') });
	using mirror = await startMirror(join(DIST, 'mirror.js'), folder);
	const rows: Row[] = [];
	for (const { name, specs } of SETS.filter((set) => wantedSets.length === 0 || wantedSets.includes(set.name))) {
		rows.push(...(await measureSet(name, clients, { registry: mirror.registry, specs })));
	}

	await report(rows, { against: 'npm', file: join(import.meta.dirname, 'results', 'install.json') });
} finally {
	await rm(folder, { recursive: true, force: true });
}

async function measureSet(set: string, clients: readonly Client[], source: Pick<Place, 'registry' | 'specs'>): Promise<readonly Row[]> {
	const runs = new Map<string, Measured[]>();
	const disk = new Map<string, number>();
	// Round 0 fills the mirror and is not counted.
	for (let round = 0; round <= Number(rounds); round += 1) {
		for (const client of clients) {
			const measured = await measureClient(client, source);
			disk.set(client.name, measured.diskBytes);
			for (const [kind, one] of round === 0 ? [] : Object.entries(measured.runs)) {
				const key = `${kind} ${client.name}`;
				runs.set(key, [...(runs.get(key) ?? []), one]);
			}
		}
	}

	return ['cold', 'warm', 'repeat'].flatMap((kind) =>
		clients.map(({ name }) => ({
			set: `${set} ${kind}`,
			tool: name,
			runs: runs.get(`${kind} ${name}`) ?? [],
			...(kind === 'cold' ? { diskBytes: disk.get(name) ?? 0 } : {}),
		})),
	);
}

async function measureClient(client: Client, source: Pick<Place, 'registry' | 'specs'>) {
	const fresh = await mkdtemp(join(folder, 'run-'));
	const environment = { PATH: process.env['PATH'], HOME: fresh, TMPDIR: tmpdir(), CI: 'true' };
	const place = { ...source, folder: fresh, environment };
	const cold = await client.cold(place);
	const diskBytes = await diskUse(fresh);
	const repeat = await client.repeat(place);
	return { runs: { cold, repeat, warm: await client.warm(place) }, diskBytes };
}
