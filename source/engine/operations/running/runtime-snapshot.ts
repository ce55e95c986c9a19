import { permissionId } from '../../permission.ts';
import type { RuntimePlugin } from '../../runtime.ts';
import type { LivePlugin } from '../../sandbox/index.ts';

import { runtimeLabel } from './native-runtime.ts';

/** Everything that is told of a plugin that stays. */
export function snapshotOf(live: LivePlugin, started: { readonly target: string; readonly startedAt: string }): RuntimePlugin {
	const { setup, lifecycle, incarnation, figures, lastFailure } = live;
	const use = incarnation?.use ?? { cpuMilliseconds: 0, memoryBytes: 0, peakMemoryBytes: 0, heapBytes: null };
	return {
		plugin: setup.plugin,
		version: setup.version,
		level: setup.level,
		...started,
		phase: lifecycle.phase,
		isShared: live.isShared,
		...runtimeLabel(setup.manifest),
		pid: incarnation?.pid ?? null,
		tasks: live.tasks,
		cpuMilliseconds: use.cpuMilliseconds,
		memoryBytes: use.memoryBytes,
		peakMemoryBytes: use.peakMemoryBytes,
		heapBytes: use.heapBytes,
		limits: setup.limits,
		grants: setup.grants.map(permissionId),
		...figures,
		inFlight: lifecycle.inFlight,
		crashes: lifecycle.crashes.length,
		retryAt: lifecycle.retryAt === null ? null : new Date(lifecycle.retryAt).toISOString(),
		failure: lastFailure?.message ?? null,
	};
}
