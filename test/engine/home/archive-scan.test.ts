import { gzipSync } from 'node:zlib';
import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import type { EngineError } from '../../../source/engine/errors.ts';
import { ARCHIVE_LIMITS, scanArchive } from '../../../source/engine/home/index.ts';
import type { Member } from './archive-builder.ts';
import { member, pax, tar, tarballOf } from './archive-builder.ts';
import { signal } from './temporary-home.ts';

const good: Member = { path: 'package/package.json', content: '{"name":"a","version":"1.0.0"}' };
const scan = (bytes: Buffer, limits = ARCHIVE_LIMITS) => scanArchive(bytes, limits, { signal });
const refusalOf = async (bytes: Buffer, limits = ARCHIVE_LIMITS): Promise<EngineError> =>
	scan(bytes, limits).then(
		() => expect.fail('was accepted'),
		(error: EngineError) => error,
	);

test('a plain package is listed with sizes and modes', async () => {
	const listing = await scan(
		gzipSync(
			tar(member({ path: 'package/', type: 'Directory' }), member(good), member({ path: 'package/bin/run', content: 'x', mode: 0o777 })),
		),
	);
	expect(listing.root).toBe('package');
	expect(listing.entries.map(({ path, type, size, executable }) => ({ path, type, size, executable }))).toEqual([
		{ path: 'package.json', type: 'file', size: 30, executable: false },
		{ path: 'bin/run', type: 'file', size: 1, executable: true },
	]);
	expect(Buffer.from(listing.packageJson).toString()).toBe(good.content);
});

test.each(['package', 'semver', 'react', '.'])('the one root folder may be called %j', async (root) => {
	expect((await scan(tarballOf({ 'package.json': '{}', 'a/b.js': '' }, { root }))).entries).toHaveLength(2);
});

test('long names, comments of git and repeated folders of honest packages pass', async () => {
	const long = `package/${'folder/'.repeat(20)}file.js`;
	const folder = member({ path: 'package/lib/', type: 'Directory' });
	const listing = await scan(
		gzipSync(tar(pax({ comment: '0123456789' }, { global: true }), member(good), folder, folder, member({ path: long, content: 'x' }))),
	);
	expect(listing.entries.map(({ path }) => path)).toContain(long.slice('package/'.length));
});

test('a stream in pieces of any size gives the same listing as the bytes', async () => {
	const bytes = tarballOf({ 'package.json': '{}', [`${'deep/'.repeat(30)}x.js`]: 'y'.repeat(5000) });
	const whole = await scan(bytes);
	const pieces = Readable.from(Array.from({ length: bytes.length }, (_, at) => bytes.subarray(at, at + 1)));
	expect(await scanArchive(pieces, ARCHIVE_LIMITS, { signal })).toEqual(whole);
});

const hostile: readonly (readonly [string, string, readonly Buffer[]])[] = [
	['a path that climbs out', 'path', [member({ path: 'package/../../evil' })]],
	['a path that climbs out in a pax header', 'path', [pax({ path: 'package/../../evil' }), member({ path: 'package/fine' })]],
	['an absolute path', 'path', [member({ path: '/etc/passwd' })]],
	['a drive letter', 'path', [member({ path: 'C:/windows' })]],
	['a backslash', 'path', [member({ path: 'package\\..\\evil' })]],
	['a NUL in a pax path', 'path', [pax({ path: 'package/a\0b' }), member({ path: 'package/fine' })]],
	['an escape code in a name', 'path', [member({ path: 'package/\u001B[31mred' })]],
	['a newline in a name', 'path', [member({ path: 'package/a\nb' })]],
	['a mark that reverses the order of letters', 'path', [member({ path: 'package/\u202Egpj.js' })]],
	['an empty path part', 'path', [member({ path: 'package//x' })]],
	['a dot part', 'path', [member({ path: 'package/./x' })]],
	['a second root folder', 'root', [member({ path: 'other/x' })]],
	['a file beside the root', 'root', [member({ path: 'package' })]],
	['the same path twice', 'duplicate', [member(good)]],
	['a path that differs in case only', 'duplicate', [member({ path: 'package/PACKAGE.json' })]],
	['a folder that differs in case only', 'duplicate', [member({ path: 'package/lib/a' }), member({ path: 'package/LIB/b' })]],
	['a path that differs in Unicode form only', 'duplicate', [member({ path: 'package/\u00E9' }), member({ path: 'package/e\u0301' })]],
	['a file where a folder is', 'duplicate', [member({ path: 'package/lib/a' }), member({ path: 'package/lib' })]],
	['a folder where a file is', 'duplicate', [member({ path: 'package/lib' }), member({ path: 'package/lib/a' })]],
	['a symbolic link', 'type', [member({ path: 'package/link', type: 'SymbolicLink', linkpath: '/etc/passwd' })]],
	['a hard link', 'type', [member({ path: 'package/link', type: 'Link', linkpath: 'package/package.json' })]],
	['a named pipe', 'type', [member({ path: 'package/pipe', type: 'FIFO' })]],
	['a device', 'type', [member({ path: 'package/tty', type: 'CharacterDevice' })]],
	['a contiguous file', 'type', [member({ path: 'package/odd', type: 'ContiguousFile' })]],
	['a name of 300 bytes', 'too-long', [member({ path: `package/${'n'.repeat(300)}` })]],
	['a path of more than 1024 bytes', 'too-long', [member({ path: `package/${'folder/'.repeat(150)}x` })]],
	['a path of 70 folders', 'too-deep', [member({ path: `package/${'a/'.repeat(70)}x` })]],
	['a global header that renames', 'header', [pax({ path: 'package/x' }, { global: true })]],
	['a malformed pax header', 'header', [pax({ path: 'package/x' }).fill('z', 512, 513), member({ path: 'package/fine' })]],
];

