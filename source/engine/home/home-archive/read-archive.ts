import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import * as v from 'valibot';
import { EngineError, throwIfAborted } from '../../errors.ts';
import type { Integrity } from '../../integrity.ts';
import { refuseArchive } from '../archive-refusal.ts';
import { createArchiveJudge } from '../archive-rules.ts';
import type { Generation } from '../generation.ts';
import { decodeGeneration } from '../generation-files.ts';
import { systemCode } from '../home-errors.ts';
import type { TarMember } from '../tar-headers.ts';
import { createTarReader } from '../tar-reader.ts';
import type { PackageProof } from './archive-content.ts';
import {
	ALL_JSON_BYTES,
	GENERATION_FILES,
	generationPath,
	HOME_ARCHIVE_LIMITS,
	JSON_BYTES,
	kindOf,
	MANIFEST,
	manifestSchema,
	packagePath,
	proofPath,
	proofSchema,
	ROOT,
} from './archive-content.ts';

/** A home archive that broke no rule. Its packages are still to be hashed, and nothing in it is to be believed. */
export type HomeArchive = {
	/** ISO time, as the archive says. */
	readonly createdAt: string;
	readonly chosen: number;
	readonly numbers: readonly number[];
	/** Throws `generation-not-found`, `archive-refused`. */
	readonly generation: (number: number) => Generation;
	/** Null when it holds none for this package. Throws `archive-refused`. */
	readonly proof: (integrity: Integrity) => PackageProof | null;
	readonly hasPackage: (integrity: Integrity) => boolean;
	readonly openPackage: (integrity: Integrity) => { readonly stream: Readable; readonly totalBytes: number };
};

type Place = { readonly offset: number; readonly size: number };
type Content = { readonly json: ReadonlyMap<string, Uint8Array>; readonly packages: ReadonlyMap<string, Place> };

/**
 * Reads all headers of the file and writes nothing. The rules are those of packages (one root, files and folders only, no path that leaves
 * it, no name twice), and beyond them a name that no export writes is refused. Throws `archive-refused`, `usage` for a file that cannot be read.
 */
export async function openHomeArchive(path: string, { signal }: { readonly signal: AbortSignal }): Promise<HomeArchive> {
	const content = await refusingAsHome(() => readContent(path, signal));
	const manifest = refuseBadSync(() => parse(manifestSchema, content.json.get(MANIFEST), MANIFEST));
	const digests = new Map(manifest.generations.map(({ number, digest }) => [number, digest]));
	return {
		createdAt: manifest.createdAt,
		chosen: manifest.chosen,
		numbers: [...digests.keys()].toSorted((a, b) => a - b),
		generation: (number) => {
			const digest = digests.get(number);
			if (digest === undefined) {
				throw new EngineError('generation-not-found', `The archive holds no generation ${number}, but ${[...digests.keys()].join(', ')}.`, {
					hint: 'Name one of those: plugward import FILE --generation N',
				});
			}

			return refuseBadSync(() => readOne(content, number, digest));
		},
		proof: (integrity) => {
			const name = proofPath(integrity);
			return content.json.has(name) ? refuseBadSync(() => parse(proofSchema, content.json.get(name), name)) : null;
		},
		hasPackage: (integrity) => content.packages.has(packagePath(integrity)),
		openPackage: (integrity) => {
			const place = content.packages.get(packagePath(integrity)) ?? { offset: 0, size: 0 };
			// A range cannot be empty; an empty package is refused as soon as it is read.
			const stream =
				place.size === 0 ? Readable.from([]) : createReadStream(path, { start: place.offset, end: place.offset + place.size - 1 });
			return { stream, totalBytes: place.size };
		},
	};
}

