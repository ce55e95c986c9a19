import type { LogLine } from './host-messages.ts';
import type { RunPluginRequest } from './run-request.ts';

const MAXIMUM_LOG_CHARACTERS = 4 * 1024 * 1024;

/** Passes on what a plugin writes, up to a bound, and then says once that the rest is dropped. */
export function createLogSink(onOutput: RunPluginRequest['onOutput']): (line: LogLine) => void {
	let left = MAXIMUM_LOG_CHARACTERS;
	return ({ stream, text }) => {
		if (left <= 0) {
			return;
		}

		left -= text.length + 1;
		onOutput(stream, text);
		if (left <= 0) {
			onOutput('warn', `[the plugin has written more than ${MAXIMUM_LOG_CHARACTERS} characters; the rest of its output is dropped]`);
		}
	};
}
