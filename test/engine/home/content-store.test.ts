import { createHash } from 'node:crypto';
import { appendFile, chmod, lstat, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { EngineError } from '../../../source/engine/errors.ts';
import { openHome } from '../../../source/engine/home/index.ts';
import { integrityOf, member, tar, tarballOf } from './archive-builder.ts';
import { add, addRequest, install, sample, signal, temporaryFolder } from './temporary-home.ts';

async function freshHome() {
	const folder = await temporaryFolder();
	const home = await openHome({ path: join(folder.path, 'home'), waitMilliseconds: 100 });
	return {
		home,
		[Symbol.asyncDispose]: async () => {
			await home[Symbol.asyncDispose]();
			await folder[Symbol.asyncDispose]();
		},
	};
}

const failureOf = async (promise: Promise<unknown>): Promise<EngineError> =>
	promise.then(
		() => expect.fail('did not fail'),
		(error: EngineError) => error,
	);
const stagedFolders = async (home: { readonly layout: { readonly staging: string } }) =>
	(await readdir(home.layout.staging, { recursive: true })).filter((name) => name.includes('/'));

test('an artefact is unpacked as it was packed, with its files hashed', async () => {
	await using scene = await freshHome();
	const one = sample('one', '1.0.0', { 'lib/a.js': 'a', 'empty.txt': '' });
	const receipt = await add(scene.home, one);
	expect(receipt.files.map(({ path, size }) => [path, size])).toEqual([
		['LICENSE', 27],
		['empty.txt', 0],
		['index.js', 30],
		['lib/a.js', 1],
		['package.json', 32],
	]);
	expect(receipt.files[3]?.sha256).toBe(createHash('sha256').update('a').digest('base64url'));
	expect(await readFile(join(scene.home.store.treePath(one.integrity), 'lib/a.js'), 'utf8')).toBe('a');
	expect(await scene.home.store.readPackageJson(one.integrity)).toEqual({ name: 'one', version: '1.0.0' });
});

test('modes are masked to 644 and 755', async () => {
	await using scene = await freshHome();
	const tarball = gzipSync(
		tar(
			member({ path: 'package/package.json', content: '{}', mode: 0o4777 }),
			member({ path: 'package/plain', content: 'x', mode: 0o2666 }),
		),
	);
	const one = { name: 'one', version: '1.0.0', tarball, integrity: integrityOf(tarball) };
	await add(scene.home, one);
	const tree = scene.home.store.treePath(one.integrity);
	expect((await lstat(join(tree, 'package.json'))).mode & 0o7777).toBe(0o755);
	expect((await lstat(join(tree, 'plain'))).mode & 0o7777).toBe(0o644);
});

test('wrong bytes are refused with both digests, before anything is judged, and leave nothing', async () => {
	await using scene = await freshHome();
	const one = sample('one');
	const other = sample('other').tarball;
	let judged = false;
	const failure = await failureOf(
		add(scene.home, one, {
			open: async () => ({ stream: Readable.from([other]), totalBytes: null }),
			judge: async () => {
				judged = true;
				return [];
			},
		}),
	);
	expect(failure.code).toBe('integrity-mismatch');
	expect(failure.message).toContain(`expected ${one.integrity}, got ${integrityOf(other)}`);
	expect(judged).toBe(false);
	expect(await stagedFolders(scene.home)).toEqual([]);
	expect(await scene.home.store.receipt(one.integrity)).toBeNull();
});

test('without a sha512 the sha1 decides, and the sha512 is what the bytes have', async () => {
	await using scene = await freshHome();
	const one = sample('one');
	const shasum = createHash('sha1').update(one.tarball).digest('hex');
	expect((await add(scene.home, one, { expected: { integrity: null, shasum } })).integrity).toBe(one.integrity);
	const other = sample('other');
	const failure = await failureOf(add(scene.home, other, { expected: { integrity: null, shasum } }));
	expect(failure.message).toContain(`expected ${shasum}, got `);
	expect((await failureOf(add(scene.home, other, { expected: { integrity: null, shasum: null } }))).code).toBe('integrity-mismatch');
});

test.each([true, false])('a transfer that stops early is said to be truncated (size known: %s)', async (sizeKnown) => {
	await using scene = await freshHome();
	const one = sample('one', '1.0.0', { 'big.js': 'x'.repeat(20_000) });
	const half = one.tarball.subarray(0, one.tarball.length - 30);
	const failure = await failureOf(
		add(scene.home, one, { open: async () => ({ stream: Readable.from([half]), totalBytes: sizeKnown ? one.tarball.length : null }) }),
	);
	expect(failure.code).toBe('tarball-truncated');
	expect(failure.exitCode).toBe(7);
	expect(await stagedFolders(scene.home)).toEqual([]);
});

test('a stream that breaks is said to be truncated', async () => {
	await using scene = await freshHome();
	const stream = new PassThrough();
	const open = async () => {
		stream.write('half');
		setImmediate(() => stream.destroy(new Error('socket hang up')));
		return { stream, totalBytes: 100 };
	};
	expect((await failureOf(add(scene.home, sample('one'), { open }))).code).toBe('tarball-truncated');
});

test('judge sees the package.json before the first file is written, and what it throws refuses the artefact', async () => {
	await using scene = await freshHome();
	const one = sample('one');
	const failure = await failureOf(
		add(scene.home, one, {
			judge: async ({ packageJson, packedBytes, integrity }) => {
				expect(packageJson).toEqual({ name: 'one', version: '1.0.0' });
				expect(packedBytes).toBe(one.tarball.length);
				expect(integrity).toBe(one.integrity);
				expect((await stagedFolders(scene.home)).filter((name) => name.endsWith('tree'))).toEqual([]);
				throw new EngineError('evidence-invalid', 'Signed by somebody else.');
			},
		}),
	);
	expect(failure.code).toBe('evidence-invalid');
	expect(await stagedFolders(scene.home)).toEqual([]);
});

test('a hostile archive is refused by name and writes nothing', async () => {
	await using scene = await freshHome();
	const tarball = gzipSync(tar(member({ path: 'package/package.json', content: '{}' }), member({ path: 'package/../../../evil' })));
	const failure = await failureOf(add(scene.home, { name: 'bad', version: '1.0.0', tarball, integrity: integrityOf(tarball) }));
	expect(failure.code).toBe('archive-refused');
	expect(failure.message).toContain('bad@1.0.0');
	expect(await stagedFolders(scene.home)).toEqual([]);
});

test('a large archive takes the way over the disk and gives the same receipt', async () => {
	await using scene = await freshHome();
	const noise = Buffer.alloc(9 * 1024 ** 2);
	for (let at = 0, state = 1; at < noise.length; at += 4) {
		state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
		noise.writeUInt32LE(state, at);
	}

	const tarball = tarballOf({ 'package.json': '{"name":"big"}', 'a.bin': noise, 'empty-in-between': '', 'z.txt': 'last', zz: '' });
	const big = { name: 'big', version: '1.0.0', tarball, integrity: integrityOf(tarball) };
	const pieces = Array.from({ length: Math.ceil(tarball.length / 65_536) }, (_, index) =>
		tarball.subarray(index * 65_536, (index + 1) * 65_536),
	);
	const receipt = await add(scene.home, big, { open: async () => ({ stream: Readable.from(pieces), totalBytes: null }) });
	expect(receipt.files.map(({ path, size }) => [path, size])).toEqual([
		['a.bin', noise.length],
		['empty-in-between', 0],
		['package.json', 14],
		['z.txt', 4],
		['zz', 0],
	]);
	expect(receipt.files[0]?.sha256).toBe(createHash('sha256').update(noise).digest('base64url'));
	expect((await scene.home.store.verifyEntry(big.integrity, { signal })).findings).toEqual([]);
});

test('concurrent requests share one transfer, and one that is cancelled does not stop the others', async () => {
	await using scene = await freshHome();
	const one = sample('one');
	let opened = 0;
	const stream = new PassThrough();
	const open = async () => {
		opened += 1;
		return { stream, totalBytes: one.tarball.length };
	};
	const leaving = new AbortController();
	const first = failureOf(add(scene.home, one, { open, signal: leaving.signal }));
	const second = add(scene.home, one, { open });
	leaving.abort();
	expect((await first).code).toBe('cancelled');
	stream.end(one.tarball);
	expect((await second).integrity).toBe(one.integrity);
	expect(opened).toBe(1);
});

test('a cancelled transfer leaves nothing behind', async () => {
	await using scene = await freshHome();
	const controller = new AbortController();
	const stream = new PassThrough();
	const open = async () => {
		stream.write('x');
		setImmediate(() => {
			controller.abort();
		});
		return { stream, totalBytes: null };
	};
	expect((await failureOf(add(scene.home, sample('one'), { open, signal: controller.signal }))).code).toBe('cancelled');
	await expect.poll(() => stagedFolders(scene.home)).toEqual([]);
	expect(stream.destroyed).toBe(true);
});

test('equal files of different packages are one file on disk, also across commits', async () => {
	await using scene = await freshHome();
	const [one, two, three] = [sample('one'), sample('two'), sample('three')];
	await install(scene.home, [one, two]);
	await install(scene.home, [one, three]);
	const inodes = await Promise.all(
		[one, two, three].map(async ({ integrity }) => (await lstat(join(scene.home.store.treePath(integrity), 'LICENSE'))).ino),
	);
	expect(new Set(inodes).size).toBe(1);
	expect((await readdir(scene.home.path, { recursive: true })).filter((name) => name.includes('.tmp-'))).toEqual([]);
	for (const { integrity } of [one, two, three]) {
		expect((await scene.home.store.verifyEntry(integrity, { signal })).findings).toEqual([]);
	}
});

test('a shared file that was changed is not given to the next package', async () => {
	await using scene = await freshHome();
	const [one, two] = [sample('one'), sample('two')];
	await install(scene.home, [one]);
	await appendFile(join(scene.home.store.treePath(one.integrity), 'LICENSE'), 'changed');
	await install(scene.home, [one, two]);
	expect((await scene.home.store.verifyEntry(two.integrity, { signal })).findings).toEqual([]);
	expect((await scene.home.store.verifyEntry(one.integrity, { signal })).findings).toHaveLength(1);
});

test('verify names what was changed, removed, added, replaced by a link or made executable', async () => {
	await using scene = await freshHome();
	const one = sample('one', '1.0.0', { 'lib/a.js': 'a', 'lib/b.js': 'b', 'lib/c.js': 'c' });
	await install(scene.home, [one]);
	const tree = scene.home.store.treePath(one.integrity);
	await writeFile(join(tree, 'index.js'), `module.exports = 'two@1.0.0';\n`);
	await rm(join(tree, 'LICENSE'));
	await writeFile(join(tree, 'lib/new.js'), 'x');
	await rm(join(tree, 'lib/a.js'));
	await symlink('/etc/hostname', join(tree, 'lib/a.js'));
	await chmod(join(tree, 'lib/b.js'), 0o755);
	await mkdir(join(tree, 'node_modules/evil'), { recursive: true });
	await writeFile(join(tree, 'node_modules/evil/index.js'), '');
	await appendFile(join(tree, '..', 'package.tgz'), 'x');
	const { findings } = await scene.home.store.verifyEntry(one.integrity, { signal });
	expect(findings.map(({ problem, path }) => `${problem} ${path}`).sort()).toEqual([
		'changed index.js',
		'changed lib/a.js',
		'changed lib/b.js',
		'changed null',
		'extra lib/new.js',
		'extra node_modules',
		'missing LICENSE',
	]);
});

test('a file that was changed in the store is refused when it is read', async () => {
	await using scene = await freshHome();
	const one = sample('one');
	await install(scene.home, [one]);
	await writeFile(join(scene.home.store.treePath(one.integrity), 'package.json'), '{"plugward":{}}');
	const failure = await failureOf(scene.home.store.readPackageJson(one.integrity));
	expect(failure.code).toBe('home-damaged');
	expect(failure.message).toContain('package.json');
	expect((await failureOf(scene.home.store.readFile(one.integrity, '../receipt.json'))).code).toBe('package-not-found');
});

test('evidence is replaced before and after the commit', async () => {
	await using scene = await freshHome();
	const one = sample('one');
	const evidence = [{ kind: 'provenance', state: 'unavailable', reason: 'offline', code: 'offline', identity: null }] as const;
	await add(scene.home, one);
	await scene.home.store.updateEvidence(one.integrity, evidence);
	await install(scene.home, [one]);
	expect((await scene.home.store.receipt(one.integrity))?.evidence).toEqual(evidence);
	await scene.home.store.updateEvidence(one.integrity, []);
	expect((await scene.home.store.receipt(one.integrity))?.evidence).toEqual([]);
});

test('what was added and not committed is gone with its process', async () => {
	await using scene = await freshHome();
	await add(scene.home, sample('one'));
	await scene.home[Symbol.asyncDispose]();
	expect(await readdir(scene.home.layout.staging)).toEqual([]);
});

test('random damage to an archive is refused or changes nothing but bytes: it never crashes or escapes', async () => {
	await using scene = await freshHome();
	const base = tar(member({ path: 'package/package.json', content: '{}' }), member({ path: 'package/lib/x.js', content: 'x'.repeat(700) }));
	let state = 7;
	for (let round = 0; round < 60; round += 1) {
		const bytes = Buffer.from(base);
		for (let flips = 0; flips <= round % 4; flips += 1) {
			state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
			bytes[state % bytes.length] = state >>> 24;
		}

		const tarball = gzipSync(bytes);
		const result: unknown = await scene.home.store
			.add(addRequest({ name: 'fuzzed', version: '1.0.0', tarball, integrity: integrityOf(tarball) }))
			.catch((error: unknown) => error);
		if (result instanceof Error) {
			expect(result).toBeInstanceOf(EngineError);
			expect((result as EngineError).code).toBe('archive-refused');
		}
	}

	expect((await readdir(join(scene.home.path, '..'))).sort()).toEqual(['home']);
});

test('a verification that is cancelled at any moment is refused as cancelled and ends nothing else', async () => {
	await using folder = await temporaryFolder();
	await using home = await openHome({ path: join(folder.path, 'home'), waitMilliseconds: 1000 });
	const many = sample('many', '1.0.0', Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`lib/${i}.js`, `${i}\n`])));
	await install(home, [many]);
	for (let turns = 0; turns < 40; turns += 1) {
		const controller = new AbortController();
		const running = home.store.verifyEntry(many.integrity, { signal: controller.signal });
		running.catch(() => undefined);
		for (let turn = 0; turn < turns; turn += 1) {
			await new Promise((done) => {
				setImmediate(done);
			});
		}

		controller.abort();
		const failure: unknown = await running.then(
			() => null,
			(error: unknown) => error,
		);
		expect(failure === null || (failure instanceof EngineError && failure.code === 'cancelled')).toBe(true);
	}
});
