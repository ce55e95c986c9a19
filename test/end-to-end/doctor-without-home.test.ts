import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { startFakeRegistry } from '../helpers/fake-registry.ts';
import { type Machine, openMachine } from './command.ts';

const configure = async ({ folder }: Machine, file: string): Promise<void> => {
	await mkdir(path.join(folder, 'config/plugward'), { recursive: true });
	await writeFile(path.join(folder, 'config/plugward', file), '{');
};

const damage = async ({ home, plugward }: Machine, file: string, text: string): Promise<void> => {
	await plugward(['list']);
	await writeFile(path.join(home, file), text);
};

const BROKEN: readonly (readonly [what: string, breakHome: (machine: Machine) => Promise<unknown>, says: RegExp])[] = [
	['a file', ({ home }) => writeFile(home, 'not a folder'), /leads through a file/],
	[
		'a folder of something else',
		async ({ home }) => (await mkdir(home), writeFile(path.join(home, 'thesis.txt'), 'mine')),
		/is not a home/,
	],
	['writable by others', async ({ home }) => (await mkdir(home), chmod(home, 0o777)), /Others may write/],
	['of a later format', (machine) => damage(machine, 'format.json', '{"format":9}'), /format 9/],
	['under a policy that is no JSON', (machine) => configure(machine, 'trust-policy.json'), /trust policy/],
	['beside settings that are no JSON', (machine) => configure(machine, 'settings.json'), /settings/],
];

test.each(BROKEN)('the doctor works when the home is %s, and says so', async (_what, breakHome, says) => {
	await using registry = await startFakeRegistry();
	await using machine = await openMachine(registry.url);
	await breakHome(machine);
	expect((await machine.plugward(['list'])).exitCode).toBeGreaterThan(0);
	const { envelope, exitCode } = await machine.json(['doctor', '--fix']);
	expect(exitCode).toBe(1);
	expect(envelope.ok).toBe(true);
	const checks = envelope.data?.['checks'] as readonly { id: string; state: string; text: string }[];
	expect(checks.find(({ id }) => id === 'home')).toMatchObject({ state: 'fail', text: expect.stringMatching(says) });
	const states = Object.fromEntries(checks.map(({ id, state }) => [id, state]));
	expect(states).toMatchObject({ node: 'ok', registry: 'ok', 'trust-root-public': 'ok' });
	expect(Object.keys(states)).toEqual(expect.arrayContaining(['home-space', 'terminal', 'clock', 'registry-tls', 'registry-auth']));
});

test.each([
	['an entry of the journal', 'state/journal/x.json', 'state/set-aside/x.json'],
	['the choice of a profile', 'state/profile.json', 'state/set-aside/profile.json'],
])('%s that is damaged is put aside by doctor --fix, and only by it', async (_what, file, aside) => {
	await using registry = await startFakeRegistry();
	registry.serve('one', '1.0.0');
	await using machine = await openMachine(registry.url);
	await machine.plugward(['install', 'one', '--yes']);
	await writeFile(path.join(machine.home, file), '{');
	expect((await machine.plugward(['list'])).exitCode).toBe(8);
	expect((await machine.json(['doctor'])).envelope.data?.['checks']).toContainEqual(expect.objectContaining({ id: 'home', state: 'fail' }));
	expect(await readFile(path.join(machine.home, file), 'utf8'), 'looking changes nothing').toBe('{');
	const { envelope } = await machine.json(['doctor', '--fix']);
	expect(envelope.data?.['fixed']).toEqual([expect.stringContaining(aside)]);
	expect(envelope.data?.['checks']).toContainEqual(expect.objectContaining({ id: 'generations', state: 'ok' }));
	expect(await readFile(path.join(machine.home, aside), 'utf8')).toBe('{');
	expect((await machine.plugward(['list'])).stdout).toContain('generation 1');
	expect((await machine.plugward(['verify'])).exitCode).toBe(0);
});

test('verify --repair fetches again what was changed, and tells what', async () => {
	await using registry = await startFakeRegistry();
	registry.serve('one', '1.0.0', {}, { 'index.js': 'module.exports = 1;' });
	await using machine = await openMachine(registry.url);
	const { home, plugward } = machine;
	await plugward(['install', 'one', '--yes']);
	const [entry = ''] = await readdir(path.join(home, 'store/packages'));
	await writeFile(path.join(home, 'store/packages', entry, 'tree/index.js'), 'stolen()');
	const found = await plugward(['verify']);
	expect(found.exitCode).toBe(5);
	expect(found.stdout + found.stderr).toContain('index.js');
	expect(found.stderr).toContain('plugward verify --repair');
	expect((await plugward(['verify', '--repair', '--offline'])).exitCode).toBe(7);
	const repaired = await plugward(['verify', '--repair']);
	expect(repaired.exitCode).toBe(0);
	expect(repaired.stdout).toContain('one@1.0.0');
	expect((await machine.json(['verify'])).envelope.data?.['findings']).toEqual([]);
});
