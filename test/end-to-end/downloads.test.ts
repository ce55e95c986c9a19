import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { publishDocument, startTemporaryMirror, TOKEN } from '../registry-mirror/temporary-mirror.ts';
import { startFakeRegistry } from '../helpers/fake-registry.ts';
import { type Machine, openMachine } from './command.ts';

type Mirror = Awaited<ReturnType<typeof startTemporaryMirror>>;

let mirror: Mirror;
let machine: Machine;

beforeAll(async () => {
	mirror = await startTemporaryMirror({ now: Date.now });
	const { tarball: _, ...document } = publishDocument(
		{ name: '@examples/hello', version: '1.0.0' },
		{ files: { 'README.md': '# Hello\n\nFrom inside.', 'lib/large.js': `// ${'x'.repeat(4000)}\n` } },
	);
	await mirror.put('@examples%2fhello', document);
	machine = await openMachine(mirror.url, [`${mirror.url.replace('http:', '')}:_authToken=${TOKEN}`]);
});

afterAll(async () => {
	await machine[Symbol.asyncDispose]();
	await mirror[Symbol.asyncDispose]();
});

test('what was installed from the mirror is counted there, and told by info', async () => {
	const before = await machine.json(['info', '@examples/hello']);
	expect(before.envelope.data?.['downloads']).toMatchObject({ type: 'told', total: 0, days: { length: 30 } });
	expect(before.envelope.data).toMatchObject({ readmeFrom: 'registry', contents: null });
	expect(await machine.plugward(['install', '@examples/hello', '--yes', '--accept-young', '@examples/hello'])).toMatchObject({
		exitCode: 0,
	});
	await vi.waitFor(async () => {
		const { stdout } = await machine.plugward(['info', '@examples/hello']);
		expect(stdout).toContain('1 download in the last 7 days, none in the 7 days before; 127.0.0.1');
	});
	const offline = await machine.plugward(['info', '@examples/hello', '--offline']);
	expect(offline.stdout).toContain('downloads     Offline, so no registry is asked for numbers of downloads.');
});

test('with the setting off nobody is asked', async () => {
	await using registry = await startFakeRegistry();
	registry.serve('tool', '1.0.0');
	await using own = await openMachine(registry.url);
	expect(await own.plugward(['settings', 'set', 'downloads', 'no'])).toMatchObject({ exitCode: 0 });
	const { envelope } = await own.json(['info', 'tool']);
	expect(envelope.data?.['downloads']).toMatchObject({ type: 'untold', reason: 'switched-off' });
	expect(registry.requests.map(({ path }) => path)).toEqual(['/tool']);
});

test('files and README are those of the verified bytes', async () => {
	const { stdout, exitCode } = await machine.plugward(['info', '@examples/hello', '--files', '--readme', '--offline']);
	expect(exitCode).toBe(0);
	expect(stdout).toMatch(/Files of 1\.0\.0 {2}3 files, 4\.1 kB unpacked, \d+ B packed; verified bytes/);
	expect(stdout).toMatch(/^ {2}lib\/large\.js +4\.0 kB +98% +#{20}$/m);
	expect(stdout).toContain('README.md of 1.0.0, from verified bytes\n\n# Hello\n\nFrom inside.');
	const { envelope } = await machine.json(['info', '@examples/hello', '--files', '--readme']);
	expect(envelope.data).toMatchObject({
		readmeFrom: 'verified',
		readme: '# Hello\n\nFrom inside.',
		contents: { version: '1.0.0', isInstalled: true },
	});
});

test('a registry without numbers is asked once and not again, and neither is anybody else told of its packages', async () => {
	const elsewhere: string[] = [];
	const proxy = createServer((request, response) => {
		elsewhere.push(request.url ?? '');
		response.writeHead(502).end();
	})
		.on('connect', (request, socket) => {
			elsewhere.push(request.url ?? '');
			socket.destroy();
		})
		.listen(0, '127.0.0.1');
	await once(proxy, 'listening');
	await using registry = await startFakeRegistry();
	registry.serve('secret-tool', '1.0.0');
	// Whatever would leave this machine passes here.
	const { port } = proxy.address() as AddressInfo;
	await using own = await openMachine(registry.url, [`https-proxy=http://127.0.0.1:${port}`, `proxy=http://127.0.0.1:${port}`]);
	for (let times = 0; times < 2; times += 1) {
		const { stdout } = await own.plugward(['info', 'secret-tool']);
		expect(stdout).toContain('serves no numbers of downloads.');
	}

	expect(registry.requests.map(({ path }) => path).filter((path) => path.startsWith('/downloads'))).toEqual([
		'/downloads/range/last-month/secret-tool',
	]);
	expect(elsewhere).toEqual([]);
	proxy.close();
});
