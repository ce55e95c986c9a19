import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { Header } from 'tar';
import type { Integrity } from '../../../source/engine/integrity.ts';

export type Member = {
	readonly path: string;
	readonly content?: string | Buffer;
	readonly mode?: number;
	readonly type?: 'File' | 'Directory' | 'SymbolicLink' | 'Link' | 'FIFO' | 'CharacterDevice' | 'BlockDevice' | 'ContiguousFile';
	readonly linkpath?: string;
	/** Claims another size than the content has. */
	readonly size?: number;
};

const BLOCK = 512;

/** One tar member, with exactly the name given, in a pax header when it does not fit. */
export function member({ path, content = '', mode = 0o644, type = 'File', linkpath = '', size }: Member): Buffer {
	const body = Buffer.from(content);
	const isLong = Buffer.byteLength(path) > 99;
	const block = encodeHeader({ path: isLong ? 'package/long' : path, mode, type, linkpath, size: size ?? body.length });
	return Buffer.concat([isLong ? pax({ path }) : Buffer.alloc(0), block, body, Buffer.alloc((BLOCK - (body.length % BLOCK)) % BLOCK)]);
}

/** A pax header with these records for the next member, or for all when `global`. */
export function pax(records: Readonly<Record<string, string>>, { global = false } = {}): Buffer {
	const body = Buffer.concat(Object.entries(records).map(([key, value]) => record(key, value)));
	const block = encodeHeader({
		path: 'PaxHeader',
		mode: 0o644,
		type: global ? 'GlobalExtendedHeader' : 'ExtendedHeader',
		linkpath: '',
		size: body.length,
	});
	return Buffer.concat([block, body, Buffer.alloc((BLOCK - (body.length % BLOCK)) % BLOCK)]);
}

export function tar(...parts: readonly Buffer[]): Buffer {
	return Buffer.concat([...parts, Buffer.alloc(2 * BLOCK)]);
}

/** A good package of these files, below `package/`. */
export function tarballOf(files: Readonly<Record<string, string | Buffer>>, { root = 'package' } = {}): Buffer {
	return gzipSync(tar(...Object.entries(files).map(([path, content]) => member({ path: `${root}/${path}`, content }))));
}

export function integrityOf(bytes: Uint8Array): Integrity {
	return `sha512-${createHash('sha512').update(bytes).digest('base64')}` as Integrity;
}

type Fields = { readonly path: string; readonly mode: number; readonly type: string; readonly linkpath: string; readonly size: number };

function encodeHeader(fields: Fields): Buffer {
	const header = new Header({ ...fields, type: fields.type as 'File' });
	header.encode();
	return header.block ?? Buffer.alloc(0);
}

function record(key: string, value: string): Buffer {
	const rest = ` ${key}=${value}\n`;
	let length = Buffer.byteLength(rest) + 1;
	while (Buffer.byteLength(`${length}${rest}`) !== length) {
		length = Buffer.byteLength(`${length}${rest}`);
	}

	return Buffer.from(`${length}${rest}`);
}