test.each(hostile)('%s is refused by the rule %s', async (_name, rule, parts) => {
	const error = await refusalOf(gzipSync(tar(member(good), ...parts)));
	expect(error.code).toBe('archive-refused');
	expect(error.details).toMatchObject({ rule });
	// oxlint-disable-next-line no-control-regex
	expect(error.message).not.toMatch(/[\u0000-\u001F\u007F-\u009F\u202E]/u);
});

test('the refusal names the entry', async () => {
	const error = await refusalOf(gzipSync(tar(member(good), member({ path: 'package/lib/../../../evil.js' }))));
	expect(error.message).toContain('"package/lib/../../../evil.js"');
	expect(error.exitCode).toBe(5);
});

test('entries after the end mark are refused', async () => {
	const error = await refusalOf(gzipSync(Buffer.concat([tar(member(good)), tar(member({ path: 'package/hidden.js' }))])));
	expect(error.details).toMatchObject({ rule: 'header' });
});

test('a damaged header is refused', async () => {
	const bytes = tar(member(good), member({ path: 'package/b', content: 'b' }));
	bytes[1024 + 3] = 0x51;
	expect((await refusalOf(gzipSync(bytes))).details).toMatchObject({ rule: 'header' });
});

test('an archive without package.json, an empty one, text and half a file are refused', async () => {
	expect((await refusalOf(gzipSync(tar(member({ path: 'package/a' }))))).details).toMatchObject({ rule: 'package-json' });
	expect((await refusalOf(gzipSync(tar()))).details).toMatchObject({ rule: 'package-json' });
	expect((await refusalOf(Buffer.from('<html>'))).details).toMatchObject({ rule: 'not-gzip' });
	const whole = tarballOf({ 'package.json': '{}', x: 'y'.repeat(9000) });
	expect((await refusalOf(whole.subarray(0, whole.length - 20))).details).toMatchObject({ rule: 'truncated' });
	expect((await refusalOf(gzipSync(tar(member(good)).subarray(0, 600)))).details).toMatchObject({ rule: 'truncated' });
});

test('bombs are refused while they unfold', async () => {
	const zeros = Buffer.alloc(4 * 1024 ** 2);
	const bomb = gzipSync(tar(member(good), member({ path: 'package/zeros', content: zeros })));
	expect((await refusalOf(bomb, { ...ARCHIVE_LIMITS, ratioFromBytes: 1024 ** 2 })).details).toMatchObject({ rule: 'ratio' });
	expect((await refusalOf(bomb, { ...ARCHIVE_LIMITS, unpackedBytes: 1024 ** 2 })).details).toMatchObject({ rule: 'too-large' });
	const many = gzipSync(tar(member(good), ...Array.from({ length: 50 }, (_, index) => member({ path: `package/${index}` }))));
	expect((await refusalOf(many, { ...ARCHIVE_LIMITS, entries: 40 })).details).toMatchObject({ rule: 'too-many' });
});

test('a size that lies makes the archive unreadable, not larger than it says', async () => {
	expect((await refusalOf(gzipSync(tar(member(good), member({ path: 'package/a', content: 'x', size: 1024 ** 4 }))))).code).toBe(
		'archive-refused',
	);
});
