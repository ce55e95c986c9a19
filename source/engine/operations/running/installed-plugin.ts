import { EngineError } from '../../errors.ts';
import type { CallOptions } from '../../events.ts';
import type { Level, Verdict } from '../../evidence.ts';
import type { Generation, Revocation } from '../../home/index.ts';
import type { InstanceId } from '../../lock.ts';
import { parsePluginManifest } from '../../parse-manifest.ts';
import { packageFiles } from '../tools/tool-files.ts';
import { judgeClosure } from '../../trust/index.ts';
import { effectiveGrants, permissionsOf } from '../apply/effective-grants.ts';
import type { EngineContext } from '../engine-context.ts';
import { judgeInstalled } from '../artefacts/judge-installed.ts';
import { closureOf, idOfInstance } from '../locks/lock-queries.ts';
import { bundleOf } from './plugin-bundle.ts';
import { notInstalled } from '../apply/require-installed.ts';
import { findRevokedVersion } from '../apply/revoked-version.ts';
import type { Runnable } from './run-task.ts';

/** Makes an installed plugin of the current generation ready to run. Throws `not-installed`, `policy-refused` for a revoked version. */
export async function openInstalledPlugin(context: EngineContext, name: string, options: CallOptions): Promise<Runnable> {
	const generation = await context.home.current();
	const instance = generation.lock.roots[name]?.instance;
	const locked = instance === undefined ? undefined : generation.lock.packages[instance];
	if (instance === undefined || locked === undefined) {
		throw notInstalled(generation, name);
	}

	if (generation.settings.disabled.includes(name)) {
		throw new EngineError('policy-refused', `${name} is disabled in generation ${generation.number}.`, {
			hint: `Enable it: plugward enable ${name}`,
		});
	}

	const revocations = await context.home.revocations();
	refuseRevoked(generation, instance, revocations);
	const manifest = parsePluginManifest(await context.home.store.readPackageJson(locked.integrity));
	const bundle = await bundleOf(context, { lock: generation.lock, instance, manifest }, options);
	const grants = effectiveGrants(generation, { plugin: locked.name, version: locked.version, now: context.clock(), revocations });
	return {
		name: locked.name,
		version: locked.version,
		level: await effectiveLevelOf(context, generation, instance),
		manifest,
		code: bundle.code,
		map: bundle.map,
		files: packageFiles(context, { lock: generation.lock, mounts: bundle.mounts }),
		powers: bundle.powers,
		grants: permissionsOf(grants),
		folder: null,
	};
}

type Judged = { readonly id: string; readonly verdict: Verdict };

/** Verdicts by instance, for a caller that asks about several plugins: what they share is judged once. */
export type JudgedInstances = Map<InstanceId, Promise<Judged | null>>;

/** The lowest level of a plugin and everything it reaches, from evidence in the store. */
export async function effectiveLevelOf(
	context: EngineContext,
	{ lock, settings }: Generation,
	instance: InstanceId,
	judged: JudgedInstances = new Map(),
): Promise<Level> {
	const standings = await context.standings();
	const judgeOne = async (id: InstanceId): Promise<Judged | null> => {
		const locked = lock.packages[id];
		const receipt = locked === undefined ? null : await context.home.store.receipt(locked.integrity);
		return locked === undefined || receipt === null
			? null
			: {
					id: idOfInstance(lock, id),
					verdict: judgeInstalled(context, { locked, receipt, manifest: null, standings, acceptances: settings.acceptances }),
				};
	};
	const members = await Promise.all(closureOf(lock, instance).map((id) => judged.getOrInsertComputed(id, judgeOne)));
	const [plugin, ...dependencies] = members.filter((one) => one !== null);
	return plugin === undefined ? 'unknown' : judgeClosure(plugin, dependencies).level;
}

function refuseRevoked({ lock }: Generation, instance: InstanceId, revocations: readonly Revocation[]): void {
	const reached = closureOf(lock, instance).flatMap((id) => lock.packages[id] ?? []);
	const revoked = findRevokedVersion(reached, revocations);
	if (revoked !== null) {
		throw new EngineError('policy-refused', `${revoked.name}@${revoked.version} was revoked and no longer runs.`, {
			hint: 'Update the plugin, or go back: plugward rollback',
		});
	}
}
