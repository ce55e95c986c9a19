import { stat } from 'node:fs/promises';
import type { EngineContext } from '../engine-context.ts';
import { linesOf, type LogLine, logLines, openLog } from './log-lines.ts';

/**
 * The lines of this home's log through all of its files; a home in which nothing happened yet has none. The file that is written to is
 * opened first: another process may put it among the full ones meanwhile, and then it is still read once, at its end.
 */
export async function* linesOfHome({ home }: EngineContext, signal: AbortSignal): AsyncIterable<LogLine> {
	const { layout } = home;
	const shown = (path: string): string => `The file ${layout.relative(path)} of the home`;
	const current = await openLog(layout.audit, { mayBeMissing: true, shown: shown(layout.audit) });
	try {
		const inode = current === null ? null : (await current.stat()).ino;
		for (const path of home.auditSegments()) {
			if (inode === null || (await stat(path)).ino !== inode) {
				yield* logLines(path, { signal, mayBeMissing: false, shown: shown(path) });
			}
		}

		if (current !== null) {
			yield* linesOf(current, signal);
		}
	} finally {
		await current?.close();
	}
}
