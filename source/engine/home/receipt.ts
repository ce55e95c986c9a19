import * as v from 'valibot';
import type { Evidence, EvidenceKind, EvidenceState } from '../evidence.ts';
import type { Integrity } from '../integrity.ts';
import { parseIntegrity } from '../integrity.ts';
import { damaged } from './home-errors.ts';
import { sealJson, unsealJson } from './sealed-json.ts';

export type ReceiptFile = {
	/** Relative to the package root, with `/`. */
	readonly path: string;
	/** Base64url of the content's sha256, the name of the shared file. */
	readonly sha256: string;
	/** Bytes. */
	readonly size: number;
	readonly executable: boolean;
};

/** Says that one artefact is whole and durable in the content store, what it holds, and what was proven about it. */
export type Receipt = {
	readonly integrity: Integrity;
	readonly name: string;
	readonly version: string;
	readonly packedBytes: number;
	readonly unpackedBytes: number;
	/** Sorted by path. */
	readonly files: readonly ReceiptFile[];
	readonly evidence: readonly Evidence[];
	/** What its package.json says, or null when that says nothing; receipts of before do not have it. */
	readonly license?: string | null;
	/** ISO time. */
	readonly storedAt: string;
};

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const nullableText = v.nullable(v.string());

const identitySchema = v.object({
	issuer: v.string(),
	subject: v.string(),
	repository: nullableText,
	repositoryId: nullableText,
	ownerId: nullableText,
	workflow: nullableText,
	ref: nullableText,
	commit: nullableText,
	trigger: nullableText,
	runner: nullableText,
});

const evidenceSchema = v.object({
	kind: v.picklist(['integrity', 'registry-signature', 'provenance', 'publish-attestation', 'openpgp'] satisfies EvidenceKind[]),
	state: v.picklist(['verified', 'absent', 'unavailable', 'invalid'] satisfies EvidenceState[]),
	reason: v.string(),
	code: nullableText,
	identity: v.nullable(identitySchema),
	root: v.exactOptional(v.string()),
});

const headSchema = v.object({
	format: v.literal(1),
	integrity: v.string(),
	name: v.string(),
	version: v.string(),
	packedBytes: count,
	unpackedBytes: count,
	files: v.array(v.unknown()),
	evidence: v.array(evidenceSchema),
	license: v.exactOptional(nullableText),
	storedAt: v.string(),
});

const DIGEST = /^[A-Za-z0-9_-]{43}$/;

/** Reads a receipt. `file` is its name relative to the home, for the error. Throws `home-damaged`. */
export function parseReceipt(text: string, { file, expected }: { readonly file: string; readonly expected: Integrity }): Receipt {
	let json: unknown;
	try {
		json = JSON.parse(text);
	} catch (error) {
		throw damaged(file, 'is not JSON', { cause: error });
	}

	const head = v.safeParse(headSchema, unsealed(json, file));
	if (!head.success) {
		throw damaged(file, `is not a receipt: ${head.issues[0].message}`);
	}

	const integrity = parseIntegrity(head.output.integrity);
	if (integrity !== expected) {
		throw damaged(file, `belongs to ${head.output.integrity}, expected ${expected}`);
	}

	const { format: _, ...rest } = head.output;
	return { ...rest, integrity, files: rest.files.map((entry) => parseFile(entry, file)) };
}

export function encodeReceipt(receipt: Receipt): string {
	const files = receipt.files.map((file) => [file.path, file.sha256, file.size, file.executable ? 1 : 0]);
	const { files: _, ...head } = receipt;
	return `${JSON.stringify({ ...sealJson({ format: 1, ...head }), files })}\n`;
}

// A changed letter of what was proven would be believed. The files are left out: their digests are what `verify` holds them against, and
// there are tens of thousands. Receipts of before have no digest.
function unsealed(json: unknown, file: string): unknown {
	if (typeof json !== 'object' || json === null || !('files' in json)) {
		return json;
	}

	const { files, ...head } = json;
	return { ...(unsealJson(head, file) as object), files };
}

// By hand: a large generation has tens of thousands of these, and a schema library costs more than reading them.
function parseFile(entry: unknown, file: string): ReceiptFile {
	if (Array.isArray(entry) && entry.length === 4) {
		const [path, sha256, size, executable] = entry as readonly unknown[];
		if (
			typeof path === 'string' &&
			isInside(path) &&
			typeof sha256 === 'string' &&
			DIGEST.test(sha256) &&
			typeof size === 'number' &&
			Number.isSafeInteger(size) &&
			size >= 0 &&
			(executable === 0 || executable === 1)
		) {
			return { path, sha256, size, executable: executable === 1 };
		}
	}

	throw damaged(file, 'lists a file in a form that was never written');
}

function isInside(path: string): boolean {
	return path !== '' && !path.startsWith('/') && !path.includes('\0') && !path.split('/').includes('..');
}