async function readContent(path: string, signal: AbortSignal): Promise<Content> {
	throwIfAborted(signal);
	const judge = createArchiveJudge(HOME_ARCHIVE_LIMITS);
	const json = new Map<string, Uint8Array>();
	const packages = new Map<string, Place>();
	const pieces: Uint8Array[] = [];
	let collected = 0;
	let allJson = 0;
	const reader = createTarReader({
		member: (member) => {
			const name = nameOf(member, judge(member));
			if (name === null) {
				return;
			}

			if (kindOf(name) === 'package') {
				packages.set(name, { offset: member.offset, size: member.size });
				return;
			}

			allJson += member.size;
			if (member.size > JSON_BYTES || allJson > ALL_JSON_BYTES) {
				throw refuseArchive('too-large', 'is larger than any export makes it', member.path);
			}

			json.set(name, new Uint8Array(0));
		},
		body: (member, bytes) => {
			const name = member.path.slice(member.path.indexOf('/') + 1);
			if (!json.has(name)) {
				return;
			}

			// A piece may be a view into a buffer that is used again.
			pieces.push(Uint8Array.from(bytes));
			collected += bytes.byteLength;
			if (collected === member.size) {
				json.set(name, Buffer.concat(pieces.splice(0)));
				collected = 0;
			}
		},
	});
	try {
		await pipeline(
			createReadStream(path, { highWaterMark: 1 << 20 }),
			async (stream: AsyncIterable<Uint8Array>) => {
				for await (const bytes of stream) {
					reader.push(bytes);
				}
			},
			{ signal },
		);
	} catch (error) {
		throwIfAborted(signal);
		throw systemCode(error) === null || error instanceof EngineError
			? error
			: new EngineError('usage', `The archive ${path} cannot be read (${systemCode(error)}).`, {
					hint: 'Check the name of the file.',
					cause: error,
				});
	}

	reader.end();
	return { json, packages };
}

function nameOf(member: TarMember, { root, path }: { readonly root: string; readonly path: string }): string | null {
	if (root !== ROOT) {
		throw refuseArchive('root', `lies in "${root}", and a home archive has the folder "${ROOT}"`, member.path);
	}

	if (member.type === 'folder') {
		return null;
	}

	if (kindOf(path) === null) {
		throw refuseArchive('path', 'is nothing that a home archive holds', member.path);
	}

	return path;
}

function readOne({ json }: Content, number: number, digest: string): Generation {
	const bytes = GENERATION_FILES.map((file) => [file, json.get(generationPath(number, file))] as const);
	const missing = bytes.find(([, found]) => found === undefined);
	if (missing !== undefined) {
		throw refuseArchive('truncated', `it lists generation ${number}, but lacks its ${missing[0]}`);
	}

	const files = new Map(bytes.map(([file, found]) => [file, found ?? new Uint8Array(0)]));
	return decodeGeneration(number, {
		digest,
		name: (file) => generationPath(number, file),
		read: (file) => files.get(file) ?? new Uint8Array(0),
	}).generation;
}

function parse<T>(schema: v.GenericSchema<unknown, T>, bytes: Uint8Array | undefined, name: string): T {
	if (bytes === undefined) {
		throw refuseArchive('truncated', `it has no ${name}, so it is no home archive`);
	}

	try {
		return v.parse(schema, JSON.parse(Buffer.from(bytes).toString('utf8')));
	} catch {
		// What exactly is wrong with it helps nobody who did not write it.
		throw refuseArchive('header', 'is not what an export writes', name);
	}
}

async function refusingAsHome<T>(work: () => Promise<T>): Promise<T> {
	try {
		return await work();
	} catch (error) {
		throw asRefusal(error);
	}
}

function refuseBadSync<T>(work: () => T): T {
	try {
		return work();
	} catch (error) {
		throw asRefusal(error);
	}
}

/** Refusals of packages and damage of homes, in the words of an import. */
function asRefusal(error: unknown): unknown {
	if (!(error instanceof EngineError) || (error.code !== 'archive-refused' && error.code !== 'home-damaged')) {
		return error;
	}

	const message =
		error.code === 'home-damaged'
			? error.message.replace(/^The file (.*) of the home /, 'The archive is refused: its file $1 ')
			: error.message;
	return new EngineError('archive-refused', message, {
		hint: 'Nothing was imported. Make the archive anew where it comes from: plugward export --archive FILE',
		cause: error,
		...(error.details === undefined ? {} : { details: error.details }),
	});
}
