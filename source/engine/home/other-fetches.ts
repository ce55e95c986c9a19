import { existsSync, readdirSync, statSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { throwIfAborted } from '../errors.ts';
import type { Integrity } from '../integrity.ts';
import { integrityOfDigest } from '../integrity.ts';
import { isMissing } from './home-errors.ts';
import { tryLock } from './kernel-lock.ts';
import type { Layout } from './layout.ts';
import { PACKED, TREE } from './layout.ts';
import { LOCK_SUFFIX } from './staging.ts';

/** A whole archive that another process fetched; its digest is the one that was asked for. Close it when done. */
export type TakenArchive = { readonly file: FileHandle; readonly totalBytes: number };

/** What other processes fetch into the same store at this moment. */
export type OtherFetches = {
	/**
	 * Waits while another process fetches this artefact and began before `folder` was made, and gives what it fetched. Null when nobody does,
	 * when who did gave up or died, and when nothing was seen of it for too long: then it has to be fetched here. Throws `cancelled`.
	 */
	readonly take: (
		artefact: { readonly integrity: Integrity; readonly folder: string },
		options: { readonly signal: AbortSignal; readonly onWaiting: () => void },
	) => Promise<TakenArchive | null>;
};

const POLL_MILLISECONDS = 20;
/** A process that stands still must not hold up others for ever; fetching twice is the lesser evil. */
const PATIENCE_MILLISECONDS = 15_000;
const LIVES_MILLISECONDS = 200;

/**
 * A folder in staging, named after the artefact, is the claim: whose is older fetches, and the others wait. Only bytes are taken over, never
 * what the other made of them: they are hashed, scanned, judged and unpacked here. For one artefact nobody waits for who began after him,
 * and who waits holds no place among the transfers, so that no two can wait for each other.
 */
export function createOtherFetches(layout: Layout): OtherFetches {
	const lives = createLiveness(layout);

	async function findEarlier(folder: string): Promise<string | null> {
		for (const owner of foldersIn(layout.staging)) {
			const other = join(layout.staging, owner, basename(folder));
			if (other !== folder && isEarlier(other, folder) && (await lives(owner))) {
				return other;
			}
		}

		return null;
	}

	return {
		take: async ({ integrity, folder }, { signal, onWaiting }) => {
			let [sign, signAt] = ['', 0];
			for (;;) {
				throwIfAborted(signal);
				const other = await findEarlier(folder);
				// Between staging and its receipt an artefact is in the store already.
				const place = other ?? layout.entry(integrity);
				// Unpacking begins when all of it is there.
				if (existsSync(join(place, TREE))) {
					return openWhole(join(place, PACKED), integrity, signal);
				}

				const now = performance.now();
				const latest = other === null ? null : `${other} ${sizeOf(join(other, PACKED))}`;
				if (latest === null || (latest === sign && now - signAt > PATIENCE_MILLISECONDS)) {
					return null;
				}

				if (sign === '') {
					onWaiting();
				}

				[sign, signAt] = latest === sign ? [sign, signAt] : [latest, now];
				await sleep(POLL_MILLISECONDS, undefined, { signal }).catch(() => throwIfAborted(signal));
			}
		},
	};
}

function isEarlier(other: string, own: string): boolean {
	const [theirs, ours] = [other, own].map((path) => statSync(path, { bigint: true, throwIfNoEntry: false })?.birthtimeNs);
	return theirs !== undefined && ours !== undefined && (theirs < ours || (theirs === ours && other < own));
}

// What was unpacked belongs to a process as long as it holds its lock; a lock that can be taken has no owner any more.
function createLiveness(layout: Layout): (owner: string) => Promise<boolean> {
	const known = new Map<string, { readonly isAlive: boolean; readonly until: number }>();

	return async (owner) => {
		const path = join(layout.staging, owner + LOCK_SUFFIX);
		const last = known.get(owner);
		if (last !== undefined && (!last.isAlive || performance.now() < last.until)) {
			return last.isAlive;
		}

		const lock = existsSync(path) ? await tryLock(path) : null;
		lock?.release();
		const isAlive = lock === null && existsSync(path);
		known.set(owner, { isAlive, until: performance.now() + LIVES_MILLISECONDS });
		return isAlive;
	};
}

/** Null when it is gone meanwhile, or is not what was asked for. */
async function openWhole(path: string, integrity: Integrity, signal: AbortSignal): Promise<TakenArchive | null> {
	let file: FileHandle;
	try {
		file = await open(path, 'r');
	} catch (error) {
		if (isMissing(error)) {
			return null;
		}

		throw error;
	}

	let isWhole = false;
	try {
		const sha512 = createHash('sha512');
		await pipeline(file.createReadStream({ start: 0, autoClose: false }), sha512, { signal });
		isWhole = integrityOfDigest(sha512.digest()) === integrity;
		return isWhole ? { file, totalBytes: (await file.stat()).size } : null;
	} catch (error) {
		throwIfAborted(signal);
		throw error;
	} finally {
		if (!isWhole) {
			await file.close();
		}
	}
}

function foldersIn(staging: string): readonly string[] {
	try {
		return readdirSync(staging).filter((name) => !name.endsWith(LOCK_SUFFIX));
	} catch (error) {
		if (isMissing(error)) {
			return [];
		}

		throw error;
	}
}

function sizeOf(path: string): number {
	return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
