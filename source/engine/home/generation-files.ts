import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { EngineError } from '../errors.ts';
import type { Integrity } from '../integrity.ts';
import { integrityOfDigest } from '../integrity.ts';
import type { Grant } from '../permission.ts';
import type { Change } from '../plan.ts';
import type { Disk } from './disk.ts';
import { FILE_MODE, temporaryName } from './disk.ts';
import type { Generation, GenerationMeta, GenerationSettings } from './generation.ts';
import { damaged, isMissing } from './home-errors.ts';
import type { Layout } from './layout.ts';
import { DEFAULT_PROFILE } from './layout.ts';
import { parseLock } from './parse-lock.ts';

/** A generation with the digest of its meta.json, which in turn holds the digests of the other files. */
export type StoredGeneration = { readonly generation: Generation; readonly digest: Integrity };

const PARTS = ['lock.json', 'grants.json', 'settings.json'] as const;
type Part = (typeof PARTS)[number];
const META = 'meta.json';

const changeSchema: v.GenericSchema<Change> = v.variant('type', [
	v.object({ type: v.literal('add'), name: v.string(), to: v.string(), isRoot: v.boolean() }),
	v.object({ type: v.literal('remove'), name: v.string(), from: v.string(), isRoot: v.boolean() }),
	v.object({ type: v.literal('update'), name: v.string(), from: v.string(), to: v.string(), isRoot: v.boolean() }),
	v.object({ type: v.literal('downgrade'), name: v.string(), from: v.string(), to: v.string(), isRoot: v.boolean() }),
]);

const metaSchema = v.object({
	format: v.literal(1),
	createdAt: v.string(),
	command: v.string(),
	user: v.string(),
	changes: v.array(changeSchema),
	base: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
	/** Left out for the default profile, as in homes from before there were others. */
	profile: v.optional(v.string(), DEFAULT_PROFILE),
	/** Ties a generation to the one it was made from. */
	baseDigest: v.nullable(v.string()),
	files: v.object({ 'lock.json': v.string(), 'grants.json': v.string(), 'settings.json': v.string() }),
});

const grantsSchema: v.GenericSchema<Grant[]> = v.array(
	v.object({
		plugin: v.string(),
		version: v.string(),
		permission: v.string(),
		grantedAt: v.string(),
		reason: v.nullable(v.string()),
		expiresAt: v.nullable(v.string()),
	}),
);

const settingsSchema: v.GenericSchema<unknown, GenerationSettings> = v.object({
	policyDigest: v.nullable(v.string()),
	disabled: v.array(v.string()),
	held: v.array(v.string()),
	// Homes of before there were overrides have none.
	overrides: v.optional(v.array(v.string()), []),
});

/** Reads a whole generation and checks every file against its digest. `digest` null: the meta.json is taken as it is. */
export async function readGeneration(
	layout: Layout,
	request: { readonly number: number; readonly digest: string | null },
): Promise<StoredGeneration> {
	const { number } = request;
	const folder = layout.generation(number);
	const metaBytes = await readPart(layout, join(folder, META), number);
	const digest = digestOf(metaBytes);
	if (request.digest !== null && request.digest !== digest) {
		throw damaged(layout.relative(join(folder, META)), `was changed: expected ${request.digest}, got ${digest}`);
	}

	const {
		files,
		format: _format,
		baseDigest: _baseDigest,
		...meta
	} = parsePart(metaBytes, layout.relative(join(folder, META)), metaSchema);
	const read = async (part: Part): Promise<{ readonly bytes: Uint8Array; readonly file: string }> => {
		const path = join(folder, part);
		const bytes = await readPart(layout, path, null);
		const got = digestOf(bytes);
		if (got !== files[part]) {
			throw damaged(layout.relative(path), `was changed: expected ${files[part]}, got ${got}`);
		}

		return { bytes, file: layout.relative(path) };
	};

	const [lock, grants, settings] = await Promise.all([read('lock.json'), read('grants.json'), read('settings.json')]);
	return {
		digest,
		generation: {
			number,
			lock: parseLock(parseJson(lock.bytes, lock.file), lock.file),
			grants: parsePart(grants.bytes, grants.file, grantsSchema),
			settings: parsePart(settings.bytes, settings.file, settingsSchema),
			meta,
		},
	};
}

/** Writes a generation beside the others, makes it durable, and only then gives it its name. */
export async function writeGeneration(
	{ disk, layout }: { readonly disk: Disk; readonly layout: Layout },
	generation: Generation & { readonly baseDigest: string | null },
): Promise<Integrity> {
	const parts: Readonly<Record<Part, Buffer>> = {
		'lock.json': encode(generation.lock),
		'grants.json': encode(generation.grants),
		'settings.json': encode(generation.settings),
	};
	const files = Object.fromEntries(PARTS.map((part) => [part, digestOf(parts[part])]));
	const meta = encode({ format: 1, ...orderedMeta(generation.meta), baseDigest: generation.baseDigest, files });
	const folder = layout.generation(generation.number);
	const temporary = temporaryName(folder);
	await disk.makeFolder(temporary);
	const paths = [...PARTS, META].map((part) => join(temporary, part));
	await Promise.all(
		paths.map(async (path, index) => {
			await disk.writeFile(path, index < PARTS.length ? parts[PARTS[index] ?? 'lock.json'] : meta, FILE_MODE);
			await disk.syncFile(path);
		}),
	);
	await disk.syncFolder(temporary);
	await disk.rename(temporary, folder);
	await disk.syncFolder(layout.generations);
	return digestOf(meta);
}

function orderedMeta(meta: GenerationMeta): Partial<GenerationMeta> {
	const { createdAt, command, user, changes, base, profile } = meta;
	return { createdAt, command, user, changes, base, ...(profile === DEFAULT_PROFILE ? {} : { profile }) };
}

function encode(value: unknown): Buffer {
	return Buffer.from(`${JSON.stringify(value, null, '\t')}\n`);
}

function digestOf(bytes: Uint8Array): Integrity {
	return integrityOfDigest(createHash('sha512').update(bytes).digest());
}

// Without the meta.json there is no generation; without another file there is a damaged one.
async function readPart(layout: Layout, path: string, number: number | null): Promise<Uint8Array> {
	try {
		return await readFile(path);
	} catch (error) {
		if (!isMissing(error)) {
			throw damaged(layout.relative(path), 'cannot be read', { cause: error });
		}

		if (number === null) {
			throw damaged(layout.relative(path), 'is missing', { cause: error });
		}

		throw new EngineError('generation-not-found', `There is no generation ${number} in this home.`, {
			hint: 'Type `plugward history` to see which there are.',
			cause: error,
		});
	}
}

function parsePart<T>(bytes: Uint8Array, file: string, schema: v.GenericSchema<unknown, T>): T {
	const parsed = v.safeParse(schema, parseJson(bytes, file));
	if (!parsed.success) {
		throw damaged(file, `is not what was written: ${parsed.issues[0].message}`);
	}

	return parsed.output;
}

function parseJson(bytes: Uint8Array, file: string): unknown {
	try {
		return JSON.parse(Buffer.from(bytes).toString('utf8'));
	} catch (error) {
		throw damaged(file, 'is not JSON', { cause: error });
	}
}
