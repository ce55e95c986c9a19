import { promisify } from 'node:util';
import { constants, gzip, zstdCompress } from 'node:zlib';
import type { DocumentKind } from '../storage/index.ts';
import { createLeastRecentCache } from './least-recent-cache.ts';
import { PUBLIC_URL_PLACEHOLDER, type PackageDocument } from './package-document.ts';
import { createSingleFlight } from './single-flight.ts';

export type Encoding = 'zstd' | 'gzip' | 'identity';

/** Bytes as they go over the wire, with the strong ETag of exactly these bytes. */
export type Variant = { readonly body: Buffer; readonly encoding: Encoding; readonly etag: string };

type Wanted = {
	readonly document: PackageDocument;
	readonly kind: DocumentKind;
	readonly encoding: Encoding;
	readonly publicUrl: string;
};

export type Variants = { get(wanted: Wanted): Promise<Variant> };

const ETAG_SUFFIX: Readonly<Record<Encoding, string>> = { zstd: '-zstd', gzip: '-gzip', identity: '' };
const compressGzip = promisify(gzip);
const compressZstd = promisify(zstdCompress);

/** Keeps compressed answers, so that a second request costs a look-up: compressing a large packument takes longer than a hundred answers. */
export function createVariants(options: { readonly maximumBytes: number }): Variants {
	const cache = createLeastRecentCache<Variant>(options.maximumBytes);
	const singleFlight = createSingleFlight<Variant>();
	return {
		get(wanted) {
			const key = `${wanted.kind} ${wanted.encoding} ${wanted.publicUrl} ${wanted.document.digests[wanted.kind]} ${wanted.document.name}`;
			const known = cache.get(key);
			if (known !== undefined) {
				return Promise.resolve(known);
			}

			return singleFlight(key, async () => {
				const made = await makeVariant(wanted);
				cache.set(key, made, made.body.length);
				return made;
			});
		},
	};
}

export function etagOf(digest: string, encoding: Encoding): string {
	return `"${digest}${ETAG_SUFFIX[encoding]}"`;
}

async function makeVariant({ document, kind, encoding, publicUrl }: Wanted): Promise<Variant> {
	const { digest, text } = await document.text(kind);
	const plain = Buffer.from(text.replaceAll(PUBLIC_URL_PLACEHOLDER, publicUrl));
	return { body: await encode(plain, encoding), encoding, etag: etagOf(digest, encoding) };
}

function encode(plain: Buffer, encoding: Encoding): Promise<Buffer> {
	switch (encoding) {
		case 'gzip':
			return compressGzip(plain);
		case 'zstd':
			return compressZstd(plain, { params: { [constants.ZSTD_c_compressionLevel]: 3 } });
		case 'identity':
			return Promise.resolve(plain);
	}
}
