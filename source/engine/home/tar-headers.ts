import { Header } from 'tar/header';
import { refuseArchive } from './archive-refusal.ts';

/** One file or folder of a tar stream, under the name its headers give it; nothing about the name was judged yet. */
export type TarMember = {
	readonly path: string;
	readonly type: 'file' | 'folder';
	/** Bytes. */
	readonly size: number;
	readonly mode: number;
	/** Where the content starts in the stream. */
	readonly offset: number;
};

/** A header that speaks about the member after it. */
export type Meta = { readonly kind: 'extended' | 'global' | 'long-path' | 'long-link'; readonly size: number };

export type HeaderBlock =
	| { readonly type: 'zero' }
	| { readonly type: 'end' }
	| { readonly type: 'meta'; readonly meta: Meta }
	| { readonly type: 'member'; readonly member: TarMember };

/** Understands the headers of one archive, in order. Throws `archive-refused`. */
export type HeaderInterpreter = {
	/** `offset` is where the block ends in the stream. */
	readonly block: (block: Buffer, offset: number) => HeaderBlock;
	readonly meta: (meta: Meta, bytes: Uint8Array) => void;
	/** True while a header waits for the member it speaks about. */
	readonly isWaiting: () => boolean;
};

const MAXIMUM_META_BYTES = 1024 * 1024;

export function createHeaderInterpreter(): HeaderInterpreter {
	let zeroBlocks = 0;
	let override: { path?: string; size?: number } = {};

	function member(header: Header, offset: number): TarMember {
		const path = override.path ?? header.path ?? '';
		const type = memberType(header, path);
		const size = type === 'folder' ? 0 : (override.size ?? header.size);
		override = {};
		if (size === undefined || !Number.isSafeInteger(size) || size < 0) {
			throw refuseArchive('header', 'has no valid size', path);
		}

		return { path, type, size, mode: header.mode ?? 0, offset };
	}

	return {
		block: (block, offset) => {
			if (isZero(block)) {
				zeroBlocks += 1;
				return { type: zeroBlocks === 2 ? 'end' : 'zero' };
			}

			if (zeroBlocks > 0) {
				throw refuseArchive('header', 'something follows its end mark');
			}

			const header = new Header(block, 0);
			if (!header.cksumValid) {
				throw refuseArchive('header', 'has a header with a wrong checksum', header.path ?? null);
			}

			const meta = metaOf(header);
			return meta === null ? { type: 'member', member: member(header, offset) } : { type: 'meta', meta };
		},
		meta: (meta, bytes) => {
			switch (meta.kind) {
				case 'extended':
					override = { ...override, ...parseExtended(bytes) };
					break;
				case 'global':
					if (Object.keys(parseExtended(bytes)).length > 0) {
						throw refuseArchive('header', 'it has a global header that renames or resizes its entries');
					}

					break;
				case 'long-path':
					override = { ...override, path: Buffer.from(bytes).toString('utf8').replace(/\0+$/u, '') };
					break;
				case 'long-link':
					// Speaks about a link, and links are refused.
					break;
			}
		},
		isWaiting: () => Object.keys(override).length > 0,
	};
}

function metaOf(header: Header): Meta | null {
	const kind = META_KINDS[header.type];
	if (kind === undefined) {
		return null;
	}

	const size = header.size ?? -1;
	if (size < 0 || size > MAXIMUM_META_BYTES) {
		throw refuseArchive('header', `has an extended header of ${size} bytes`, header.path ?? null);
	}

	return { kind, size };
}

const META_KINDS: Readonly<Partial<Record<string, Meta['kind']>>> = {
	ExtendedHeader: 'extended',
	OldExtendedHeader: 'extended',
	GlobalExtendedHeader: 'global',
	NextFileHasLongPath: 'long-path',
	OldGnuLongPath: 'long-path',
	NextFileHasLongLinkpath: 'long-link',
};

function memberType(header: Header, path: string): TarMember['type'] {
	if (header.type === 'Directory') {
		return 'folder';
	}

	if (header.type === 'File' || header.type === 'OldFile') {
		return path.endsWith('/') ? 'folder' : 'file';
	}

	throw refuseArchive('type', `is neither a file nor a folder but a ${KIND_NAMES[header.type] ?? header.type}`, path);
}

const KIND_NAMES: Readonly<Partial<Record<string, string>>> = {
	SymbolicLink: 'symbolic link',
	Link: 'hard link',
	CharacterDevice: 'device',
	BlockDevice: 'device',
	FIFO: 'named pipe',
};

// Records of the form "<length> <key>=<value>\n", the length in bytes and of the whole record. Only these two keys change what is unpacked.
function parseExtended(bytes: Uint8Array): { path?: string; size?: number } {
	const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	const found: { path?: string; size?: number } = {};
	let at = 0;
	while (at < buffer.length && buffer[at] !== 0) {
		const space = buffer.indexOf(0x20, at);
		const length = space < 0 ? Number.NaN : Number(buffer.toString('latin1', at, space));
		const record = Number.isSafeInteger(length) && length > 0 ? buffer.toString('utf8', space + 1, at + length) : '';
		const equals = record.indexOf('=');
		if (equals < 1 || !record.endsWith('\n') || at + length > buffer.length) {
			throw refuseArchive('header', 'has an extended header that is malformed');
		}

		const key = record.slice(0, equals);
		// Its bytes would have to be spread over another file, under another name: who reads it plainly unpacks something else.
		if (key.startsWith('GNU.sparse.')) {
			throw refuseArchive('type', 'it has a sparse file');
		}

		const value = record.slice(equals + 1, -1);
		switch (key) {
			case 'path':
				found.path = value;
				break;
			case 'size':
				found.size = value === '' ? Number.NaN : Number(value);
				break;
		}

		at += length;
	}

	return found;
}

export function isZero(bytes: Uint8Array): boolean {
	return bytes.every((byte) => byte === 0);
}
