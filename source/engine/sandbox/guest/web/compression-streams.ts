import { bytesIn } from '../array-buffers.ts';
import { computeOn } from '../compute.ts';
import { concatenate } from './blob.ts';
import { transformOf, type TransformStream } from './streams/transform-stream.ts';
import { Pair } from './text-streams.ts';

const OPERATIONS: Readonly<Record<string, { readonly pack: string; readonly unpack: string }>> = {
	gzip: { pack: 'gzip', unpack: 'gunzip' },
	deflate: { pack: 'deflate', unpack: 'inflate' },
	'deflate-raw': { pack: 'deflateRaw', unpack: 'inflateRaw' },
	brotli: { pack: 'brotliCompress', unpack: 'brotliDecompress' },
};

/** Holds everything until the end: the host works on whole things, within a size cap. */
function wholeTransform(operation: string): TransformStream {
	const parts: Uint8Array[] = [];
	return transformOf({
		transform: (chunk) => {
			const bytes = bytesIn(chunk);
			if (bytes === null) {
				throw Object.assign(new TypeError('Only bytes can be compressed.'), { code: 'ERR_INVALID_ARG_TYPE' });
			}

			parts.push(bytes.slice());
		},
		flush: (controller) => {
			let worked: Uint8Array;
			try {
				worked = Uint8Array.fromBase64(String(computeOn(operation, concatenate(parts))));
			} catch (error) {
				throw Object.assign(new TypeError(error instanceof Error ? error.message : 'It is not compressed data.'), {
					code: error instanceof Error && 'code' in error ? error.code : undefined,
				});
			}

			if (worked.length > 0) {
				controller.enqueue(worked);
			}
		},
	});
}

function operationOf(format: unknown, kind: 'pack' | 'unpack'): string {
	const name = String(format);
	const operations = Object.hasOwn(OPERATIONS, name) ? OPERATIONS[name] : undefined;
	if (operations === undefined) {
		throw Object.assign(new TypeError(`"${name}" is no format of compression here.`), { code: 'ERR_INVALID_ARG_VALUE' });
	}

	return operations[kind];
}

export class CompressionStream extends Pair {
	constructor(format: unknown) {
		super(wholeTransform(operationOf(format, 'pack')));
	}
}

export class DecompressionStream extends Pair {
	constructor(format: unknown) {
		super(wholeTransform(operationOf(format, 'unpack')));
	}
}
