import type { EngineContext } from '../engine-context.ts';
import type { logLines } from './log-lines.ts';

/** The log of this home, for `logLines`; a home in which nothing happened yet has none. */
export function logOfHome({ home: { layout } }: EngineContext, signal: AbortSignal): Parameters<typeof logLines> {
	return [layout.audit, { signal, mayBeMissing: true, shown: `The file ${layout.relative(layout.audit)} of the home` }];
}
