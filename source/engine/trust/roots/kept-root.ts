import * as v from 'valibot';
import { followRoot, parseAnchor, readMeta, readTargets, requireBytes, TufFault, type TufRootDocument } from './tuf-metadata.ts';

/** Everything a refresh brought, as it was signed: enough to prove it again from the anchor alone. */
export type KeptRoot = v.InferOutput<typeof keptSchema>;

/** What a kept root proves. */
export type ProvenRoot = {
	/** A `trusted_root.json`. */
	readonly json: unknown;
	/** Of the newest TUF root. */
	readonly version: number;
	/** ISO time at which the newest TUF root, or its list of targets, ends. */
	readonly expiresAt: string;
	/** ISO time of the refresh, by this machine's clock. */
	readonly refreshedAt: string;
	readonly versions: Readonly<Record<'root' | 'timestamp' | 'snapshot' | 'targets', number>>;
};

const TARGET = 'trusted_root.json';
const LONGEST_CHAIN = 256;
const text = v.pipe(v.string(), v.maxLength(1_000_000));
const keptSchema = v.strictObject({
	format: v.literal(1),
	/** ISO time. */
	refreshedAt: v.pipe(
		v.string(),
		v.check((one) => !Number.isNaN(Date.parse(one)), 'expected an ISO time'),
	),
	/** Address of the repository. */
	from: v.string(),
	/** Each newer root after the anchor, oldest first. */
	roots: v.pipe(v.array(text), v.maxLength(LONGEST_CHAIN)),
	timestamp: text,
	snapshot: text,
	targets: text,
	target: text,
});

/** Reads a kept refresh as JSON text. Throws `TufFault`. */
export function parseKeptRoot(json: string): KeptRoot {
	try {
		return v.parse(keptSchema, JSON.parse(json));
	} catch (error) {
		throw new TufFault('damaged', 'The file that the refresh wrote cannot be read', error);
	}
}

/**
 * Proves a kept refresh from the anchor on, as if it had just come over the network: where it lay meanwhile lends it nothing. Throws `TufFault`
 * for one that is damaged, foreign, older than the anchor, frozen (its timestamp had ended when it was fetched) or expired.
 */
export function proveKeptRoot(
	kept: KeptRoot,
	{ anchor, now }: { readonly anchor: string; /** Milliseconds since the epoch. */ readonly now: number },
): ProvenRoot {
	const root = newestRoot(kept.roots, parseAnchor(anchor));
	const timestamp = readMeta(kept.timestamp, { role: 'timestamp', by: root });
	const snapshotFile = entryOf(timestamp.meta, 'snapshot.json');
	requireBytes(kept.snapshot, snapshotFile, 'The snapshot');
	const snapshot = readMeta(kept.snapshot, { role: 'snapshot', by: root });
	requireVersion('snapshot', { found: snapshot.version, wanted: snapshotFile.version });
	const targetsFile = entryOf(snapshot.meta, 'targets.json');
	requireBytes(kept.targets, targetsFile, 'The list of targets');
	const targets = readTargets(kept.targets, root);
	requireVersion('list of targets', { found: targets.version, wanted: targetsFile.version });
	requireBytes(kept.target, entryOf(targets.targets, TARGET), TARGET);
	const ended = [timestamp, snapshot].find(({ expires }) => Date.parse(kept.refreshedAt) >= Date.parse(expires));
	if (ended !== undefined) {
		throw new TufFault('frozen', `Its ${ended === timestamp ? 'timestamp' : 'snapshot'} had ended ${ended.expires} when it was fetched`);
	}

	// The timestamp ends within days, so that a mirror cannot stand still; what is kept for later goes by those that end last.
	const expiresAt = [root.expires, targets.expires].toSorted((a, b) => Date.parse(a) - Date.parse(b))[0] ?? root.expires;
	if (Date.parse(expiresAt) <= now) {
		throw new TufFault('expired', `It ended ${expiresAt}`);
	}

	return {
		json: JSON.parse(kept.target),
		version: root.version,
		expiresAt,
		refreshedAt: kept.refreshedAt,
		versions: { root: root.version, timestamp: timestamp.version, snapshot: snapshot.version, targets: targets.version },
	};
}

/** Throws `TufFault` when anything is older than what was proven before. */
export function requireNotOlder(fresh: ProvenRoot, known: ProvenRoot): void {
	for (const role of ['root', 'timestamp', 'snapshot', 'targets'] as const) {
		if (fresh.versions[role] < known.versions[role]) {
			throw new TufFault(
				'rolled-back',
				`It serves ${role} version ${fresh.versions[role]}, after version ${known.versions[role]} was seen`,
			);
		}
	}
}

/** The anchor may have overtaken the chain: a newer plugward brings a newer root. */
function newestRoot(chain: readonly string[], anchor: TufRootDocument): TufRootDocument {
	let newest = anchor;
	let last = chain.length === 0 ? anchor.version : 0;
	for (const one of chain) {
		const version = versionOf(one);
		last = version;
		newest = version <= anchor.version ? newest : followRoot(newest, one);
	}

	if (last < anchor.version) {
		throw new TufFault('rolled-back', `It ends at root version ${last}, and version ${anchor.version} is built in`);
	}

	return newest;
}

function versionOf(text: string): number {
	try {
		return v.parse(v.looseObject({ signed: v.looseObject({ version: v.number() }) }), JSON.parse(text)).signed.version;
	} catch (error) {
		throw new TufFault('damaged', 'A root of the chain cannot be read', error);
	}
}

function entryOf<T>(entries: Readonly<Record<string, T>>, name: string): T {
	const entry = Object.hasOwn(entries, name) ? entries[name] : undefined;
	if (entry === undefined) {
		throw new TufFault('damaged', `Nothing vouches for ${name}`);
	}

	return entry;
}

function requireVersion(name: string, { found, wanted }: { readonly found: number; readonly wanted: number }): void {
	if (found !== wanted) {
		throw new TufFault('rolled-back', `The ${name} is version ${found}, and version ${wanted} is vouched for`);
	}
}
