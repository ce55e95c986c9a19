import { createCounter, DEFAULT_QUOTAS } from './broker/quotas.ts';
import type { LogLine } from './host-messages.ts';
import type { RunPluginRequest } from './run-request.ts';

type Sink = Pick<RunPluginRequest, 'onOutput' | 'quotas' | 'plugin' | 'version' | 'audit'> & { readonly pid: () => number };

/** Passes on what a plugin logs until a bound is reached; the first line beyond it is on record, and it and the rest are dropped. */
export function createLogSink({ onOutput, quotas, plugin, version, audit, pid }: Sink): (line: LogLine) => void {
	const { logLines, logCharacters } = { ...DEFAULT_QUOTAS, ...quotas };
	const lines = createCounter('log', { bound: logLines, unit: 'lines' });
	const characters = createCounter('log', { bound: logCharacters, unit: 'characters' });
	let isOver = false;
	return ({ stream, text }) => {
		if (isOver) {
			return;
		}

		const refused = lines.take(1) ?? characters.take(text.length + 1);
		if (refused === null) {
			onOutput(stream, text);
			return;
		}

		isOver = true;
		const { limit, bound, measured } = refused;
		audit({ event: 'limit-exceeded', plugin, version, pid: pid(), limit, bound, measured });
		onOutput('warn', `[${refused.text} The rest of its output is dropped.]`);
	};
}
