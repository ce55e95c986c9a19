import type { Engine } from '../../engine.ts';
import type { CallOptions } from '../../events.ts';
import type { EngineContext } from '../engine-context.ts';

type Guard = <T>(call: CallOptions, work: () => Promise<T>) => Promise<T>;

/** Running tasks, once, as tests and again after each change. */
export function runningCalls(context: EngineContext, guard: Guard): Pick<Engine, 'runTask' | 'testPlugin' | 'develop'> {
	const load = () => import('../changing.ts');
	return {
		runTask: (request, call) => guard(call, async () => (await load()).runTask(context, request, call)),
		testPlugin: (request, call) => guard(call, async () => (await load()).testPlugin(context, request, call)),
		develop: (request, call) => guard(call, async () => (await load()).develop(context, request, call)),
	};
}
