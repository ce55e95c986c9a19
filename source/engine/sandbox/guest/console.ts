import { FROM_GUEST } from '../guest-calls.ts';
import { sendJson } from './bridge.ts';
import { format, inspect } from './inspect.ts';

type Stream = 'log' | 'warn' | 'error';

const MAXIMUM_LINE = 16_384;
const counts = new Map<string, number>();
const startedAt = new Map<string, number>();

export function writeLine(stream: Stream, text: string): void {
	sendJson(FROM_GUEST.log, 0, { stream, text: text.length > MAXIMUM_LINE ? `${text.slice(0, MAXIMUM_LINE)} ...` : text });
}

function print(stream: Stream): (...values: unknown[]) => void {
	return (...values) => writeLine(stream, format(...values));
}

/** `console` for plugins: every line goes to the core, which strips and shows it. */
export const guestConsole = {
	log: print('log'),
	info: print('log'),
	debug: print('log'),
	warn: print('warn'),
	error: print('error'),
	trace: print('error'),
	dir: (value: unknown) => writeLine('log', inspect(value)),
	table: (value: unknown) => writeLine('log', inspect(value)),
	group: print('log'),
	groupCollapsed: print('log'),
	groupEnd: () => undefined,
	assert: (condition: unknown, ...values: unknown[]) => {
		if (!condition) {
			writeLine('error', `Assertion failed${values.length === 0 ? '' : `: ${format(...values)}`}`);
		}
	},
	count: (label = 'default') => {
		const count = (counts.get(label) ?? 0) + 1;
		counts.set(label, count);
		writeLine('log', `${label}: ${count}`);
	},
	countReset: (label = 'default') => void counts.delete(label),
	time: (label = 'default') => void startedAt.set(label, Date.now()),
	timeEnd: (label = 'default') => {
		writeLine('log', `${label}: ${Date.now() - (startedAt.get(label) ?? Date.now())} ms`);
		startedAt.delete(label);
	},
	timeLog: (label = 'default') => writeLine('log', `${label}: ${Date.now() - (startedAt.get(label) ?? Date.now())} ms`),
};
