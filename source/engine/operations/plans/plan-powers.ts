import { EngineError } from '../../errors.ts';
import type { CallOptions } from '../../events.ts';
import type { Generation } from '../../home/index.ts';
import type { Level } from '../../evidence.ts';
import type { Lock } from '../../lock.ts';
import { parsePluginManifest } from '../../parse-manifest.ts';
import type { Plan, PlannedPowers } from '../../plan.ts';
import type { EngineContext } from '../engine-context.ts';
import { missingPowers, refuseMissingPowers, sentenceOf, type PowersOf } from '../running/host-powers.ts';
import { effectiveLevelOf } from '../running/effective-level.ts';
import { nativeRefusal, requireRuntimeAllowed } from '../running/native-runtime.ts';
import { bundleOf } from '../running/plugin-bundle.ts';

type Locks = { readonly base: Generation; readonly lock: Lock };

/**
 * What the code of each plugin that would be new needs of the machine. It is bundled for that, which applying would do as well; a plugin
 * that cannot be bundled is refused there.
 */
export async function plannedPowers(context: EngineContext, locks: Locks, options: CallOptions): Promise<readonly PlannedPowers[]> {
	const planned: PlannedPowers[] = [];
	for (const plugin of await newPlugins(context, locks)) {
		const code = await powersOf(context, { lock: locks.lock, ...plugin }, options).catch((error: unknown) => {
			if (error instanceof EngineError && (error.code === 'bundle-failed' || error.code === 'bundle-escape')) {
				return null;
			}

			throw error;
		});
		if (code !== null && code.powers.length > 0) {
			planned.push({ plugin: code.name, version: code.version, isRefused: missingPowers(code).length > 0, uses: code.powers });
		}
	}

	return planned;
}

/** One warning for each plugin that will be refused, one remark for each that may find something missing. */
export function powerNotices(planned: readonly PlannedPowers[]): Plan['notices'] {
	return planned.map(({ plugin, version, isRefused, uses }) => {
		const shown = isRefused ? uses.filter(({ isRequired }) => isRequired) : uses;
		const id = `${plugin}@${version}`;
		return isRefused
			? { severity: 'warning', text: `${id} cannot run in the sandbox and will not be installed: ${sentenceOf(shown)}` }
			: { severity: 'info', text: `${id} has to do without some of what it imports, and can: ${sentenceOf(shown)}` };
	});
}

/** Throws `host-power-needed` for a plugin that would be new and cannot run, and `policy-refused` for one that may not as it wants to. */
export async function refuseUnrunnable(context: EngineContext, locks: Locks, options: CallOptions): Promise<void> {
	for (const plugin of await newPlugins(context, locks)) {
		requireRuntimeAllowed({ ...plugin, level: await levelOf(context, locks, plugin) });
		refuseMissingPowers(await powersOf(context, { lock: locks.lock, ...plugin }, options));
	}
}

/** One notice for each new plugin that wants to run outside of the isolate: that it will, or that it may not. */
export async function nativeNotices(context: EngineContext, locks: Locks): Promise<Plan['notices']> {
	const notices: Plan['notices'][number][] = [];
	for (const plugin of (await newPlugins(context, locks)).filter(({ manifest }) => manifest?.runtime === 'native')) {
		const level = await levelOf(context, locks, plugin);
		const text =
			level === 'core'
				? `${plugin.name}@${plugin.version} runs outside of the isolate: a process of node, which opens the files it is granted by itself.`
				: nativeRefusal({ ...plugin, level });
		notices.push({ severity: 'warning', text });
	}

	return notices;
}

async function levelOf(context: EngineContext, { base, lock }: Locks, { instance }: NewPlugin): Promise<Level> {
	return effectiveLevelOf(context, { ...base, lock }, instance);
}

type NewPlugin = Pick<PowersOf, 'name' | 'version' | 'manifest'> & { readonly instance: string };

/** Those whose bytes were not in the generation before; what runs there already is told when it runs. */
async function newPlugins({ home }: EngineContext, { base: { lock: base }, lock }: Locks): Promise<readonly NewPlugin[]> {
	const before = new Set(Object.values(base.roots).map(({ instance }) => base.packages[instance]?.integrity));
	const found: NewPlugin[] = [];
	for (const { instance } of Object.values(lock.roots)) {
		const locked = lock.packages[instance];
		if (locked !== undefined && !before.has(locked.integrity) && (await home.store.receipt(locked.integrity)) !== null) {
			const manifest = parsePluginManifest(await home.store.readPackageJson(locked.integrity));
			found.push(...(manifest === null ? [] : [{ name: locked.name, version: locked.version, manifest, instance }]));
		}
	}

	return found;
}

async function powersOf(
	context: EngineContext,
	{ lock, instance, manifest, name, version }: NewPlugin & { readonly lock: Lock },
	options: CallOptions,
): Promise<PowersOf> {
	const { powers } = await bundleOf(context, { lock, instance, manifest }, options);
	return { name, version, manifest, powers };
}
