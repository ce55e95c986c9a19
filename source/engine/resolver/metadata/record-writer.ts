import type { Distribution, RegistrySignature } from '../../packument.ts';
import { base64Length, ByteWriter } from './byte-writer.ts';
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
		const writer = this.#writer;
		const isTarballUsual = dist.tarball === `${this.#prefixes.tarballPrefix}${version}.tgz`;
		const attestations = dist.attestations?.url;
		const isAttestationUsual = attestations === `${this.#prefixes.attestationsPrefix}${version}`;
		const start = writer.length;
		writer.writeByte(0);
		const hasSha512 = this.#writeSha512(dist.integrity);
		const hasSha1 = this.#writeSha1(dist.shasum);
		if (dist.unpackedBytes !== null) {
			writer.writeNumber(dist.unpackedBytes);
		}

		const hasSignatures = this.#writeSignatures(dist.signatures);
		const rest: RecordRest = {
			...(!hasSha512 && dist.integrity !== null && { integrity: dist.integrity }),
			...(!hasSha1 && dist.shasum !== null && { shasum: dist.shasum }),
			...(!isTarballUsual && { tarball: dist.tarball }),
			...(!isAttestationUsual && attestations !== undefined && { attestationsUrl: attestations }),
			...(!hasSignatures && { signatures: dist.signatures }),
		};
		const hasRest = Object.keys(rest).length > 0;
		if (hasRest) {
			writer.writeText(JSON.stringify(rest));
		}

		writer.setByte(
			start,
			(hasSha512 ? RECORD_SHA512 : 0) |
				(hasSha1 ? RECORD_SHA1 : 0) |
				(dist.unpackedBytes === null ? 0 : RECORD_SIZE) |
				(isTarballUsual ? RECORD_TARBALL : 0) |
				(isAttestationUsual ? RECORD_ATTESTATIONS : 0) |
				(hasRest ? RECORD_REST : 0),
		);
		this.#offsets.push(writer.length);
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

	// Each raw form is used only when it gives back exactly the text it came from.
	#writeSha512(integrity: string | null): boolean {
		return integrity?.length === SHA512_LENGTH && integrity.startsWith(SHA512) && this.#writer.writeBase64(integrity.slice(SHA512.length));
	}

	#writeSha1(shasum: string | null): boolean {
		const isUsual = shasum !== null && /^[0-9a-f]{40}$/u.test(shasum);
		if (isUsual) {
			this.#writer.writeHex(shasum, 20);
		}

		return isUsual;
	}

	/** False, with a mark for none, when one of them has no raw form. */
	#writeSignatures(signatures: readonly RegistrySignature[]): boolean {
		const { length } = this.#writer;
		this.#writer.writeNumber(signatures.length);
		for (const { keyid, sig } of signatures) {
			this.#writer.writeNumber(this.#keyNumber(keyid));
			this.#writer.writeNumber(base64Length(sig));
			if (!this.#writer.writeBase64(sig)) {
				this.#writer.cutTo(length);
				this.#writer.writeNumber(0);
				return false;
			}
		}

		return true;
	}

	#keyNumber(keyid: string): number {
		const known = this.#keyNumbers.get(keyid) ?? this.#keyNumbers.size;
		this.#keyNumbers.set(keyid, known);
		return known;
	}
}

const SHA512 = 'sha512-';
/** With the 88 digits of 64 bytes. */
const SHA512_LENGTH = SHA512.length + 88;
