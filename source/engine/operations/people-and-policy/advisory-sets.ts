import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { EngineError, throwIfAborted } from '../../errors.ts';
import { writePrivateFile } from '../../home/index.ts';
import type { AdvisoryReport, SignedAdvisories } from '../../trust-calls.ts';
import { type AdvisorySet, ageInDays, makeAdvisorySet, MAXIMUM_ADVISORY_AGE_DAYS, parseAdvisories } from '../../trust/index.ts';
import { advisoryPlace, keptFolder, openSet, readShard, SIGNED } from '../artefacts/read-signed-advisories.ts';
import type { EngineContext } from '../engine-context.ts';
import { editPolicy } from './edit-policy.ts';
import { ownSigningKey } from './signing-key.ts';

const DIGITS = 2;
const FUTURE_MILLISECONDS = 86_400_000;

/** Which advisories the policy believes, and how old they are. */
export async function advisoryReport(context: EngineContext, signal: AbortSignal): Promise<AdvisoryReport> {
	const { advisories } = context.policy;
	if (advisories === null || advisories.key === null) {
		return {
			source: advisories?.source ?? null,
			signedBy: null,
			createdAt: null,
			ageDays: null,
			count: null,
			isStale: false,
			imported: null,
		};
	}

	return reportOf(context, advisories.source, await openSet(advisoryPlace(context, advisories.source, signal), advisories.key));
}

/** Verifies a signed set and keeps it. `source` is a folder or `registry`; `key` null: the policy's. Nothing is kept of a set that does not verify as a whole. */
export async function importAdvisories(
	context: EngineContext,
	{ source, key: asked }: { readonly source: string; readonly key: string | null },
	signal: AbortSignal,
): Promise<AdvisoryReport> {
	const key = asked ?? context.policy.advisories?.key ?? null;
	if (key === null) {
		throw new EngineError('usage', 'Nobody is named whose advisories count.', {
			hint: 'Ask who makes them for the key, and name it once: --key ed25519:...',
		});
	}

	const from = advisoryPlace(context, source === 'registry' ? source : resolve(context.options.cwd, source), signal);
	const set = await openSet(from, key);
	const before = await keptSet(context, { key, signal });
	requireNewer(context, set, before);
	for (const [shard, digest] of Object.entries(set.shards)) {
		throwIfAborted(signal);
		await writePrivateFile(join(keptFolder(context), `${digest}.json`), JSON.stringify(await readShard(from, set, shard)));
	}

	await writePrivateFile(join(keptFolder(context), SIGNED), JSON.stringify(await from.signed()));
	await removeOthers(context, set);
	if (asked !== null || context.policy.advisories === null) {
		const maximumAgeDays = context.policy.advisories?.maximumAgeDays ?? MAXIMUM_ADVISORY_AGE_DAYS;
		await editPolicy(context, 'advisories', () => ({ source: 'kept', key, maximumAgeDays }));
	}

	return { ...reportOf(context, 'kept', set), imported: { previous: before?.createdAt ?? null } };
}

/** Cuts OSV advisories into shards and signs them with the user's own key, for a folder that others import or a mirror serves. */
export async function signAdvisories(
	context: EngineContext,
	{ from, to }: { readonly from: string; readonly to: string },
	signal: AbortSignal,
): Promise<SignedAdvisories> {
	const { cwd } = context.options;
	const documents = await readDocuments(resolve(cwd, from));
	throwIfAborted(signal);
	const { key, id, isNew } = await ownSigningKey(context);
	const createdAt = context.clock().toISOString();
	const { signed, shards, count } = makeAdvisorySet(documents, { digits: DIGITS, createdAt, key });
	const folder = resolve(cwd, to);
	await mkdir(folder, { recursive: true });
	for (const [shard, text] of shards) {
		await writeFile(join(folder, `${shard}.json`), text);
	}

	await writeFile(join(folder, 'index.json'), JSON.stringify({ format: 1, digits: DIGITS }));
	await writeFile(join(folder, SIGNED), JSON.stringify(signed));
	return { folder, key: id, isNewKey: isNew, count, shardCount: shards.size, createdAt };
}

async function readDocuments(path: string): Promise<readonly unknown[]> {
	try {
		const isFolder = (await stat(path)).isDirectory();
		const files = isFolder ? (await readdir(path)).filter((name) => name.endsWith('.json')).map((name) => join(path, name)) : [path];
		const all = await Promise.all(files.map(async (file) => documentsIn(JSON.parse(await readFile(file, 'utf8')))));
		return all.flat();
	} catch (error) {
		throw new EngineError('usage', `No advisories can be read from ${path}.`, {
			hint: 'Name a file or folder of OSV advisories as JSON.',
			cause: error,
		});
	}
}

function documentsIn(json: unknown): readonly unknown[] {
	if (Array.isArray(json)) {
		return json as readonly unknown[];
	}

	const list = typeof json === 'object' && json !== null && 'vulns' in json ? json.vulns : null;
	return Array.isArray(list) ? (list as readonly unknown[]) : parseAdvisories(json) === null ? [] : [json];
}

/** What is kept, as far as this key signed it; null for nothing. */
async function keptSet(
	context: EngineContext,
	{ key, signal }: { readonly key: string; readonly signal: AbortSignal },
): Promise<AdvisorySet | null> {
	try {
		return await openSet(advisoryPlace(context, 'kept', signal), key);
	} catch (error) {
		if (error instanceof EngineError && (error.code === 'settings-invalid' || error.code === 'evidence-invalid')) {
			// Nothing, or another signer's: there is nothing that the new set could be older than.
			return null;
		}

		throw error;
	}
}

function requireNewer({ clock }: EngineContext, set: AdvisorySet, before: AdvisorySet | null): void {
	if (before !== null && Date.parse(set.createdAt) < Date.parse(before.createdAt)) {
		throw new EngineError(
			'evidence-invalid',
			`These advisories are of ${set.createdAt}, older than those of ${before.createdAt} that are kept.`,
			{
				hint: 'Somebody may be holding back newer ones; ask another place for them.',
			},
		);
	}

	if (Date.parse(set.createdAt) > clock().getTime() + FUTURE_MILLISECONDS) {
		throw new EngineError('evidence-invalid', `These advisories say that they are of ${set.createdAt}, which is yet to come.`, {
			hint: 'Check the clock of this machine: plugward doctor',
		});
	}
}

async function removeOthers(context: EngineContext, set: AdvisorySet): Promise<void> {
	const wanted = new Set([SIGNED, ...Object.values(set.shards).map((digest) => `${digest}.json`)]);
	const folder = keptFolder(context);
	for (const name of await readdir(folder)) {
		if (!wanted.has(name)) {
			await rm(join(folder, name), { force: true });
		}
	}
}

function reportOf(context: EngineContext, source: string, set: AdvisorySet): AdvisoryReport {
	const ageDays = ageInDays(set, context.clock().getTime());
	return {
		source,
		signedBy: set.signedBy,
		createdAt: set.createdAt,
		ageDays,
		count: set.count,
		isStale: ageDays > (context.policy.advisories?.maximumAgeDays ?? Number.POSITIVE_INFINITY),
		imported: null,
	};
}
