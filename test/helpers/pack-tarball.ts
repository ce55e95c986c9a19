import { gzipSync } from 'node:zlib';
import { Header, Pax } from 'tar';

const BLOCK_BYTES = 512;
// Fixed, so that equal files give equal bytes and equal integrities.
const MODIFIED_AT = new Date('1985-10-26T08:15:00.000Z');

/** The gzipped archive that `npm publish` would upload: each file under `package/`. Deterministic. */
export function packTarball(files: Readonly<Record<string, string | Buffer>>): Buffer {
	return gzipSync(packTar(Object.entries(files).map(([path, content]) => ({ path: `package/${path}`, content }))));
}

/** The archive alone, with exactly the paths given: what a hostile archive is built from. */
export function packTar(entries: readonly { readonly path: string; readonly content: string | Buffer; readonly mode?: number }[]): Buffer {
	const blocks = entries.flatMap(({ path, content, mode = 0o644 }) => {
		const body = Buffer.from(content);
		const fields = { path, mode, size: body.length, mtime: MODIFIED_AT, type: 'File', uid: 0, gid: 0 } as const;
		const header = new Header(fields);
		header.encode();
		const extended = header.needPax ? new Pax({ path }).encode() : Buffer.alloc(0);
		return [extended, header.block ?? Buffer.alloc(0), body, Buffer.alloc(padding(body.length))];
	});
	return Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK_BYTES)]);
}

function padding(bytes: number): number {
	return (BLOCK_BYTES - (bytes % BLOCK_BYTES)) % BLOCK_BYTES;
}
