import { dirname } from 'node:path';
import { throwIfAborted } from '../errors.ts';
import type { Integrity } from '../integrity.ts';
import { neededBy } from './all-generations.ts';
import type { Disk } from './disk.ts';
import { temporaryName } from './disk.ts';
import type { Generation } from './generation.ts';
import { writeError } from './home-errors.ts';
import { readKept } from './kept-generations.ts';
import type { Layout } from './layout.ts';
import type { Profile } from './profiles.ts';
import { lineOf, readProfiles } from './profiles.ts';
import type { ReceiptReader } from './receipts.ts';
import { listEntries } from './receipts.ts';
import { removeUnusedFiles } from './recover.ts';
import { forgetStoreHome, type StoreHome } from './shared-store/store-homes.ts';
import { neededByOthers, otherHomes, renewNeeds } from './shared-store/store-needs.ts';

/** Which generations stay besides those that are current in a profile and those the user marked. A generation stays when any rule wants it. */
export type GarbageRule = {
	/** How many of the newest of each profile; infinite for all there are, also those of removed profiles. */
	readonly newest: number;
	/** Those made at or after this moment; null for no such rule. */
	readonly since: Date | null;
	/** Also forgets the homes of a shared store that are not where they were, and what only they needed. */
	readonly forgetsVanished?: boolean;
};

/** What nothing needs any more. */
export type Garbage = {
	readonly generations: readonly number[];
	readonly entries: readonly Integrity[];
	/** Packed and unpacked size of the entries; files shared with what stays are counted although they stay. */
	readonly bytes: number;
	readonly forgottenHomes: readonly StoreHome[];
};

type Place = { readonly layout: Layout; readonly receipts: ReceiptReader; readonly generations: readonly Generation[] };

/** Finds garbage and removes nothing. Every generation must be readable, or it could not be told what is needed. */
export async function findGarbage(rule: GarbageRule, { layout, receipts, generations }: Place): Promise<Garbage> {
	const [profiles, marked] = await Promise.all([readProfiles(layout), readKept(layout)]);
	const always = new Set([...marked, ...profiles.flatMap((profile) => staying(generations, profile, rule))]);
	const { kept, dropped } = splitGenerations(generations, { rule, always });
	const forgottenHomes = rule.forgetsVanished === true ? (await otherHomes(layout)).filter(({ state }) => state === 'vanished') : [];
	const needed = neededBy(kept.map(({ lock }) => lock)).union(await neededByOthers(layout, new Set(forgottenHomes.map(({ id }) => id))));
	const entries = (await listEntries(layout)).filter((integrity) => !needed.has(integrity));
	const sizes = await Promise.all(entries.map((integrity) => receipts.read(integrity)));
	const bytes = sizes.reduce((sum, receipt) => sum + (receipt === null ? 0 : receipt.packedBytes + receipt.unpackedBytes), 0);
	return { generations: dropped.map(({ number }) => number), entries, bytes, forgottenHomes };
}

// Each profile has a line of its own: what happens in one must not push out what another goes back to.
function staying(generations: readonly Generation[], { name, generation }: Profile, { newest }: GarbageRule): readonly number[] {
	const line = lineOf(generations, { profile: name, current: generation }).map(({ number }) => number);
	return [generation, ...line.slice(Math.max(0, line.length - Math.max(0, newest)))];
}

function splitGenerations(
	generations: readonly Generation[],
	{ rule, always }: { readonly rule: GarbageRule; readonly always: ReadonlySet<number> },
): { readonly kept: readonly Generation[]; readonly dropped: readonly Generation[] } {
	const isKept = ({ number, meta }: Generation) =>
		always.has(number) ||
		rule.newest === Number.POSITIVE_INFINITY ||
		(rule.since !== null && !(Date.parse(meta.createdAt) < rule.since.getTime()));
	return { kept: generations.filter(isKept), dropped: generations.filter((generation) => !isKept(generation)) };
}

/**
 * Removes garbage. Everything first loses its name, and only when that is durable its content: a power cut leaves whole things or
 * things that `recover` knows to be nobody's, never half of something that has a name. The mutex must be held.
 */
export async function removeGarbage(
	{ disk, layout }: { readonly disk: Disk; readonly layout: Layout },
	garbage: Garbage,
	{ signal }: { readonly signal: AbortSignal },
): Promise<void> {
	try {
		for (const { id } of garbage.forgottenHomes) {
			await forgetStoreHome({ disk, layout }, id);
		}

		// Generations before what they need.
		await removeAll(disk, garbage.generations.map(layout.generation), signal);
		await removeAll(disk, garbage.entries.map(layout.entry), signal);
		await renewNeeds({ disk, layout });
		await removeUnusedFiles({ disk, layout });
	} catch (error) {
		throw writeError(error, 'remove what is not needed any more');
	}
}

async function removeAll(disk: Disk, paths: readonly string[], signal: AbortSignal): Promise<void> {
	const nameless: string[] = [];
	for (const path of paths) {
		throwIfAborted(signal);
		const temporary = temporaryName(path);
		await disk.rename(path, temporary);
		nameless.push(temporary);
	}

	const [first] = paths;
	if (first !== undefined) {
		await disk.syncFolder(dirname(first));
	}

	for (const path of nameless) {
		throwIfAborted(signal);
		await disk.removeTree(path);
	}
}
