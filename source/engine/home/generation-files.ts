import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { acceptanceSchema } from '../acceptance.ts';
import { EngineError } from '../errors.ts';
import type { Integrity } from '../integrity.ts';
import { integrityOfDigest } from '../integrity.ts';
import type { Lock } from '../lock.ts';
import type { Grant } from '../permission.ts';
import type { Change } from '../plan.ts';
import type { Disk } from './disk.ts';
import { fileVersion } from './file-version.ts';
import { FILE_MODE, temporaryName } from './disk.ts';
import type { Generation, GenerationMeta, GenerationOutline, GenerationSettings } from './generation.ts';
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

const countSchema = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

const metaSchema = v.object({
	format: v.literal(1),
	createdAt: v.string(),
	command: v.string(),
	user: v.string(),
	changes: v.array(changeSchema),
	base: countSchema,
	/** Left out for the default profile, as in homes from before there were others. */
	profile: v.optional(v.string(), DEFAULT_PROFILE),
	/** Ties a generation to the one it was made from. */
	baseDigest: v.nullable(v.string()),
	/** For lists, which then need no lock; left out in homes of before. */
	counts: v.optional(v.object({ plugins: countSchema, packages: countSchema })),
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
		pin: v.exactOptional(v.object({ path: v.string(), sha256: v.string() })),
	}),
);

const settingsSchema: v.GenericSchema<unknown, GenerationSettings> = v.object({
	policyDigest: v.nullable(v.string()),
	disabled: v.array(v.string()),
	held: v.array(v.string()),
	// Homes of before there were overrides have none.
	overrides: v.optional(v.array(v.string()), []),
	acceptances: v.optional(v.array(acceptanceSchema), []),
});

/** Reads a whole generation and checks every file against its digest. `digest` null: the meta.json is taken as it is. */
export async function readGeneration(
	layout: Layout,
	request: { readonly number: number; readonly digest: string | null },
): Promise<StoredGeneration> {
	for (;;) {
		const versions = versionsOf(layout, request.number);
		const seen = whole.get(layout.generation(request.number));
		if (seen !== undefined && seen.versions === versions && (request.digest ?? seen.stored.digest) === seen.stored.digest) {
			return seen.stored;
		}

		const meta = await readGenerationBytes(layout, request.number, META);
		try {
			const stored = await readWithMeta(layout, request, meta);
			remember(whole, layout.generation(request.number), { versions, stored });
			return stored;
		} catch (error) {
			// Collected while it was read, and perhaps its number given again: then it is gone or another one, not damaged.
			if (Buffer.compare(meta, await readGenerationBytes(layout, request.number, META)) === 0) {
				throw error;
			}
		}
	}
}

/** The last ones that were read and found whole, by folder, each good as long as its files stay the same files. */
const whole = new Map<string, { readonly versions: string; readonly stored: StoredGeneration }>();

function versionsOf(layout: Layout, number: number): string {
	return [...PARTS, META].map((file) => fileVersion(join(layout.generation(number), file)) ?? 'none').join(' ');
}

/** Only what its meta.json tells, which is taken as it is; the lock only where that tells no counts. Throws `generation-not-found`, `home-damaged`. */
export async function readOutline(layout: Layout, number: number): Promise<GenerationOutline> {
	const bytes = await readGenerationBytes(layout, number, META);
	const {
		files: _,
		format: _format,
		baseDigest: _baseDigest,
		counts,
		...meta
	} = parsePart(bytes, nameIn(layout, number)(META), metaSchema);
	const { plugins, packages } = counts ?? countsOf((await readGeneration(layout, { number, digest: null })).generation.lock);
	return { number, meta, pluginCount: plugins, packageCount: packages };
}

function countsOf({ roots, packages }: Lock): { readonly plugins: number; readonly packages: number } {
	const ids = new Set(Object.values(packages).map(({ name, version }) => `${name}@${version}`));
	return { plugins: Object.keys(roots).length, packages: ids.size };
}

