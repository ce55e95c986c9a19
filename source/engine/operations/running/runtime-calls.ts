import type { RuntimeCalls } from '../../runtime.ts';
import type { EngineContext } from '../engine-context.ts';
import type { Guard } from '../people-and-policy/trust-calls.ts';

/** The door to the plugins that stay. */
export function runtimeCalls(context: EngineContext, guard: Guard): RuntimeCalls {
	const { runtime } = context;
	return {
		prepare: (call) => guard(call, async () => (await runtime.open()).prepare()),
		start: (request, call) => guard(call, async () => (await runtime.open()).start(request, call)),
		call: (request, call) => guard(call, async () => (await runtime.open()).call(request, call)),
		send: (request, call) => guard(call, async () => (await runtime.open()).send(request, call)),
		reload: (plugin, call) => guard(call, async () => (await runtime.open()).reload(plugin, call)),
		stop: (request, call) => guard(call, async () => (await runtime.open()).stop(request)),
		setLimits: (request, call) => guard(call, async () => (await runtime.open()).setLimits(request)),
		revoke: (request, call) => guard(call, async () => (await runtime.open()).revoke(request)),
		list: () => runtime.changes.list(),
		logs: (query) => runtime.changes.lines(query),
		quarantined: (call) => guard(call, () => context.home.quarantine()),
		release: (plugin, call) =>
			guard(call, async () => {
				const released = await (await import('./quarantine.ts')).releaseQuarantined(context, plugin, call);
				await runtime.release(plugin);
				await (await import('../cores/steer-cores.ts')).releaseInCores(context, plugin, call);
				return released;
			}),
	};
}
