import { gzipSync } from 'node:zlib';
import { randomFrom } from '../../proofs/random.ts';
import { member, pax, tar } from './archive-builder.ts';

export type HostileArchive = {
	readonly tarball: Buffer;
	/** Rules of which one must refuse it. */
	readonly rules: readonly string[];
	/** What the refusal must name, without control characters; null when no entry is to blame. */
	readonly entry: string | null;
};

const BLOCK = 512;
const GOOD = member({ path: 'package/package.json', content: '{"name":"bad","version":"1.0.0"}' });
const FOLDED = [
	['caf\u00E9', 'cafe\u0301'],
	['README', 'readme'],
	['STRASSE', 'stra\u00DFe'],
	['\u212Aey', 'key'],
	['\u017Fet', 'set'],
	['\u1E9B\u0323', '\u1E9B\u0323'.normalize('NFD')],
	['\uAC00', '\u1100\u1161'],
] as const;

const LETTERS = 'a b c d e f g h i j'.split(' ');

type Random = () => number;
type Kind = (random: Random) => HostileArchive;

const one = (random: Random, from: readonly string[]): string => from[Math.floor(random() * from.length)] ?? '';
const count = (random: Random, least: number, most: number): number => least + Math.floor(random() * (most - least + 1));
const word = (random: Random): string => Array.from({ length: count(random, 1, 8) }, () => one(random, LETTERS)).join('');
const folders = (random: Random): string => Array.from({ length: count(random, 0, 4) }, () => `${word(random)}/`).join('');

/** Good entries before and after, so that the hostile one may stand anywhere. */
function around(random: Random, ...hostile: readonly Buffer[]): Buffer {
	const fillers = Array.from({ length: count(random, 0, 3) }, (_, index) =>
		member({ path: `package/filler-${index}.js`, content: word(random) }),
	);
	return tar(...(random() < 0.5 ? [GOOD, ...fillers, ...hostile] : [...fillers, ...hostile, GOOD]));
}

function named(path: (random: Random) => string, rules: readonly string[]): Kind {
	return (random) => {
		const hostile = path(random);
		// Long, or with bytes that a plain header cannot hold: in a pax header.
		const parts = hostile.includes('\0')
			? [pax({ path: hostile }), member({ path: 'package/fine' })]
			: [member({ path: hostile, content: word(random) })];
		return { tarball: gzipSync(around(random, ...parts)), rules, entry: hostile };
	};
}

function typed(type: 'SymbolicLink' | 'Link' | 'FIFO' | 'CharacterDevice' | 'BlockDevice' | 'ContiguousFile'): Kind {
	return (random) => {
		const path = `package/${folders(random)}${word(random)}`;
		const linkpath = one(random, ['/etc/passwd', '../../../evil', 'package.json', 'package/package.json']);
		return { tarball: gzipSync(around(random, member({ path, type, linkpath }))), rules: ['type'], entry: path };
	};
}

/** The same header with one byte of its type field changed, and the checksum right again. */
function retyped(block: Buffer, type: string): Buffer {
	const bytes = Buffer.from(block);
	bytes.write(type, 156, 'latin1');
	return withChecksum(bytes);
}

function withChecksum(bytes: Buffer): Buffer {
	bytes.fill(' ', 148, 156);
	const sum = bytes.subarray(0, BLOCK).reduce((total, byte) => total + byte, 0);
	bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
	return bytes;
}

function gnuLongName(path: string): Buffer {
	return Buffer.concat([
		retyped(member({ path: '././@LongLink', content: `${path}\0` }), 'L'),
		member({ path: 'package/short', content: 'x' }),
	]);
}