async function readWithMeta(
	layout: Layout,
	{ number, digest }: { readonly number: number; readonly digest: string | null },
	meta: Uint8Array,
): Promise<StoredGeneration> {
	const bytes = new Map<Part | typeof META, Uint8Array>([[META, meta]]);
	// A generation whose meta.json is wrong is told so, whatever else is wrong with it.
	checkMetaDigest(meta, { digest, name: nameIn(layout, number) });
	await Promise.all(PARTS.map(async (part) => bytes.set(part, await readGenerationBytes(layout, number, part))));
	return decodeGeneration(number, {
		digest,
		name: nameIn(layout, number),
		read: (file) => bytes.get(file) ?? new Uint8Array(0),
	});
}

export type GenerationBytes = {
	/** Of meta.json; null takes it as it is. */
	readonly digest: string | null;
	/** How errors call a file. */
	readonly name: (file: Part | typeof META) => string;
	readonly read: (file: Part | typeof META) => Uint8Array;
};

/** Checks every file against its digest and reads it. Throws `home-damaged`, naming the file. */
export function decodeGeneration(number: number, { digest: expected, name, read }: GenerationBytes): StoredGeneration {
	const metaBytes = read(META);
	const digest = checkMetaDigest(metaBytes, { digest: expected, name });
	const known = decoded.get(`${number} ${digest}`);
	if (known !== undefined && PARTS.every((part) => digestOf(read(part)) === known.files[part])) {
		return known.stored;
	}

	const { files, format: _format, baseDigest: _baseDigest, counts: _counts, ...meta } = parsePart(metaBytes, name(META), metaSchema);
	const checked = (part: Part): Uint8Array => {
		const bytes = read(part);
		const got = digestOf(bytes);
		if (got !== files[part]) {
			throw damaged(name(part), `was changed: expected ${files[part]}, got ${got}`);
		}

		return bytes;
	};
	const stored: StoredGeneration = {
		digest,
		generation: {
			number,
			lock: parseLock(parseJson(checked('lock.json'), name('lock.json')), name('lock.json')),
			grants: parsePart(checked('grants.json'), name('grants.json'), grantsSchema),
			settings: parsePart(checked('settings.json'), name('settings.json'), settingsSchema),
			meta,
		},
	};
	remember(decoded, `${number} ${digest}`, { files, stored });
	return stored;
}

type Decoded = { readonly files: Readonly<Record<Part, string>>; readonly stored: StoredGeneration };

/** The last ones that were read, by number and digest, which name one content: planning and applying read the same ones several times. */
const decoded = new Map<string, Decoded>();
const REMEMBERED = 4;

function remember<T>(last: Map<string, T>, key: string, one: T): void {
	last.delete(key);
	last.set(key, one);
	if (last.size > REMEMBERED) {
		last.delete(last.keys().next().value ?? key);
	}
}

function checkMetaDigest(bytes: Uint8Array, { digest: expected, name }: Omit<GenerationBytes, 'read'>): Integrity {
	const digest = digestOf(bytes);
	if (expected !== null && expected !== digest) {
		throw damaged(name(META), `was changed: expected ${expected}, got ${digest}`);
	}

	return digest;
}

function nameIn(layout: Layout, number: number): GenerationBytes['name'] {
	return (file) => layout.relative(join(layout.generation(number), file));
}

/** One file of a generation as it lies there. Throws `generation-not-found` without a meta.json, `home-damaged`. */
export async function readGenerationBytes(layout: Layout, number: number, file: Part | typeof META): Promise<Uint8Array> {
	return readPart(layout, join(layout.generation(number), file), file === META ? number : null);
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
	const counts = countsOf(generation.lock);
	const meta = encode({ format: 1, ...orderedMeta(generation.meta), baseDigest: generation.baseDigest, counts, files });
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
		return readFileSync(path);
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
