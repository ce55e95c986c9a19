import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTemporaryMirror, TOKEN } from '../registry-mirror/temporary-mirror.ts';
import { type FakeRegistry, startFakeRegistry } from '../helpers/fake-registry.ts';
import { type Machine, openMachine } from './command.ts';

const DAY_MILLISECONDS = 86_400_000;
const ADVISORY = {
	id: 'MAL-2026-1',
	summary: 'It steals tokens',
	affected: [
		{ package: { ecosystem: 'npm', name: 'leaky' }, ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }, { fixed: '1.0.1' }] }] },
	],
};
let registry: FakeRegistry;
let machine: Machine;
let set: string;
let key: string;

beforeAll(async () => {
	registry = await startFakeRegistry();
	registry.serve('leaky', '1.0.0');
	machine = await openMachine(registry.url);
	set = path.join(machine.folder, 'set');
	await writeFile(path.join(machine.folder, 'osv.json'), JSON.stringify([ADVISORY]));
});

afterAll(async () => {
	await machine[Symbol.asyncDispose]();
	await registry.close();
});

test('a set is signed into a folder that names no package, and imported by who names the key', async () => {
	expect(await machine.plugward(['advisories'])).toMatchObject({
		exitCode: 0,
		stdout: expect.stringContaining('Your policy names no advisories') as string,
	});
	const signed = await machine.json(['advisories', 'sign', path.join(machine.folder, 'osv.json'), set]);
	expect(signed).toMatchObject({
		exitCode: 0,
		envelope: { data: { type: 'signed', folder: set, count: 1, shardCount: 1, isNewKey: true } },
	});
	key = String(signed.envelope.data?.['key']);
	expect((await readdir(set)).toSorted()).toEqual(['75.json', 'index.json', 'signed.json']);
	expect(await readFile(path.join(set, 'signed.json'), 'utf8')).not.toContain('leaky');
	expect(await machine.json(['advisories', 'import', set])).toMatchObject({
		exitCode: 2,
		envelope: { error: { message: 'Nobody is named whose advisories count.' } },
	});
	const other = `ed25519:${'A'.repeat(43)}`;
	expect(await machine.json(['advisories', 'import', set, '--key', other])).toMatchObject({
		exitCode: 5,
		envelope: { error: { code: 'evidence-invalid', message: `The advisories are signed by ${key}, expected ${other}.` } },
	});
	expect(await machine.json(['advisories', 'import', set, '--key', key])).toMatchObject({
		exitCode: 0,
		envelope: { data: { source: 'kept', signedBy: key, ageDays: 0, count: 1, isStale: false, imported: { previous: null } } },
	});
});

test('what was imported is held against a package offline, and says how old it is', async () => {
	const { envelope } = await machine.json(['evaluate', 'leaky']);
	expect(envelope.data?.['facts']).toContainEqual(expect.objectContaining({ code: 'advisory', severity: 'danger' }));
	expect(envelope.data?.['advisories']).toMatchObject({ source: 'kept', considered: 1, signedBy: key, isStale: false });
	const offline = await machine.plugward(['evaluate', 'leaky', '--offline']);
	expect(offline.stdout).toContain('1 advisory from kept, signed, of ');
	const policy = path.join(machine.folder, 'config', 'plugward', 'trust-policy.json');
	expect(JSON.parse(await readFile(policy, 'utf8'))).toMatchObject({ advisories: { source: 'kept', key, maximumAgeDays: 14 } });
});

test('an older set, and one that was changed, are refused; then the one before still counts', async () => {
	const kept = await readFile(path.join(set, 'signed.json'), 'utf8');
	await writeFile(path.join(set, '75.json'), JSON.stringify([{ ...ADVISORY, summary: 'harmless' }]));
	expect(await machine.json(['advisories', 'import', set])).toMatchObject({
		exitCode: 5,
		envelope: { error: { message: expect.stringContaining('The advisories 75.json are not what was signed') as string } },
	});
	await machine.json(['advisories', 'sign', path.join(machine.folder, 'osv.json'), set]);
	expect(await machine.json(['advisories', 'import', set])).toMatchObject({ exitCode: 0 });
	await writeFile(path.join(set, 'signed.json'), kept);
	expect(await machine.json(['advisories', 'import', set])).toMatchObject({
		exitCode: 5,
		envelope: { error: { message: expect.stringContaining('older than those of') as string } },
	});
	expect(await machine.json(['advisories'])).toMatchObject({ exitCode: 0, envelope: { data: { source: 'kept', count: 1 } } });
});

test('a mirror serves it, and update fetches it from there', async () => {
	await machine.json(['advisories', 'sign', path.join(machine.folder, 'osv.json'), set]);
	await using mirror = await startTemporaryMirror({ advisories: set, now: Date.now });
	const other = await openMachine(mirror.url, [`//${new URL(mirror.url).host}/:_authToken=${TOKEN}`]);
	try {
		expect(await other.json(['advisories', 'update', '--key', key])).toMatchObject({ exitCode: 0, envelope: { data: { count: 1 } } });
		expect(await other.json(['advisories', 'update', '--offline'])).toMatchObject({ exitCode: 7 });
		expect(await other.json(['advisories'])).toMatchObject({ exitCode: 0, envelope: { data: { source: 'kept', signedBy: key } } });
	} finally {
		await other[Symbol.asyncDispose]();
	}
});

test('a registry or a folder without a set is told with what else there is', async () => {
	await using mirror = await startTemporaryMirror({ now: Date.now });
	const other = await openMachine(mirror.url, [`//${new URL(mirror.url).host}/:_authToken=${TOKEN}`]);
	try {
		expect(await other.json(['advisories', 'update', '--key', key])).toMatchObject({
			exitCode: 2,
			envelope: { error: { hint: 'Import them from a folder instead: plugward advisories import FOLDER' } },
		});
		expect(await other.json(['advisories', 'import', other.project, '--key', key])).toMatchObject({
			exitCode: 2,
			envelope: { error: { hint: expect.stringContaining('plugward advisories sign') as string } },
		});
	} finally {
		await other[Symbol.asyncDispose]();
	}
});

test('a set that is older than the policy wants is said to be', async () => {
	const policy = path.join(machine.folder, 'config', 'plugward', 'trust-policy.json');
	await writeFile(policy, JSON.stringify({ version: 1, advisories: { source: 'kept', key, maximumAgeDays: 1 } }));
	// Two days later, by a clock that is moved for the command alone.
	const later = path.join(machine.folder, 'later.cjs');
	await writeFile(
		later,
		`const now = Date.now; Date.now = () => now() + ${2 * DAY_MILLISECONDS}; const D = Date;
globalThis.Date = class extends D { constructor(...given) { super(...(given.length === 0 ? [D.now()] : given)); } static now() { return D.now(); } };`,
	);
	const environment = { NODE_OPTIONS: `--require ${later}` };
	const status = await machine.plugward(['advisories'], { environment });
	expect(status.stdout.replaceAll(/\s+/g, ' ')).toContain('2 days old');
	expect(status.stdout.replaceAll(/\s+/g, ' ')).toContain('! They are older than your policy wants.');
	const evaluated = await machine.plugward(['evaluate', 'leaky', '--offline'], { environment });
	expect(evaluated.stderr.replaceAll(/\s+/g, ' ')).toContain('The advisories are 2 days old; your policy wants them no older than 1.');
});
