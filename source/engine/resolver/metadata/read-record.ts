import type { RegistrySignature } from '../../packument.ts';
import { RECORD_ATTESTATIONS, RECORD_REST, RECORD_SHA1, RECORD_SHA512, RECORD_SIZE, RECORD_TARBALL } from './format.ts';
import type { PackageFacts, RecordRest } from './format.ts';
import type { IndexedManifest } from './package-index.ts';

type RecordFields = Pick<IndexedManifest, 'integrity' | 'shasum' | 'tarball' | 'unpackedBytes' | 'signatures' | 'attestationsUrl'>;

const decoder = new TextDecoder();

/** The distribution fields of one version. */
export function readRecord(
	bytes: Uint8Array,
	{ version, facts }: { readonly version: string; readonly facts: PackageFacts },
): RecordFields {
	const reader = new RecordReader(bytes);
	const bits = reader.readByte();
	const sha512 = (bits & RECORD_SHA512) === 0 ? null : `sha512-${reader.readBytes(64).toBase64()}`;
	const sha1 = (bits & RECORD_SHA1) === 0 ? null : reader.readBytes(20).toHex();
	const unpackedBytes = (bits & RECORD_SIZE) === 0 ? null : reader.readNumber();
	const signatures: RegistrySignature[] = [];
	for (let count = reader.readNumber(); count > 0; count -= 1) {
		const keyid = facts.keyids[reader.readNumber()] ?? '';
		signatures.push({ keyid, sig: reader.readBytes(reader.readNumber()).toBase64() });
	}

	const rest: RecordRest = (bits & RECORD_REST) === 0 ? {} : (JSON.parse(decoder.decode(reader.readRest())) as RecordRest);
	return {
		integrity: sha512 ?? rest.integrity ?? null,
		shasum: sha1 ?? rest.shasum ?? null,
		tarball: (bits & RECORD_TARBALL) === 0 ? (rest.tarball ?? '') : `${facts.tarballPrefix}${version}.tgz`,
		unpackedBytes,
		signatures: rest.signatures ?? signatures,
		attestationsUrl: (bits & RECORD_ATTESTATIONS) === 0 ? (rest.attestationsUrl ?? null) : `${facts.attestationsPrefix}${version}`,
	};
}

class RecordReader {
	readonly #bytes: Uint8Array;
	#position = 0;

	constructor(bytes: Uint8Array) {
		this.#bytes = bytes;
	}

	readByte(): number {
		const byte = this.#bytes[this.#position] ?? 0;
		this.#position += 1;
		return byte;
	}

	readNumber(): number {
		let value = 0;
		for (let scale = 1; ; scale *= 0x80) {
			const byte = this.readByte();
			value += (byte & 0x7f) * scale;
			if (byte < 0x80) {
				return value;
			}
		}
	}

	readBytes(count: number): Uint8Array {
		this.#position += count;
		return this.#bytes.subarray(this.#position - count, this.#position);
	}

	readRest(): Uint8Array {
		return this.#bytes.subarray(this.#position);
	}
}