export const HOSTILE_KINDS: Readonly<Record<string, Kind>> = {
	'a second root': (random) => {
		const path = `other-${word(random)}/${word(random)}`;
		return { tarball: gzipSync(tar(GOOD, member({ path, content: word(random) }))), rules: ['root'], entry: path };
	},
	'a file beside the root': (random) => ({
		tarball: gzipSync(tar(GOOD, member({ path: 'package', content: word(random) }))),
		rules: ['root', 'duplicate'],
		entry: 'package',
	}),
	'a path that climbs': named((random) => `package/${folders(random)}${'../'.repeat(count(random, 1, 9))}${word(random)}`, ['path']),
	'a path that starts by climbing': named((random) => `../${word(random)}`, ['path', 'root']),
	'an absolute path': named((random) => `/${folders(random)}${word(random)}`, ['path']),
	'a drive letter': named((random) => `${one(random, ['C:', 'd:', 'Z:/'])}${word(random)}`, ['path']),
	'a backslash': named((random) => `package\\..\\${word(random)}`, ['path']),
	'a NUL': named((random) => `package/${word(random)}\0${word(random)}`, ['path']),
	'a control character': named(
		(random) =>
			`package/${word(random)}${one(random, ['\u001B[2J', '\n', '\r', '\u0007', '\u007F', '\u009B31m', '\u202E', '\u2066'])}${word(random)}`,
		['path'],
	),
	'an empty or dot part': named((random) => `package/${folders(random)}${one(random, ['/', './'])}${word(random)}`, ['path']),
	'a name twice': (random) => {
		const path = `package/${folders(random)}${word(random)}`;
		return {
			tarball: gzipSync(around(random, member({ path, content: 'a' }), member({ path, content: 'b' }))),
			rules: ['duplicate'],
			entry: path,
		};
	},
	'names that some file system takes for one': (random) => {
		const [first, second] = FOLDED[Math.floor(random() * FOLDED.length)] ?? FOLDED[0];
		const folder = folders(random);
		const [inside, suffix] = random() < 0.5 ? ['', ''] : ['/', word(random)];
		const path = `package/${folder}${second}${inside}${suffix}`;
		return {
			tarball: gzipSync(around(random, member({ path: `package/${folder}${first}${inside}${suffix}` }), member({ path }))),
			rules: ['duplicate'],
			entry: path,
		};
	},
	'a file that is also a folder': (random) => {
		const path = `package/${word(random)}`;
		const both = [member({ path }), member({ path: `${path}/${word(random)}` })];
		return { tarball: gzipSync(around(random, ...(random() < 0.5 ? both : both.toReversed()))), rules: ['duplicate'], entry: path };
	},
	'a symbolic link': typed('SymbolicLink'),
	'a hard link': typed('Link'),
	'a named pipe': typed('FIFO'),
	'a character device': typed('CharacterDevice'),
	'a block device': typed('BlockDevice'),
	'a contiguous file': typed('ContiguousFile'),
	'a GNU sparse file': (random) => ({
		tarball: gzipSync(around(random, retyped(member({ path: 'package/sparse', content: 'x' }), 'S'))),
		rules: ['type', 'header'],
		entry: 'package/sparse',
	}),
	'a pax sparse file': (random) => ({
		tarball: gzipSync(
			around(
				random,
				pax({ 'GNU.sparse.major': '1', 'GNU.sparse.minor': '0', 'GNU.sparse.name': `package/${word(random)}` }),
				member({ path: 'package/GNUSparseFile.0/x', content: 'x' }),
			),
		),
		rules: ['type'],
		entry: null,
	}),
	'too many folders': named((random) => `package/${'a/'.repeat(count(random, 65, 200))}x`, ['too-deep']),
	'a long path': named((random) => `package/${'folder-name/'.repeat(count(random, 90, 200))}x`, ['too-long']),
	'a long name': named((random) => `package/${'n'.repeat(count(random, 256, 900))}`, ['too-long']),
	'a GNU long name that climbs': (random) => {
		const path = `package/${folders(random)}../../../${word(random)}`;
		return { tarball: gzipSync(around(random, gnuLongName(path))), rules: ['path'], entry: path };
	},
	'a pax path that climbs': (random) => {
		const path = `package/../../${word(random)}`;
		return {
			tarball: gzipSync(around(random, pax({ path }), member({ path: 'package/fine', content: 'x' }))),
			rules: ['path'],
			entry: path,
		};
	},
	'a global pax header that renames': (random) => ({
		tarball: gzipSync(around(random, pax({ path: `package/${word(random)}` }, { global: true }), member({ path: 'package/x' }))),
		rules: ['header'],
		entry: null,
	}),
	'a malformed pax header': (random) => ({
		tarball: gzipSync(around(random, pax({ path: 'package/x' }).fill('z', BLOCK, BLOCK + 1), member({ path: 'package/x' }))),
		rules: ['header'],
		entry: null,
	}),
	'a size that lies upwards': (random) => {
		const path = `package/${word(random)}`;
		const size = one(random, ['10000', '1000000000', '3000000000', '8000000000']);
		return {
			tarball: gzipSync(tar(GOOD, member({ path, content: 'x', size: Number(size) }))),
			rules: ['truncated', 'too-large'],
			entry: Number(size) > 2 ** 31 ? path : null,
		};
	},
	'a size that lies downwards': (random) => ({
		tarball: gzipSync(tar(GOOD, member({ path: `package/${word(random)}`, content: 'y'.repeat(3000), size: 10 }))),
		rules: ['header', 'type', 'path', 'root'],
		entry: null,
	}),
	'a pax size that is no number': (random) => {
		const size = one(random, ['-1', '1e400', 'NaN', '', '0x', '12 34', String(2 ** 60)]);
		return {
			tarball: gzipSync(around(random, pax({ size }), member({ path: 'package/x', content: 'x' }))),
			rules: ['header', 'too-large'],
			entry: 'package/x',
		};
	},
	'a negative size': (random) => {
		const bytes = member({ path: 'package/negative', content: '' });
		bytes.fill(0xff, 124, 136);
		return { tarball: gzipSync(around(random, withChecksum(bytes))), rules: ['header'], entry: 'package/negative' };
	},
	'a wrong checksum': (random) => {
		const bytes = member({ path: 'package/checksum', content: 'x' });
		const at = count(random, 9, 90);
		bytes[at] = (bytes[at] ?? 0) ^ 0x55;
		return { tarball: gzipSync(tar(GOOD, bytes)), rules: ['header'], entry: null };
	},
	'a tar that stops early': (random) => {
		const whole = tar(GOOD, member({ path: 'package/x', content: 'x'.repeat(5000) }));
		return { tarball: gzipSync(whole.subarray(0, count(random, 1030, 6000))), rules: ['truncated'], entry: null };
	},
	'a gzip that stops early': (random) => {
		const whole = gzipSync(
			around(random, member({ path: 'package/x', content: Array.from({ length: 900 }, () => word(random)).join('') })),
		);
		return { tarball: whole.subarray(0, count(random, 15, whole.length - 1)), rules: ['truncated'], entry: null };
	},
	'a gzip that was changed': (random) => {
		const whole = gzipSync(around(random, member({ path: 'package/x', content: word(random).repeat(100) })));
		whole[whole.length - count(random, 1, 8)] = (whole.at(-1) ?? 0) ^ 0x5a;
		whole[whole.length - 6] = (whole.at(-6) ?? 0) ^ 0xa5;
		return { tarball: whole, rules: ['not-gzip', 'truncated'], entry: null };
	},
	'a second archive behind the end mark': (random) => {
		const hidden = tar(member({ path: `package/${word(random)}.js`, content: 'hidden' }));
		const first = tar(GOOD);
		return {
			tarball: random() < 0.5 ? gzipSync(Buffer.concat([first, hidden])) : Buffer.concat([gzipSync(first), gzipSync(hidden)]),
			rules: ['header'],
			entry: null,
		};
	},
	'garbage behind the gzip': (random) => ({
		tarball: Buffer.concat([gzipSync(tar(GOOD)), Buffer.from(one(random, ['garbage', '<html>', 'g', '\u001F']))]),
		rules: ['not-gzip', 'truncated'],
		entry: null,
	}),
	'a bomb': (random) => ({
		tarball: gzipSync(around(random, member({ path: 'package/zeros', content: Buffer.alloc(count(random, 40, 48) * 1024 ** 2) }))),
		rules: ['ratio'],
		entry: null,
	}),
	'no archive at all': (random) => ({
		tarball: Buffer.from(one(random, ['<html>', '', 'PK\u0003\u0004', 'hello'])),
		rules: ['not-gzip', 'truncated'],
		entry: null,
	}),
	'no package.json': (random) => ({
		tarball: gzipSync(tar(member({ path: `package/${word(random)}` }))),
		rules: ['package-json'],
		entry: null,
	}),
};

export function hostileArchive(kind: string, seed: number): HostileArchive {
	const make = HOSTILE_KINDS[kind];
	if (make === undefined) {
		throw new Error(`there is no kind "${kind}"`);
	}

	return make(randomFrom(seed));
}
