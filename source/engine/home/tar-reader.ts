import { refuseArchive } from './archive-refusal.ts';
import type { Meta, TarMember } from './tar-headers.ts';
import { createHeaderInterpreter, isZero } from './tar-headers.ts';

export type TarVisitor = {
	readonly member: (member: TarMember) => void;
	/** A piece of a file's content. */
	readonly body: (member: TarMember, bytes: Uint8Array) => void;
};

export type TarReader = { readonly push: (bytes: Uint8Array) => void; readonly end: () => void };

const BLOCK = 512;

/** What the next bytes are. `left` counts down; nothing else here changes while a part is read. */
type Part =
	| { readonly type: 'header' | 'meta'; readonly meta: Meta | null; readonly pieces: Uint8Array[]; left: number }
	| { readonly type: 'body'; readonly member: TarMember; left: number }
	| { readonly type: 'padding'; left: number }
	| { readonly type: 'ended' };

/**
 * Reads the headers of a tar stream given in pieces, strictly: what is not a file or a folder, a header whose checksum is wrong, and
 * anything after the end mark is refused. There is one reader for scanning; unpacking cuts the same stream at the offsets found
 * here, so that the two can never understand an archive differently.
 */
export function createTarReader(visitor: TarVisitor): TarReader {
	const headers = createHeaderInterpreter();
	let part: Part = nextHeader();
	let position = 0;

	function afterHeader(block: Buffer): Part {
		const found = headers.block(block, position);
		switch (found.type) {
			case 'end':
				return { type: 'ended' };
			case 'zero':
				return nextHeader();
			case 'meta':
				return found.meta.size === 0 ? nextHeader() : { type: 'meta', meta: found.meta, pieces: [], left: found.meta.size };
			case 'member':
				visitor.member(found.member);
				return found.member.size === 0 ? nextHeader() : { type: 'body', member: found.member, left: found.member.size };
		}
	}

	function afterPart(finished: Exclude<Part, { type: 'ended' }>): Part {
		switch (finished.type) {
			case 'header':
				return afterHeader(Buffer.concat(finished.pieces));
			case 'meta': {
				const { meta, pieces } = finished;
				if (meta !== null) {
					headers.meta(meta, Buffer.concat(pieces));
				}

				return padding(meta?.size ?? 0);
			}

			case 'body':
				return padding(finished.member.size);
			case 'padding':
				return nextHeader();
		}
	}

	function take(bytes: Uint8Array): void {
		if (part.type === 'header' || part.type === 'meta') {
			part.pieces.push(bytes);
		} else if (part.type === 'body') {
			visitor.body(part.member, bytes);
		}
	}

	return {
		push: (bytes) => {
			let at = 0;
			while (at < bytes.byteLength) {
				if (part.type === 'ended') {
					if (!isZero(bytes.subarray(at))) {
						throw refuseArchive('header', 'something follows its end mark');
					}

					return;
				}

				const used = Math.min(part.left, bytes.byteLength - at);
				take(bytes.subarray(at, at + used));
				at += used;
				position += used;
				part.left -= used;
				if (part.left === 0) {
					part = afterPart(part);
				}
			}
		},
		end: () => {
			// Some writers leave the end mark out; the stream must then stop between two entries.
			const isBetween = part.type === 'ended' || (part.type === 'header' && part.left === BLOCK);
			if (!isBetween || headers.isWaiting()) {
				throw refuseArchive('truncated', 'it stops in the middle of an entry');
			}
		},
	};
}

function nextHeader(): Part {
	return { type: 'header', meta: null, pieces: [], left: BLOCK };
}

function padding(size: number): Part {
	const left = (BLOCK - (size % BLOCK)) % BLOCK;
	return left === 0 ? nextHeader() : { type: 'padding', left };
}
