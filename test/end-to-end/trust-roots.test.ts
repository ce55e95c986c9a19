import { rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type FakeRegistry, startFakeRegistry } from '../helpers/fake-registry.ts';
import { type LocalSigstore, startLocalSigstore } from '../helpers/local-sigstore.ts';
import { serveAttested } from '../helpers/serve-attested.ts';
import { newTufKeys, type TufOptions, tufRepository } from '../helpers/tuf-repository.ts';
import { type Machine, openMachine } from './command.ts';

const NAME = '@acme/plug';
const keys = newTufKeys();
const files = new Map<string, string>();
let registry: FakeRegistry;
let sigstore: LocalSigstore;
let machine: Machine;
let repository: Server;
let url: string;
let rootFile: string;
let keptFile: string;

function publish(options: Partial<TufOptions> = {}): string {
	files.clear();
	const served = tufRepository(JSON.stringify(sigstore.trustedRoot()), { keys, ...options });
	served.files.forEach((body, name) => files.set(name, body));
	return served.root;
}

beforeAll(async () => {
	sigstore = await startLocalSigstore();
	registry = await startFakeRegistry();
	await serveAttested({ registry, sigstore }, { name: NAME, version: '1.2.3', manifest: {} });
	machine = await openMachine(registry.url);
	repository = createServer((request, response) => {
		const body = files.get(request.url ?? '');
		response.writeHead(body === undefined ? 404 : 200, { connection: 'close' }).end(body);
	});
	await new Promise<void>((resolve) => {
		repository.listen(0, '127.0.0.1', resolve);
	});
	url = `http://127.0.0.1:${(repository.address() as AddressInfo).port}`;
	rootFile = path.join(machine.folder, 'root.json');
	keptFile = path.join(machine.folder, 'config', 'plugward', 'trust-roots', 'acme.json');
	await writeFile(rootFile, publish());
});

afterAll(async () => {
	repository.close();
	await machine[Symbol.asyncDispose]();
	await registry.close();
	await sigstore[Symbol.asyncDispose]();
});

test('a root that comes from a TUF repository is fetched once, proves packages of its scope, and holds offline', async () => {
	const added = await machine.plugward(['trust', 'roots', 'add', 'acme', '--tuf', url, '--root', rootFile, '--scope', '@acme']);
	expect(added).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('your TUF repository') as string });
	expect(added.stdout).toContain(`version 1, fetched today, from ${url}`);
	expect(await machine.json(['install', NAME, '--yes'])).toMatchObject({ exitCode: 0 });
	const audit = await machine.json(['trust', 'audit', '--offline']);
	expect(audit.envelope.data?.['packages']).toMatchObject([{ id: `${NAME}@1.2.3`, provenance: 'verified' }]);
});

test('a refresh follows new keys, says so, and leaves all as it was when it is refused', async () => {
	const rotations = [newTufKeys()];
	publish({ rotations, version: 2 });
	const refreshed = await machine.json(['trust', 'roots', 'refresh', 'acme']);
	expect(refreshed.envelope.data?.['refreshed']).toMatchObject([
		{ id: 'acme', mirror: url, versionBefore: 1, version: 2, isChanged: true },
	]);
	expect(await machine.plugward(['trust', 'roots', 'refresh', 'acme'])).toMatchObject({
		exitCode: 0,
		stdout: expect.stringContaining('has nothing newer for acme than version 2') as string,
	});
	publish({ rotations, version: 1 });
	const older = await machine.json(['trust', 'roots', 'refresh', 'acme']);
	expect(older).toMatchObject({ exitCode: 5, envelope: { error: { code: 'evidence-invalid' } } });
	expect(older.envelope.error?.message).toBe(
		`What ${url} serves as a trust root is refused: It serves timestamp version 1, after version 2 was seen.`,
	);
	const roots = await machine.json(['trust', 'roots', '--json=roots']);
	expect(roots.envelope.data?.['roots']).toMatchObject([{ id: 'public' }, { id: 'acme', version: 2, problem: null }]);
});

test('what cannot be refreshed is said in one sentence', async () => {
	const offline = await machine.json(['trust', 'roots', 'refresh', '--offline']);
	expect(offline).toMatchObject({
		exitCode: 7,
		envelope: {
			error: {
				code: 'offline-missing',
				message: 'A trust root is fetched over the network, and this is offline. What is built in and what was fetched before still holds.',
			},
		},
	});
	expect(await machine.json(['trust', 'roots', 'refresh', 'nobody'])).toMatchObject({
		exitCode: 2,
		envelope: { error: { message: 'No trust root is called nobody.' } },
	});
	// The built-in root is the anchor of the public one, whatever address is asked.
	expect(await machine.json(['trust', 'roots', 'refresh', 'public', '--tuf', url])).toMatchObject({
		exitCode: 5,
		envelope: { error: { code: 'evidence-invalid' } },
	});
	expect(await machine.json(['trust', 'roots', 'add', 'other', '--tuf', url, '--scope', '@other'])).toMatchObject({
		exitCode: 2,
		envelope: { error: { message: 'A TUF repository needs its address and the root.json that you got by another way.' } },
	});
});

test('a kept refresh that was changed is told once by each command that needs roots, and by the doctor', async () => {
	await writeFile(keptFile, '{"format":1}');
	const { stderr, stdout, exitCode } = await machine.plugward(['trust', 'roots']);
	expect(exitCode).toBe(0);
	expect(stderr.replaceAll(/\s+/g, ' ').split('The trust root "acme" has nothing to believe: damaged')).toHaveLength(2);
	expect(stdout).toContain('! The trust root "acme" has nothing to believe');
	const doctor = await machine.json(['doctor']);
	expect(JSON.stringify(doctor.envelope.data?.['checks'])).toContain('plugward trust roots refresh acme');
	await rm(keptFile);
	const why = await machine.plugward(['trust', 'roots']);
	expect(why.stderr).toContain('it was never fetched');
});
