import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { EngineError } from '../../errors.ts';
import { type Advisory, type AdvisorySet, parseAdvisories, SHARD_DIGITS, shardOf } from '../../trust/index.ts';
import type { EngineContext } from '../engine-context.ts';
import { type AdvisoryPlace, advisoryPlace, openSet, readShard } from './read-signed-advisories.ts';

/** Where an advisory set lies: an absolute path, or `registry`. */
type Source = string;
type ReadFile = (name: string) => Promise<unknown>;

const INDEX = 'index.json';
const indexSchema = v.object({
	format: v.literal(1),
	digits: v.pipe(v.number(), v.integer(), v.minValue(SHARD_DIGITS.least), v.maxValue(SHARD_DIGITS.most)),
});

/** `set`: by whom and when it was signed; null for a set that is believed unsigned. */
export type LoadedAdvisories = { readonly advisories: readonly Advisory[]; readonly set: AdvisorySet | null };

/**
 * The advisories of a set that may concern these packages. Of a sharded set only the shards of their hashed names are read, so that a
 * registry learns no name. With a key, each byte must be vouched for by it. Throws `evidence-invalid`, `settings-invalid` for a set that is none, and what the registry throws.
 */
export async function loadAdvisories(
	context: EngineContext,
	{ source, key = null, names }: { readonly source: Source; readonly key?: string | null; readonly names: readonly string[] },
	signal: AbortSignal,
): Promise<LoadedAdvisories> {
	return key === null
		? { advisories: await loadUnsigned(context, { source, names }, signal), set: null }
		: loadSigned(advisoryPlace(context, source, signal), { key, names });
}

async function loadSigned(
	place: AdvisoryPlace,
	{ key, names }: { readonly key: string; readonly names: readonly string[] },
): Promise<LoadedAdvisories> {
	const set = await openSet(place, key);
	const all: Advisory[] = [];
	for (const shard of new Set(names.map((name) => shardOf(name, set.digits)))) {
		const json = await readShard(place, set, shard);
		all.push(...(json === undefined ? [] : parsed(json, `${shard}.json`)));
	}

	return { advisories: all, set };
}

async function loadUnsigned(
	context: EngineContext,
	{ source, names }: { readonly source: Source; readonly names: readonly string[] },
	signal: AbortSignal,
): Promise<readonly Advisory[]> {
	if (source === 'registry') {
		return readShards(
			(name) => context.registry.advisoryFile(name, { signal }),
			names,
			`${(await context.registry.open()).registryUrl}-/advisories/`,
		);
	}

	if (!(await isFolder(source))) {
		return parsed(await readJson(source), source);
	}

	const files = (await readdir(source)).filter((name) => name.endsWith('.json'));
	if (files.includes(INDEX)) {
		return readShards(async (name) => (files.includes(name) ? readJson(join(source, name)) : undefined), names, source);
	}

	const all = await Promise.all(files.map(async (name) => parsed(await readJson(join(source, name)), name)));
	return all.flat();
}

async function readShards(read: ReadFile, names: readonly string[], where: string): Promise<readonly Advisory[]> {
	const index = v.safeParse(indexSchema, await read(INDEX));
	if (!index.success) {
		throw invalidSet(`${where} has no ${INDEX} that names a format and its digits.`);
	}

	const shards = [...new Set(names.map((name) => shardOf(name, index.output.digits)))].toSorted();
	const all: Advisory[] = [];
	for (const shard of shards) {
		const json = await read(`${shard}.json`);
		// Nothing is known of any package of this shard.
		all.push(...(json === undefined ? [] : parsed(json, `${shard}.json`)));
	}

	return all;
}

function parsed(json: unknown, where: string): readonly Advisory[] {
	const advisories = parseAdvisories(json);
	if (advisories === null) {
		throw invalidSet(`${where} holds no OSV advisories.`);
	}

	return advisories;
}

async function isFolder(path: string): Promise<boolean> {
	try {
		return (await stat(path)).isDirectory();
	} catch (error) {
		throw invalidSet(`${path} cannot be read.`, error);
	}
}

async function readJson(path: string): Promise<unknown> {
	try {
		const json: unknown = JSON.parse(await readFile(path, 'utf8'));
		return json;
	} catch (error) {
		throw invalidSet(`${path} ${error instanceof SyntaxError ? 'is not JSON' : 'cannot be read'}.`, error);
	}
}

function invalidSet(text: string, cause?: unknown): EngineError {
	return new EngineError('settings-invalid', `The advisory set cannot be used: ${text}`, {
		hint: 'Name a file or folder of OSV advisories with --advisories, or change "advisories" in the trust policy.',
		...(cause === undefined ? {} : { cause }),
	});
}
