import { hash, type KeyObject } from 'node:crypto';
import * as v from 'valibot';
import { EngineError } from '../../errors.ts';
import { openEnvelope, type PersonId, sealEnvelope } from '../people/dsse-envelope.ts';
import { parseAdvisories, SHARD_DIGITS, shardOf } from './advisories.ts';

const TYPE = 'application/vnd.plugward.advisory-set+json';
const DAY_MILLISECONDS = 86_400_000;

const setSchema = v.object({
	format: v.literal(1),
	digits: v.pipe(v.number(), v.integer(), v.minValue(SHARD_DIGITS.least), v.maxValue(SHARD_DIGITS.most)),
	/** ISO time. */
	createdAt: v.pipe(
		v.string(),
		v.check((text) => !Number.isNaN(Date.parse(text)), 'expected an ISO time'),
	),
	count: v.pipe(v.number(), v.integer(), v.minValue(0)),
	/** The first digits of the sha256 of package names -> sha256 of the shard as `JSON.stringify` writes it. */
	shards: v.record(v.pipe(v.string(), v.regex(/^[0-9a-f]{1,4}$/)), v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))),
});

/** What the signer of a set vouches for: each of its shards, and when it was made. */
export type AdvisorySet = v.InferOutput<typeof setSchema> & { readonly signedBy: PersonId };

/** A signed set and its shards by name, out of OSV documents. Throws `usage` for something that is none. */
export function makeAdvisorySet(
	documents: readonly unknown[],
	{ digits, createdAt, key }: { readonly digits: number; readonly createdAt: string; readonly key: KeyObject },
): { readonly signed: unknown; readonly shards: ReadonlyMap<string, string>; readonly count: number } {
	const sharded = new Map<string, unknown[]>();
	let count = 0;
	for (const document of documents) {
		const parsed = parseAdvisories(document);
		if (parsed === null) {
			throw new EngineError('usage', `Document ${documents.indexOf(document) + 1} is no OSV advisory.`, {
				hint: 'Name a file or folder of OSV advisories.',
			});
		}

		const names = parsed.flatMap(({ affected }) => affected.map(({ name }) => shardOf(name, digits)));
		count += names.length === 0 ? 0 : 1;
		for (const shard of new Set(names)) {
			sharded.getOrInsertComputed(shard, () => []).push(document);
		}
	}

	const shards = new Map([...sharded].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([shard, list]) => [shard, JSON.stringify(list)]));
	const digests = Object.fromEntries([...shards].map(([shard, text]) => [shard, digestOf(text)]));
	const json = { format: 1, digits, createdAt, count, shards: digests };
	return { signed: sealEnvelope({ payloadType: TYPE, json }, key), shards, count };
}

/** Throws `evidence-invalid` for a set that is not signed by this key, or not by anybody. */
export function openAdvisorySet(bundle: unknown, key: PersonId): AdvisorySet {
	const { signer, payload } = openEnvelope(bundle, TYPE);
	if (signer !== key) {
		throw new EngineError('evidence-invalid', `The advisories are signed by ${signer}, expected ${key}.`, {
			hint: 'Ask who makes them for the key, and name it in the policy: "advisories": {"source": ..., "key": ...}',
		});
	}

	const set = v.safeParse(setSchema, payload);
	if (!set.success) {
		throw new EngineError('evidence-invalid', `The signed advisories are not valid at "${v.getDotPath(set.issues[0]) ?? '(top)'}".`, {
			hint: 'Fetch them again from whoever makes them.',
		});
	}

	return { ...set.output, signedBy: signer };
}

/** The shard that a package's advisories are in; null when nothing is known of any package of it. Throws `evidence-invalid`. */
export function requireShard(set: AdvisorySet, { shard, json }: { readonly shard: string; readonly json: unknown }): void {
	const expected = Object.hasOwn(set.shards, shard) ? set.shards[shard] : undefined;
	const found = json === undefined ? undefined : digestOf(JSON.stringify(json));
	if (expected !== found) {
		throw new EngineError(
			'evidence-invalid',
			`The advisories ${shard}.json are not what was signed: expected sha256 ${expected ?? 'of nothing'}, got ${found ?? 'nothing'}.`,
			{ hint: 'Fetch them again: plugward advisories update' },
		);
	}
}

/** Whole days since the set was made. */
export function ageInDays({ createdAt }: Pick<AdvisorySet, 'createdAt'>, now: number): number {
	return Math.max(0, Math.floor((now - Date.parse(createdAt)) / DAY_MILLISECONDS));
}

/** Lower-case hex sha256. */
export function digestOf(text: string): string {
	return hash('sha256', text, 'hex');
}
