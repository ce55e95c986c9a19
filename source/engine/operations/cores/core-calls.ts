import type { CoreCalls } from '../../runtime.ts';
import type { EngineContext } from '../engine-context.ts';
import type { Guard } from '../people-and-policy/trust-calls.ts';

/** The door to all processes that keep plugins running in this home. */
export function coreCalls(context: EngineContext, guard: Guard): CoreCalls {
	return {
		list: (call) => guard(call, async () => (await load()).listCores(context, call)),
		logs: (query, call) => guard(call, async () => (await load()).coreLogs(context, query, call)),
		follow: (query, call) => guard(call, async () => (await load()).followCores(context, query, call)),
		start: (request, call) => guard(call, async () => (await load()).startInCore(context, request, call)),
		reload: (request, call) => guard(call, async () => (await load()).reloadInCore(context, request, call)),
		stop: (request, call) => guard(call, async () => (await load()).stopInCore(context, request, call)),
		setLimits: (request, call) => guard(call, async () => (await load()).setLimitsInCore(context, request, call)),
		revoke: (request, call) => guard(call, async () => (await load()).revokeInCores(context, request, call)),
		release: (plugin, call) => guard(call, async () => (await load()).releaseInCores(context, plugin, call)),
	};
}

const load = () => import('./steer-cores.ts');
