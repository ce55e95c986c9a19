import { EngineError } from '../../errors.ts';
import type { CallOptions } from '../../events.ts';
import type { Generation, Revocation } from '../../home/index.ts';
import type { InstanceId } from '../../lock.ts';
import { parsePluginManifest } from '../../parse-manifest.ts';
import { packageFiles } from '../tools/tool-files.ts';
import { effectiveGrants, permissionsOf } from '../apply/effective-grants.ts';
import type { EngineContext } from '../engine-context.ts';
import { closureOf } from '../locks/lock-queries.ts';
import { effectiveLevelOf } from './effective-level.ts';
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

function refuseRevoked({ lock }: Generation, instance: InstanceId, revocations: readonly Revocation[]): void {
	const reached = closureOf(lock, instance).flatMap((id) => lock.packages[id] ?? []);
	const revoked = findRevokedVersion(reached, revocations);
	if (revoked !== null) {
		throw new EngineError('policy-refused', `${revoked.name}@${revoked.version} was revoked and no longer runs.`, {
			hint: 'Update the plugin, or go back: plugward rollback',
		});
	}
}
