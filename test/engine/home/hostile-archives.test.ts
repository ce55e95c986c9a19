import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { EngineError } from '../../../source/engine/errors.ts';
import { openHome } from '../../../source/engine/home/index.ts';
import { stripToLine } from '../../../source/engine/strip-controls.ts';
import { randomFrom } from '../../proofs/random.ts';
import { integrityOf, member, tar } from './archive-builder.ts';
import { HOSTILE_KINDS, hostileArchive } from './hostile-archives.ts';
import { addRequest, temporaryFolder } from './temporary-home.ts';

const ROUNDS = process.env['PLUGWARD_THOROUGH'] === '1' ? 400 : 8;

async function tracesIn(folder: string): Promise<readonly string[]> {
	// The lock of the staging area belongs to this process as long as it lives.
	return (await readdir(folder, { recursive: true }))
		.filter((name) => !/^home\/store\/staging\/[0-9a-f]{16}(?:\.lock)?$/u.test(name))
		.toSorted();
}

test.each(Object.keys(HOSTILE_KINDS))(
	'%s is refused by name, writes nothing anywhere and leaves no trace',
	{ timeout: 300_000 },
	async (kind) => {
		await using folder = await temporaryFolder();
		const home = await openHome({ path: join(folder.path, 'home'), waitMilliseconds: 100 });
		const before = await tracesIn(folder.path);
		const rounds = kind === 'a bomb' ? Math.min(ROUNDS, 3) : ROUNDS;
		for (let seed = 1; seed <= rounds; seed += 1) {
			const { tarball, rules, entry } = hostileArchive(kind, seed);
			const failure: unknown = await home.store
				.add(addRequest({ name: 'bad', version: '1.0.0', tarball, integrity: integrityOf(tarball) }))
				.catch((error: unknown) => error);
			expect(failure, `seed ${seed}`).toBeInstanceOf(EngineError);
			const { code, message, details } = failure as EngineError & { readonly details: { readonly rule: string } };
			expect(code).toBe('archive-refused');
			expect(rules, `seed ${seed}: ${message}`).toContain(details.rule);
			expect(message).toContain('bad@1.0.0');
			// oxlint-disable-next-line no-control-regex
			expect(message).not.toMatch(/[\u0000-\u001F\u007F-\u009F\u202E\u2066]/u);
			if (entry !== null) {
				expect(message, `seed ${seed}`).toContain(stripToLine(entry).slice(0, 60));
			}

			expect(await tracesIn(folder.path)).toEqual(before);
		}

		await home[Symbol.asyncDispose]();
		expect(await readdir(home.layout.staging)).toEqual([]);
	},
);

test('more entries than the limit are refused', { timeout: 60_000 }, async () => {
	await using folder = await temporaryFolder();
	const home = await openHome({ path: join(folder.path, 'home'), waitMilliseconds: 100 });
	const block = member({ path: 'package/lib/', type: 'Directory' });
	const tarball = gzipSync(tar(Buffer.concat(Array.from({ length: 100_001 }, () => block))), { level: 1 });
	const failure = home.store.add(addRequest({ name: 'bad', version: '1.0.0', tarball, integrity: integrityOf(tarball) }));
	await expect(failure).rejects.toMatchObject({ code: 'archive-refused', details: { rule: expect.stringMatching(/too-many|ratio/u) } });
	await home[Symbol.asyncDispose]();
});

test('whatever mode an entry asks for, it gets 644 or 755, and an archive in several gzip members is one archive', async () => {
	await using folder = await temporaryFolder();
	const home = await openHome({ path: join(folder.path, 'home'), waitMilliseconds: 100 });
	const random = randomFrom(5);
	const modes = Array.from({ length: 40 }, () => Math.floor(random() * 0o10000));
	const whole = tar(
		member({ path: 'package/package.json', content: '{}' }),
		...modes.map((mode, index) => member({ path: `package/${index}`, content: 'x', mode })),
	);
	const tarball = Buffer.concat([gzipSync(whole.subarray(0, 2000)), gzipSync(whole.subarray(2000))]);
	const integrity = integrityOf(tarball);
	await home.store.add(addRequest({ name: 'modes', version: '1.0.0', tarball, integrity }));
	for (const [index, mode] of modes.entries()) {
		const { mode: got } = await lstat(join(home.store.treePath(integrity), String(index)));
		expect(got & 0o7777).toBe((mode & 0o100) === 0 ? 0o644 : 0o755);
	}

	await home[Symbol.asyncDispose]();
});

test('what stands behind zeros after the gzip is never unpacked', async () => {
	await using folder = await temporaryFolder();
	const home = await openHome({ path: join(folder.path, 'home'), waitMilliseconds: 100 });
	const clean = tar(member({ path: 'package/package.json', content: '{}' }), member({ path: 'package/x', content: 'x' }));
	const tarball = Buffer.concat([gzipSync(clean), Buffer.from('\0garbage'), clean]);
	const integrity = integrityOf(tarball);
	const receipt = await home.store.add(addRequest({ name: 'odd', version: '1.0.0', tarball, integrity }));
	expect(receipt.files.map(({ path }) => path)).toEqual(['package.json', 'x']);
	await home[Symbol.asyncDispose]();
});
