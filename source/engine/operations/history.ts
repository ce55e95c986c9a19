import type { GenerationSummary } from '../engine.ts';
import type { EngineContext } from './engine-context.ts';
import { uniquePackages } from './lock-queries.ts';

/** All generations, newest first. */
export async function history({ home }: EngineContext): Promise<readonly GenerationSummary[]> {
	const [current, generations, kept] = await Promise.all([home.current(), home.generations(), home.keptGenerations()]);
	return generations
		.map(({ number, lock, meta }) => ({
			number,
			isCurrent: number === current.number,
			createdAt: meta.createdAt,
			command: meta.command,
			user: meta.user,
			isKept: kept.includes(number),
			changes: meta.changes,
			pluginCount: Object.keys(lock.roots).length,
			packageCount: uniquePackages(lock).length,
		}))
		.toReversed();
}
