import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EngineError } from '../../errors.ts';
import { type AdvisorySet, openAdvisorySet, requireShard } from '../../trust/index.ts';
import type { EngineContext } from '../engine-context.ts';
import { trustFolder } from '../load-policy.ts';

/** A set as it lies somewhere: its signed list, and the shards by the digits that name them. Undefined for what is not there. */
export type AdvisoryPlace = {
	/** For sentences. */
	readonly where: string;
	/** What to do when nothing is there. */
	readonly hint: string;
	readonly signed: () => Promise<unknown>;
	readonly shard: (set: AdvisorySet, shard: string) => Promise<unknown>;
};

export const SIGNED = 'signed.json';

/** `source` is `registry`, `kept` or an absolute path of a folder. */
export function advisoryPlace(context: EngineContext, source: string, signal: AbortSignal): AdvisoryPlace {
	if (source === 'registry') {
		return {
			where: 'The registry',
			hint: 'Import them from a folder instead: plugward advisories import FOLDER',
			signed: () => context.registry.advisoryFile(SIGNED, { signal }),
			shard: (_set, shard) => context.registry.advisoryFile(`${shard}.json`, { signal }),
		};
	}

	const folder = source === 'kept' ? keptFolder(context) : source;
	const nameOf = (set: AdvisorySet, shard: string): string => (source === 'kept' ? (set.shards[shard] ?? '') : shard);
	return {
		where: source === 'kept' ? 'What was imported' : folder,
		hint:
			source === 'kept'
				? 'Fetch them: plugward advisories update, or plugward advisories import FOLDER'
				: 'Name the folder that "plugward advisories sign" has written, or where such a one was copied to.',
		signed: () => readJson(join(folder, SIGNED)),
		shard: (set, shard) => readJson(join(folder, `${nameOf(set, shard)}.json`)),
	};
}

/** Where imported sets lie: `signed.json`, and the shards by their own digest, so that an interrupted import leaves the set before whole. */
export function keptFolder({ options }: EngineContext): string {
	return join(trustFolder(options), 'advisories');
}

/** Throws `settings-invalid` for no set there, `evidence-invalid` for one that is not signed by this key. */
export async function openSet({ where, hint, signed }: AdvisoryPlace, key: string): Promise<AdvisorySet> {
	const bundle = await signed();
	if (bundle === undefined) {
		throw new EngineError('settings-invalid', `${where} has no signed advisories (${SIGNED}).`, { hint });
	}

	return openAdvisorySet(bundle, key);
}

/** One shard as it was signed; undefined when the set knows of no package in it. Throws `evidence-invalid`. */
export async function readShard(place: AdvisoryPlace, set: AdvisorySet, shard: string): Promise<unknown> {
	if (!Object.hasOwn(set.shards, shard)) {
		return undefined;
	}

	const json = await place.shard(set, shard);
	requireShard(set, { shard, json });
	return json;
}

async function readJson(path: string): Promise<unknown> {
	try {
		const json: unknown = JSON.parse(await readFile(path, 'utf8'));
		return json;
	} catch (error) {
		if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
			return undefined;
		}

		throw new EngineError('settings-invalid', `The advisories in ${path} cannot be read.`, {
			hint: 'Fetch them again: plugward advisories update',
			cause: error,
		});
	}
}
