import type { Distribution, RegistrySignature } from '../../packument.ts';
import { ByteWriter } from './byte-writer.ts';
import { RECORD_ATTESTATIONS, RECORD_REST, RECORD_SHA1, RECORD_SHA512, RECORD_SIZE, RECORD_TARBALL } from './format.ts';
import type { RecordRest } from './format.ts';

type Prefixes = { readonly tarballPrefix: string; readonly attestationsPrefix: string };
type Row = { readonly text: string; readonly dist: Distribution };

/** What precedes the version in almost every address of the package, taken from the newest version that has one. */
export function prefixesOf(rows: readonly Row[]): Prefixes {
	const tarball = rows.findLast(({ text, dist }) => dist.tarball.endsWith(`${text}.tgz`));
	const attestations = rows.findLast(({ text, dist }) => dist.attestations?.url.endsWith(text));
	return {
		tarballPrefix: tarball === undefined ? '' : tarball.dist.tarball.slice(0, -`${tarball.text}.tgz`.length),
		attestationsPrefix: attestations === undefined ? '' : (attestations.dist.attestations?.url.slice(0, -attestations.text.length) ?? ''),
	};
}

/** Writes hashes and signatures as raw bytes: half the size of their text, which is most of a packument. */
export class RecordWriter {
	readonly #writer = new ByteWriter();
	readonly #offsets: number[] = [0];
	readonly #keyNumbers = new Map<string, number>();
	readonly #prefixes: Prefixes;

	constructor(prefixes: Prefixes) {
		this.#prefixes = prefixes;
	}

	add(version: string, dist: Distribution): void {
		const sha512 = rawSha512(dist.integrity);
		const sha1 = rawSha1(dist.shasum);
		const signatures = rawSignatures(dist.signatures);
		const isTarballUsual = dist.tarball === `${this.#prefixes.tarballPrefix}${version}.tgz`;
		const attestations = dist.attestations?.url;
		const isAttestationUsual = attestations === `${this.#prefixes.attestationsPrefix}${version}`;
		const rest: RecordRest = {
			...(sha512 === null && dist.integrity !== null && { integrity: dist.integrity }),
			...(sha1 === null && dist.shasum !== null && { shasum: dist.shasum }),
			...(!isTarballUsual && { tarball: dist.tarball }),
			...(!isAttestationUsual && attestations !== undefined && { attestationsUrl: attestations }),
			...(signatures === null && { signatures: dist.signatures }),
		};
		const hasRest = Object.keys(rest).length > 0;
		this.#writer.writeByte(
			(sha512 === null ? 0 : RECORD_SHA512) |
				(sha1 === null ? 0 : RECORD_SHA1) |
				(dist.unpackedBytes === null ? 0 : RECORD_SIZE) |
				(isTarballUsual ? RECORD_TARBALL : 0) |
				(isAttestationUsual ? RECORD_ATTESTATIONS : 0) |
				(hasRest ? RECORD_REST : 0),
		);
		this.#writer.writeBytes(sha512 ?? NOTHING);
		this.#writer.writeBytes(sha1 ?? NOTHING);
		if (dist.unpackedBytes !== null) {
			this.#writer.writeNumber(dist.unpackedBytes);
		}

		this.#writeSignatures(signatures ?? []);
		if (hasRest) {
			this.#writer.writeText(JSON.stringify(rest));
		}

		this.#offsets.push(this.#writer.length);
	}

	offsets(): Uint8Array {
		return new Uint8Array(Uint32Array.from(this.#offsets).buffer);
	}

	bytes(): Uint8Array {
		return this.#writer.bytes();
	}

	keyids(): string[] {
		return [...this.#keyNumbers.keys()];
	}

	#writeSignatures(signatures: readonly RawSignature[]): void {
		this.#writer.writeNumber(signatures.length);
		for (const { keyid, raw } of signatures) {
			this.#writer.writeNumber(this.#keyNumber(keyid));
			this.#writer.writeNumber(raw.length);
			this.#writer.writeBytes(raw);
		}
	}

	#keyNumber(keyid: string): number {
		const known = this.#keyNumbers.get(keyid) ?? this.#keyNumbers.size;
		this.#keyNumbers.set(keyid, known);
		return known;
	}
}

const NOTHING = new Uint8Array();
// Base64 of which no other text gives the same bytes: what the last digit has beyond them is zero.
const SHA512 = /^sha512-[A-Za-z0-9+/]{85}[AQgw]==$/u;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)?$/u;

// Each raw form is used only when it gives back exactly the text it came from.
function rawSha512(integrity: string | null): Uint8Array | null {
	return integrity !== null && SHA512.test(integrity) ? Uint8Array.fromBase64(integrity.slice('sha512-'.length)) : null;
}

function rawSha1(shasum: string | null): Uint8Array | null {
	return shasum !== null && /^[0-9a-f]{40}$/u.test(shasum) ? Uint8Array.fromHex(shasum) : null;
}

type RawSignature = { readonly keyid: string; readonly raw: Uint8Array };

/** Null when one of them has no raw form. */
function rawSignatures(signatures: readonly RegistrySignature[]): readonly RawSignature[] | null {
	return signatures.every(({ sig }) => BASE64.test(sig))
		? signatures.map(({ keyid, sig }) => ({ keyid, raw: Uint8Array.fromBase64(sig) }))
		: null;
}
