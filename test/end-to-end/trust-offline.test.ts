import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type FakeRegistry, startFakeRegistry } from '../helpers/fake-registry.ts';
import { type LocalSigstore, startLocalSigstore } from '../helpers/local-sigstore.ts';
import { serveAttested } from '../helpers/serve-attested.ts';
import { type Machine, openMachine } from './command.ts';

const NAME = '@acme/plug';
const NO_SOCKETS = { environment: { NODE_OPTIONS: `--require ${path.resolve(import.meta.dirname, '../helpers/refuse-sockets.cjs')}` } };

let registry: FakeRegistry;
let sigstore: LocalSigstore;
let machine: Machine;

beforeAll(async () => {
	sigstore = await startLocalSigstore();
	registry = await startFakeRegistry();
	await serveAttested({ registry, sigstore }, { name: NAME, version: '1.2.3', manifest: { dependencies: { helper: '1.0.0' } } });
	registry.serve('helper', '1.0.0');
	machine = await openMachine(registry.url);
	const root = path.join(machine.folder, 'trusted_root.json');
	await writeFile(root, JSON.stringify(sigstore.trustedRoot()));
	const settings = path.join(machine.folder, 'config', 'plugward');
	await mkdir(settings, { recursive: true });
	await writeFile(
		path.join(settings, 'trust-policy.json'),
		JSON.stringify({ version: 1, roots: [{ id: 'acme', file: root, scopes: ['@acme/*'] }] }),
	);
});

afterAll(async () => {
	await machine[Symbol.asyncDispose]();
	await registry.close();
	await sigstore[Symbol.asyncDispose]();
});

test('the built command proves provenance under a private root, and the trap for sockets works', async () => {
	const { exitCode, envelope } = await machine.json(['install', NAME, '--yes']);
	expect({ exitCode, error: envelope.error }).toEqual({ exitCode: 0, error: undefined });
	const audit = await machine.json(['trust', 'audit']);
	expect(audit.envelope.data?.['packages']).toMatchObject([
		{ id: `${NAME}@1.2.3`, provenance: 'verified', repository: 'https://github.com/acme/plug' },
		{ id: 'helper@1.0.0' },
	]);
	const trapped = await machine.plugward(['info', 'helper'], NO_SOCKETS);
	expect(trapped).toMatchObject({ exitCode: 99, stderr: expect.stringContaining('a socket was opened') as string });
});

test.each([
	[['trust', 'audit']],
	[['trust', 'why', NAME]],
	[['trust', 'roots']],
	[['verify']],
	[['list']],
	[['policy', 'check']],
	[['install', NAME, '--yes', '--offline']],
	[['evaluate', NAME, '--offline']],
])('%j opens no socket', async (words) => {
	const { exitCode, stderr } = await machine.plugward(words, NO_SOCKETS);
	expect({ exitCode, stderr }).toMatchObject({ exitCode: 0, stderr: expect.not.stringContaining('socket') as string });
});
