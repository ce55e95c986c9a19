import type { GenerationSummary } from '../../installed-state.ts';
import type { CallOptions } from '../../events.ts';
import type { EngineContext } from '../engine-context.ts';
import { currentOrLost } from '../generations/lost-current.ts';

/** All generations of the profile, newest first. None is current when that is damaged, which is told: one looks here for a way back. */
export async function history({ home }: EngineContext, { onEvent }: CallOptions): Promise<readonly GenerationSummary[]> {
	const [{ generation: current, lost }, generations, kept] = await Promise.all([
		currentOrLost(home),
		home.outlines(),
		home.keptGenerations(),
	]);
	if (lost !== null) {
		onEvent({ type: 'notice', severity: 'warning', code: lost.code, text: lost.message });
	}

	return generations
		.map(({ number, meta, pluginCount, packageCount }) => ({
			number,
			isCurrent: number === current.number,
			createdAt: meta.createdAt,
			command: meta.command,
			user: meta.user,
			isKept: kept.includes(number),
			changes: meta.changes,
			pluginCount,
			packageCount,
		}))
		.toReversed();
}
