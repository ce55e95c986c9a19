import { refuseArchive } from './archive-refusal.ts';
import type { TarMember } from './tar-headers.ts';

/** Caps that no honest package comes near. */
export type ArchiveLimits = {
	readonly packedBytes: number;
	readonly unpackedBytes: number;
	readonly entries: number;
	/** Folders between the root and a file. */
	readonly depth: number;
	/** UTF-8 bytes of a whole path. */
	readonly pathBytes: number;
	/** Unpacked bytes per packed byte, judged above `ratioFromBytes` of unpacked size. */
	readonly ratio: number;
	readonly ratioFromBytes: number;
};

export const ARCHIVE_LIMITS: ArchiveLimits = {
	packedBytes: 1024 ** 3,
	unpackedBytes: 2 * 1024 ** 3,
	entries: 100_000,
	depth: 64,
	pathBytes: 1024,
	ratio: 200,
	ratioFromBytes: 32 * 1024 ** 2,
};

/** What every file system in use can name. */
const SEGMENT_BYTES = 255;
// C0, DEL, C1, and the marks that make a terminal show a name in another order.
// oxlint-disable-next-line no-control-regex
const UNSHOWABLE = /[\u0000-\u001F\u007F-\u009F\u200E\u200F\u202A-\u202E\u2066-\u2069]/u;

/** One accepted entry, its path relative to the root folder; '' for the root itself. */
export type JudgedMember = { readonly root: string; readonly path: string };

/** Judges members one by one, in order; throws `archive-refused` at the first that breaks a rule. */
export function createArchiveJudge(limits: ArchiveLimits): (member: TarMember) => JudgedMember {
	let root: string | null = null;
	let count = 0;
	let bytes = 0;
	const files = new Map<string, string>();
	const folders = new Map<string, string>();

	return (member) => {
		count += 1;
		bytes += member.size;
		if (count > limits.entries) {
			throw refuseArchive('too-many', `it has more than ${limits.entries} entries`);
		}

		if (bytes > limits.unpackedBytes) {
			throw refuseArchive('too-large', `makes it larger than ${limits.unpackedBytes} bytes`, member.path);
		}

		const segments = segmentsOf(member, limits);
		const [first = '', ...inside] = segments;
		root ??= first;
		if (first !== root) {
			throw refuseArchive('root', `lies outside the one root folder "${root}"`, member.path);
		}

		if (inside.length === 0 && member.type === 'file') {
			throw refuseArchive('root', 'lies beside the root folder, not in it', member.path);
		}

		claim(member, { inside, files, folders });
		return { root, path: inside.join('/') };
	};
}

function segmentsOf(member: TarMember, limits: ArchiveLimits): readonly string[] {
	const { path } = member;
	if (UNSHOWABLE.test(path)) {
		throw refuseArchive('path', 'has a control character in its name', path);
	}

	if (path.includes('\\')) {
		throw refuseArchive('path', 'has a backslash in its name', path);
	}

	if (path.startsWith('/') || /^[A-Za-z]:/u.test(path)) {
		throw refuseArchive('path', 'has an absolute path', path);
	}

	if (Buffer.byteLength(path) > limits.pathBytes) {
		throw refuseArchive('too-long', `has a path of more than ${limits.pathBytes} bytes`, path);
	}

	const segments = (path.endsWith('/') ? path.slice(0, -1) : path).split('/');
	if (segments.length - 2 > limits.depth) {
		throw refuseArchive('too-deep', `lies more than ${limits.depth} folders deep`, path);
	}

	for (const [index, segment] of segments.entries()) {
		// A root called "." is what `tar -c .` writes; it is left out like any other root's name.
		if (segment === '' || segment === '..' || (segment === '.' && index > 0)) {
			throw refuseArchive('path', 'has an empty, "." or ".." part in its path', path);
		}

		if (Buffer.byteLength(segment) > SEGMENT_BYTES) {
			throw refuseArchive('too-long', `has a name of more than ${SEGMENT_BYTES} bytes`, path);
		}
	}

	return segments;
}

type Claims = { readonly inside: readonly string[]; readonly files: Map<string, string>; readonly folders: Map<string, string> };

// Two names that some file system takes for one are one name here: the later would silently replace the earlier.
function claim(member: TarMember, { inside, files, folders }: Claims): void {
	const depth = member.type === 'folder' ? inside.length : inside.length - 1;
	let path = '';
	let folded = '';
	for (let level = 0; level < depth; level += 1) {
		path += `${inside[level]}/`;
		folded += `${fold(inside[level] ?? '')}/`;
		const known = folders.get(folded);
		if (known === undefined) {
			if (files.has(folded.slice(0, -1))) {
				throw refuseArchive('duplicate', `needs a folder where it also has the file "${files.get(folded.slice(0, -1))}"`, member.path);
			}

			folders.set(folded, path);
		} else if (known !== path) {
			throw refuseArchive('duplicate', `is the same as "${known}" where case or accents do not count`, member.path);
		}
	}

	if (member.type === 'file') {
		const name = inside.at(-1) ?? '';
		const key = folded + fold(name);
		const known = files.get(key);
		if (known !== undefined) {
			const same = known === path + name;
			throw refuseArchive(
				'duplicate',
				same ? 'is there twice' : `is the same as "${known}" where case or accents do not count`,
				member.path,
			);
		}

		if (folders.has(`${key}/`)) {
			throw refuseArchive('duplicate', 'is both a file and a folder', member.path);
		}

		files.set(key, path + name);
	}
}

function fold(segment: string): string {
	// Most names are plain ASCII, for which this is already all.
	// oxlint-disable-next-line no-control-regex
	return /^[\u0000-\u007F]*$/u.test(segment)
		? segment.toLowerCase()
		: segment.normalize('NFC').toUpperCase().toLowerCase().normalize('NFC');
}
