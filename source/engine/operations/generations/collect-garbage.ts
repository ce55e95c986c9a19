import type { CollectionReport, CollectionRequest } from '../../installed-state.ts';
import { throwIfAborted } from '../../errors.ts';
import type { CallOptions } from '../../events.ts';
import type { Garbage, GarbageRule, Generation } from '../../home/index.ts';
import type { LockPackage } from '../../lock.ts';
import { parsePluginManifest } from '../../parse-manifest.ts';
import type { EngineContext } from '../engine-context.ts';
import { bundleKey } from '../running/plugin-bundle.ts';
import { whileExclusive } from '../apply/while-exclusive.ts';

const MILLISECONDS_PER_DAY = 86_400_000;

/** Removes generations that no rule keeps, packages that only they needed, and bundles that nothing left would run. */
export async function collectGarbage(context: EngineContext, request: CollectionRequest, options: CallOptions): Promise<CollectionReport> {
	const rule = ruleOf(context, request);
	if (request.isDryRun) {
		const garbage = await context.home.findGarbage(rule);
		return reportOf(context, { garbage, bundles: await unusedBundles(context, garbage, options), removed: false });
	}

	return whileExclusive(context, options, async () => {
		const bundles = await unusedBundles(context, await context.home.findGarbage(rule), options);
		const garbage = await context.home.collectGarbage(rule, options);
		for (const key of bundles) {
			throwIfAborted(options.signal);
			await context.home.removeBundle(key);
		}

		return reportOf(context, { garbage, bundles, removed: true });
	});
}

function ruleOf({ clock }: EngineContext, { newest, olderThanDays, forgetsVanished = false }: CollectionRequest): GarbageRule {
	return {
		newest,
		forgetsVanished,
		since: olderThanDays === null ? null : new Date(clock().getTime() - olderThanDays * MILLISECONDS_PER_DAY),
	};
}

type Found = { readonly garbage: Garbage; readonly bundles: readonly string[]; readonly removed: boolean };

async function reportOf({ home }: EngineContext, { garbage, bundles, removed }: Found): Promise<CollectionReport> {
	const gone = new Set(garbage.generations);
	const left = (await home.generations()).map(({ number }) => number).filter((number) => !gone.has(number));
	return {
		removed,
		generations: garbage.generations,
		keptGenerations: left,
		packageCount: garbage.entries.length,
		bundleCount: bundles.length,
		bytes: garbage.bytes,
		forgottenHomes: garbage.forgottenHomes.map(({ path }) => path),
	};
}

async function unusedBundles(context: EngineContext, { generations }: Garbage, { signal }: CallOptions): Promise<readonly string[]> {
	const gone = new Set(generations);
	const used = new Set<string>();
	for (const generation of await context.home.generations()) {
		throwIfAborted(signal);
		if (!gone.has(generation.number)) {
			for (const key of await bundleKeysOf(context, generation)) {
				used.add(key);
			}
		}
	}

	return (await context.home.bundleKeys()).filter((key) => !used.has(key));
}

async function bundleKeysOf(context: EngineContext, { lock }: Generation): Promise<readonly string[]> {
	const keys: string[] = [];
	for (const { instance } of Object.values(lock.roots)) {
		const locked = lock.packages[instance];
		if (locked !== undefined && (await context.home.store.receipt(locked.integrity)) !== null) {
			keys.push(bundleKey({ lock, instance, manifest: await manifestOf(context, locked) }));
		}
	}

	return keys;
}

async function manifestOf({ home }: EngineContext, { integrity }: LockPackage) {
	return parsePluginManifest(await home.store.readPackageJson(integrity));
}
