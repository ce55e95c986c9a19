import type { Engine } from '../../engine.ts';
import type { CallOptions } from '../../events.ts';
import type { EngineContext } from '../engine-context.ts';

type Guard = <T>(call: CallOptions, work: () => Promise<T>) => Promise<T>;

/** What an author of plugins asks of the engine. */
export function developerCalls(context: EngineContext, guard: Guard): Pick<Engine, 'testPlugin' | 'develop'> {
	const load = () => import('../changing.ts');
	return {
		testPlugin: (request, call) => guard(call, async () => (await load()).testPlugin(context, request, call)),
		develop: (request, call) => guard(call, async () => (await load()).develop(context, request, call)),
	};
}
