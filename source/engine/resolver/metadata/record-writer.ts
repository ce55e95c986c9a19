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
		const signatures = dist.signatures.map(rawSignature);
		const isCompact = signatures.every((raw) => raw !== null);
		const isTarballUsual = dist.tarball === `${this.#prefixes.tarballPrefix}${version}.tgz`;
		const attestations = dist.attestations?.url;
		const isAttestationUsual = attestations === `${this.#prefixes.attestationsPrefix}${version}`;
		const rest: RecordRest = {
			...(sha512 === null && dist.integrity !== null && { integrity: dist.integrity }),
			...(sha1 === null && dist.shasum !== null && { shasum: dist.shasum }),
			...(!isTarballUsual && { tarball: dist.tarball }),
			...(!isAttestationUsual && attestations !== undefined && { attestationsUrl: attestations }),
			...(!isCompact && { signatures: dist.signatures }),
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
		this.#writer.writeBytes(sha512 ?? new Uint8Array());
		this.#writer.writeBytes(sha1 ?? new Uint8Array());
		if (dist.unpackedBytes !== null) {
			this.#writer.writeNumber(dist.unpackedBytes);
		}

		this.#writeSignatures(isCompact ? dist.signatures : []);
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

	#writeSignatures(signatures: readonly RegistrySignature[]): void {
		this.#writer.writeNumber(signatures.length);
		for (const signature of signatures) {
			const raw = rawSignature(signature) ?? new Uint8Array();
			this.#writer.writeNumber(this.#keyNumber(signature.keyid));
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

const SHA512 = /^sha512-[A-Za-z0-9+/]{86}==$/u;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/u;

// Each raw form is used only when it gives back exactly the text it came from: a non-canonical last digit would not.
function rawSha512(integrity: string | null): Uint8Array | null {
	if (integrity === null || !SHA512.test(integrity)) {
		return null;
	}

	const raw = Uint8Array.fromBase64(integrity.slice('sha512-'.length));
	return `sha512-${raw.toBase64()}` === integrity ? raw : null;
}

function rawSha1(shasum: string | null): Uint8Array | null {
	return shasum !== null && /^[0-9a-f]{40}$/u.test(shasum) ? Uint8Array.fromHex(shasum) : null;
}

function rawSignature({ sig }: RegistrySignature): Uint8Array | null {
	if (!BASE64.test(sig)) {
		return null;
	}

	const raw = Uint8Array.fromBase64(sig);
	return raw.toBase64() === sig ? raw : null;
}
