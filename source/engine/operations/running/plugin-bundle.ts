import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { EngineError } from '../../errors.ts';
import { type CallOptions, runStep } from '../../events.ts';
import type { InstanceId, Lock, LockPackage } from '../../lock.ts';
import type { PluginManifest } from '../../manifest.ts';
import { BUNDLE_FORMAT, type Bundle, type BundleInstance, type BundleRequest, bundleForIsolate } from '../../sandbox/index.ts';
import type { EngineContext } from '../engine-context.ts';
import { stripToLine } from '../../strip-controls.ts';
import { closureOf, idOf } from '../locks/lock-queries.ts';
import { fitsPlatform } from '../doctor/platform.ts';
import { runConcurrently } from '../run-concurrently.ts';

const CONCURRENT_ENTRIES = 4;

export type BundleTarget = {
	readonly lock: Lock;
	readonly instance: InstanceId;
	/** Null for a plain package, which is bundled from its own entry point. */
	readonly manifest: PluginManifest | null;
	/** Path of a program in the package, to be run as a tool. */
	readonly program?: string;
};

/** The program of one installed plugin: from the cache of the home, or made now and kept. Throws `bundle-escape`, `bundle-failed`. */
export async function bundleOf(context: EngineContext, target: BundleTarget, options: CallOptions): Promise<Bundle> {
	const key = bundleKey(target);
	const wasThere = existsSync(context.home.layout.bundle(key));
	const cached = await context.home.readBundle(key);
	if (cached !== null) {
		// Authenticated by the home's own key, so what it says is what this program wrote.
		return JSON.parse(new TextDecoder().decode(cached)) as Bundle;
	}

	return runStep({ name: 'bundle', detail: target.instance, onEvent: options.onEvent }, async () => {
		const instances = bundleInstances(context, target);
		await requireUnchanged(context, { target, ids: [...instances.keys()] }, options);
		const bundle = await bundleForIsolate(
			{
				entry: { instance: target.instance, main: mainOf(target) },
				instances,
				target: targetOf(target),
			},
			{ signal: options.signal },
		);
		await context.home.writeBundle(key, new TextEncoder().encode(JSON.stringify(bundle)));
		if (wasThere) {
			// Once: from now on it is as it should be.
			const text = `The bundle of ${stripToLine(target.instance)} was damaged, and was made again.`;
			options.onEvent({ type: 'notice', severity: 'warning', code: 'bundle-remade', text });
		}

		return bundle;
	});
}

/** What only a tool uses is in no generation, and nothing that repairs generations would find it. */
async function isInstalled({ home }: EngineContext, { integrity }: LockPackage, program: string | undefined): Promise<boolean> {
	return program === undefined || Object.values((await home.current()).lock.packages).some((one) => one.integrity === integrity);
}

/** The key of a bundle says which bytes are in it, so they are read again first: a file changed on disk must neither run nor be kept. */
async function requireUnchanged(
	context: EngineContext,
	{ target: { lock, program }, ids }: { readonly target: BundleTarget; readonly ids: readonly InstanceId[] },
	{ signal }: CallOptions,
): Promise<void> {
	const packages = new Map(
		ids.flatMap((id) => (lock.packages[id] === undefined ? [] : [[lock.packages[id].integrity, lock.packages[id]]])),
	);
	await runConcurrently([...packages.values()], CONCURRENT_ENTRIES, async (locked) => {
		const [finding] = (await context.home.store.verifyEntry(locked.integrity, { signal })).findings;
		if (finding !== undefined) {
			throw new EngineError('verification-failed', `${idOf(locked)} is not as it was installed: ${finding.text}`, {
				hint: (await isInstalled(context, locked, program))
					? 'Fetch it again: plugward verify --repair'
					: 'Remove it, so that it is fetched again: plugward cache clean',
			});
		}
	});
}

/** Equal keys mean equal code: every byte that goes in is named by its sha512, and the way it is bundled by its format. */
export function bundleKey(target: BundleTarget): string {
	const { lock, instance } = target;
	const closure = closureOf(lock, instance).map((id) => [id, lock.packages[id]?.integrity, lock.packages[id]?.dependencies]);
	const parts = [BUNDLE_FORMAT, targetOf(target), mainOf(target), instance, closure];
	return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

function mainOf({ manifest, program }: BundleTarget): string | null {
	return program === undefined ? (manifest?.main ?? null) : `./${program.replace(/^\.\//, '')}`;
}

function targetOf({ manifest, program }: BundleTarget): BundleRequest['target'] {
	if (program !== undefined) {
		return 'tool';
	}

	return manifest === null ? 'plain' : manifest.runtime === 'native' ? 'native' : 'plugin';
}

function bundleInstances(context: EngineContext, { lock, instance }: BundleTarget): ReadonlyMap<InstanceId, BundleInstance> {
	const instances = new Map<InstanceId, BundleInstance>();
	for (const id of closureOf(lock, instance)) {
		const locked = lock.packages[id];
		if (locked === undefined) {
			throw new EngineError('home-damaged', `The lock names ${id}, but does not list it.`, {
				hint: 'Go back to a whole state: plugward rollback',
			});
		}

		if (locked.optional && !fitsPlatform(locked, context.platform)) {
			continue;
		}

		const edges = Object.entries(locked.dependencies);
		const present = edges.filter(([, to]) => isHere(context, lock, to));
		const left = edges.filter(([, to]) => !isHere(context, lock, to)).map(([name]) => name);
		instances.set(id, {
			name: locked.name,
			version: locked.version,
			treePath: context.home.store.treePath(locked.integrity),
			dependencies: Object.fromEntries(present),
			droppedOptional: [...Object.keys(locked.dropped), ...left],
		});
	}

	return instances;
}

function isHere(context: EngineContext, lock: Lock, id: InstanceId): boolean {
	const locked = lock.packages[id];
	return locked !== undefined && (!locked.optional || fitsPlatform(locked, context.platform));
}
