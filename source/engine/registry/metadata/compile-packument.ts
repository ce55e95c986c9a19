import { hash } from 'node:crypto';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import type { Packument } from '../../packument.ts';
import { compilePackageIndex } from '../../resolver/index.ts';
import type { Packing } from '../network/requester.ts';
import { type DocumentKind, parsePackument } from '../parsing/parse-packument.ts';
import { reducePackument } from '../parsing/reduce-packument.ts';
import type { LatestRecord } from './metadata-directory.ts';

/** One answer of a registry, before anything in it was read. */
export type RawPackument = {
	readonly name: string;
	/** Names the registry in sentences. */
	readonly from: string;
	readonly body: Uint8Array;
	readonly packing: Packing | null;
	/** What was asked for. */
	readonly kind: DocumentKind;
	/** An unpacked body that is longer is not read. */
	readonly maximumBytes: number;
	/** What tells this answer from another: an etag does it for nothing, a digest of the body costs reading it. */
	readonly identity: 'etag' | 'digest';
	/** The body's digest when it was last read, or null. An equal body is not read again. */
	readonly lastDigest: string | null;
};

export type CompiledPackument =
	| { readonly type: 'unchanged' }
	/** It cannot be unpacked, or not within the limit. */
	| { readonly type: 'not-unpacked' }
	| { readonly type: 'read'; readonly index: Uint8Array; readonly latest: LatestRecord; readonly bodyDigest: string | null };

/** Throws `registry-response-invalid`. */
export function compilePackument(raw: RawPackument): CompiledPackument {
	const body = unpack(raw);
	if (body === null) {
		return { type: 'not-unpacked' };
	}

	const bodyDigest = raw.identity === 'etag' ? null : hash('sha256', body, 'base64');
	if (bodyDigest !== null && bodyDigest === raw.lastDigest) {
		return { type: 'unchanged' };
	}

	// Of an abbreviated document nearly everything stays, so that looking for what does not would take longer than reading it.
	const packument = parsePackument(raw.kind === 'full' ? (reducePackument(body) ?? body) : body, raw);
	return { type: 'read', index: compilePackageIndex(packument), latest: latestOf(packument), bodyDigest };
}

function unpack({ body, packing, maximumBytes }: RawPackument): Buffer | null {
	if (packing === null) {
		return Buffer.from(body.buffer, body.byteOffset, body.byteLength);
	}

	try {
		return (packing === 'zstd' ? zstdDecompressSync : gunzipSync)(body, { maxOutputLength: maximumBytes });
	} catch {
		// Whoever asked for it asks once more and is told then what is wrong with it.
		return null;
	}
}

export function latestOf(packument: Packument): LatestRecord {
	const version = packument.distTags['latest'] ?? null;
	const manifest = version === null ? undefined : packument.versions.get(version);
	return {
		version,
		description: manifest?.description.slice(0, 300) ?? '',
		keywords: manifest?.keywords.slice(0, 20) ?? [],
		publisher: manifest?.publisher ?? packument.maintainers[0] ?? null,
		publishedAt: version === null ? null : (packument.time[version] ?? null),
	};
}
