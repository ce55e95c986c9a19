import { encodeUtf8 } from '../encoding.ts';
import { format, inspect } from '../inspect.ts';
import { guestConsole } from '../console.ts';
import { writeOutput } from './standard-output.ts';
import { tableText } from './table-text.ts';

let indentation = '';

function print(descriptor: 1 | 2, text: string): void {
	const indented = indentation === '' ? text : indentation + text.replaceAll('\n', `\n${indentation}`);
	writeOutput(descriptor, encodeUtf8(`${indented}\n`));
}

/** `console` of a tool writes to its streams, as node's does; the object stays the one that was there from the start. */
export function useToolConsole(): void {
	const counts = new Map<string, number>();
	const out = (...values: unknown[]): void => print(1, format(...values));
	const err = (...values: unknown[]): void => print(2, format(...values));
	const group = (...values: unknown[]): void => {
		if (values.length > 0) {
			out(...values);
		}

		indentation += '  ';
	};
	Object.assign(guestConsole, {
		log: out,
		info: out,
		debug: out,
		warn: err,
		error: err,
		trace: (...values: unknown[]) => err(`Trace: ${format(...values)}`),
		dir: (value: unknown, options?: object) => print(1, inspect(value, { ...options })),
		dirxml: out,
		table: (value: unknown) => print(1, tableText(value) ?? inspect(value)),
		group,
		groupCollapsed: group,
		groupEnd: () => {
			indentation = indentation.slice(2);
		},
		assert: (condition: unknown, ...values: unknown[]) => {
			if (!condition) {
				err(`Assertion failed${values.length === 0 ? '' : `: ${format(...values)}`}`);
			}
		},
		count: (label = 'default') => {
			const count = (counts.get(label) ?? 0) + 1;
			counts.set(label, count);
			out(`${label}: ${count}`);
		},
		countReset: (label = 'default') => void counts.delete(label),
	});
}
