import type { CallOptions } from '../../events.ts';
import { DEFAULT_LIMITS } from '../../manifest.ts';
import { type Permission, permissionId } from '../../permission.ts';
import type { PluginSetup } from '../../sandbox/index.ts';
import { stripToLine } from '../../strip-controls.ts';
import { ceilingAllows } from '../apply/effective-grants.ts';
import type { EngineContext } from '../engine-context.ts';
import { isFolderTarget, openFolderPlugin } from './folder-plugin.ts';
import { forbiddenPaths } from './forbidden-paths.ts';
import { refuseMissingPowers } from './host-powers.ts';
import { openInstalledPlugin } from './installed-plugin.ts';
import type { RuntimeChanges } from './runtime-changes.ts';

export type StartRequest = {
	readonly target: string;
	readonly allow: readonly Permission[];
	/** Grants that were taken away while it ran. */
	readonly refused?: readonly Permission[];
};

/** What a plugin that stays runs under: its code as it is now, and what is effective of its grants. Grants for this run go on record. */
export async function openSetup(
	context: EngineContext,
	{ target, allow, refused = [] }: StartRequest,
	{ changes, ...call }: CallOptions & { readonly changes: RuntimeChanges },
): Promise<PluginSetup> {
	const { home, options, policy, clock } = context;
	const runnable = isFolderTarget(target)
		? await openFolderPlugin(context, target, call)
		: await openInstalledPlugin(context, target, call);
	const { name: plugin, version, level, manifest } = runnable;
	refuseMissingPowers(runnable);
	const isRefused = new Set(refused.map(permissionId));
	const allowed = (permission: Permission): boolean =>
		ceilingAllows(policy, { level, permission }) && !isRefused.has(permissionId(permission));
	const forThisRun = allow.filter(allowed);
	for (const permission of forThisRun) {
		const granted = { event: 'permission-granted', plugin, version, permission: stripToLine(permissionId(permission)), scope: 'run' };
		await home.appendAudit({ ts: clock().toISOString(), ...granted });
	}

	return {
		plugin,
		version,
		level,
		code: runnable.code,
		map: runnable.map,
		files: runnable.files,
		kind: manifest === null ? 'plain' : 'plugin',
		manifest,
		grants: [...runnable.grants.filter(allowed), ...forThisRun],
		requested: manifest?.permissions ?? [],
		limits: manifest?.limits ?? DEFAULT_LIMITS,
		roots: { project: options.cwd, data: null },
		forbiddenPaths: forbiddenPaths(context),
		environment: options.environment,
		audit: (event) => home.appendAuditSync({ ts: clock().toISOString(), ...event }),
		onOutput: (stream, text) => changes.addLine({ at: clock().toISOString(), plugin, stream, text }),
	};
}
