/**
 * A registry of made-up packages on loopback, with a search and with a list of all of them, as ours gives one. Prints its address. Usage: node registry-program.ts <number of packages>
 *
 * Packages named `slow-...` come at 48 kB a second, so that an install lasts long enough to look at; those named `many-...` need many others, which come as fast as they can be read and have many files.
 */
import { createHash, randomBytes } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { setTimeout as sleep } from 'node:timers/promises';

import { encodeCatalogueEnd, encodeCatalogueHead, encodeCatalogueRow } from '../../source/engine/package-search/index.ts';
import { packTarball } from '../../test/helpers/pack-tarball.ts';
import { MANY_NAMES, packageNames, partNames, SLOW_NAMES, wordsOf } from './names.ts';

type Version = { readonly manifest: Readonly<Record<string, unknown>>; readonly tarball: Buffer };

const VERSIONS = ['1.0.0', '1.1.0'] as const;
const SLOW_BYTES = 600_000;
const PART_FILES = 40;
const PART_BYTES = 120_000;
const PORTION_BYTES = 12_000;
const PORTION_MILLISECONDS = 250;

const names = packageNames(Number(process.argv[2] ?? 10_000));
// Those that are installed to look at an install are found by their exact names only.
const known = new Set<string>([...names, ...SLOW_NAMES, ...MANY_NAMES]);
const searched = names.map((name) => ({ name, text: `${name} ${wordsOf(name)}` }));
const made = new Map<string, Version>();
const packedList = gzipSync(listText());

const server = createServer((request, response) => {
	const url = new URL(request.url ?? '/', origin());
	const [name = '', file] = decodeURIComponent(url.pathname.slice(1)).split('/-/');
	if (url.pathname === '/-/v1/search') {
		json(response, search(url.searchParams));
	} else if (url.pathname === '/-/plugward/index') {
		response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': packedList.length, etag: '"made-up"' }).end(packedList);
	} else if (!known.has(name)) {
		json(response, { error: 'Not found' }, 404);
	} else if (file === undefined) {
		json(response, packument(name));
	} else {
		void send(response, version(name, file.slice(name.length + 1, -4)).tarball, name.startsWith('slow-'));
	}
});
server.listen(0, '127.0.0.1', () => process.stdout.write(`${origin()}/\n`));

function origin(): string {
	return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function search(query: URLSearchParams): unknown {
	const words = (query.get('text') ?? '').toLowerCase().split(' ').filter(Boolean);
	const found = searched.filter(({ text }) => words.every((word) => text.includes(word)));
	const from = Number(query.get('from') ?? 0);
	const objects = found.slice(from, from + Number(query.get('size') ?? 20)).map(({ name }) => ({
		package: {
			name,
			version: '1.1.0',
			description: wordsOf(name),
			keywords: [],
			date: '2026-01-02T00:00:00.000Z',
			publisher: { username: 'somebody' },
		},
	}));
	return { objects, total: found.length, time: new Date(0).toISOString() };
}

function listText(): string {
	const rows = names.map((name) =>
		encodeCatalogueRow({
			name,
			version: '1.1.0',
			description: wordsOf(name),
			keywords: [],
			publisher: 'somebody',
			maintainers: ['somebody'],
			licence: 'MIT',
			publishedAt: '2026-01-02T00:00:00.000Z',
			downloads: null,
			permissions: [],
			isPlugin: true,
			proof: null,
		}),
	);
	return encodeCatalogueHead({ revision: 'made-up', since: null }) + rows.join('') + encodeCatalogueEnd(rows.length);
}

function packument(name: string): unknown {
	const numbers = name.startsWith('part-') ? VERSIONS.slice(1) : VERSIONS;
	const versions = Object.fromEntries(numbers.map((one) => [one, served(name, one)]));
	return {
		_id: name,
		name,
		'dist-tags': { latest: '1.1.0' },
		versions,
		time: {
			created: '2026-01-01T00:00:00.000Z',
			modified: '2026-01-02T00:00:00.000Z',
			'1.0.0': '2026-01-01T00:00:00.000Z',
			'1.1.0': '2026-01-02T00:00:00.000Z',
		},
		readme: `# ${name}`,
	};
}

function served(name: string, one: string): unknown {
	const { manifest, tarball } = version(name, one);
	const integrity = `sha512-${createHash('sha512').update(tarball).digest('base64')}`;
	const shasum = createHash('sha1').update(tarball).digest('hex');
	return { ...manifest, dist: { integrity, shasum, tarball: `${origin()}/${name}/-/${name}-${one}.tgz` } };
}

function version(name: string, one: string): Version {
	const key = `${name} ${one}`;
	const there = made.get(key);
	if (there !== undefined) {
		return there;
	}

	const manifest = {
		name,
		version: one,
		type: 'module',
		license: 'MIT',
		...(name.startsWith('many-') ? { dependencies: Object.fromEntries(partNames(name).map((part) => [part, '1.1.0'])) } : {}),
		description: wordsOf(name),
		plugward: {
			apiVersion: 1,
			main: './plugin.js',
			tasks: { go: { description: 'Says what came in', input: {}, output: {} } },
			permissions: [],
		},
	};
	const tarball = packTarball({
		'package.json': JSON.stringify(manifest),
		'plugin.js': "import { definePlugin } from 'plugward/sdk';\nexport default definePlugin({ execute: async ({ input }) => input });\n",
		...(name.startsWith('slow-') ? { 'data.bin': randomBytes(SLOW_BYTES) } : {}),
		...(name.startsWith('part-') ? manyFiles() : {}),
	});
	made.set(key, { manifest, tarball });
	return { manifest, tarball };
}

/** As in packages that one meets: most of it small files, and some that take a while to unpack. */
function manyFiles(): Readonly<Record<string, string | Buffer>> {
	const text = 'export function add(left, right) {\n\treturn left + right;\n}\n';
	const small = Array.from({ length: PART_FILES }, (_, index) => [`lib/file-${index}.js`, text.repeat(10 + index)] as const);
	return { ...Object.fromEntries(small), 'data.bin': randomBytes(PART_BYTES) };
}

async function send(response: ServerResponse, body: Buffer, isSlow: boolean): Promise<void> {
	response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': body.length });
	const slow = isSlow ? body : body.subarray(0, 0);
	for (let start = 0; start < slow.length; start += PORTION_BYTES) {
		response.write(slow.subarray(start, start + PORTION_BYTES));
		await sleep(PORTION_MILLISECONDS);
	}

	response.end(isSlow ? undefined : body);
}

function json(response: ServerResponse, value: unknown, status = 200): void {
	response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}
