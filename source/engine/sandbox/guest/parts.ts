import { FROM_GUEST } from '../guest-calls.ts';
import { sendToHost } from './bridge.ts';

type PartName = 'node' | 'web' | 'subtle' | 'util' | 'wasm';
type Part = Readonly<Record<string, unknown>>;

// Captured before any plugin code runs.
// oxlint-disable-next-line no-eval -- it runs the prelude's own parts, in the isolate they belong to.
const evaluate = globalThis.eval;
const loaded = new Map<string, Part>();
let shared: Part = {};

/** The prelude's own modules by file name: parts are built to take them from here instead of having their own copies. */
export function provideShared(modules: Part): void {
	shared = modules;
}

/** A part of the prelude that costs nothing until it is touched. */
export function loadPart(name: PartName): Part {
	const known = loaded.get(name);
	if (known !== undefined) {
		return known;
	}

	const make = evaluate(sendToHost(FROM_GUEST.part, 0, name) ?? '') as (modules: Part) => Part;
	const part = make(shared);
	loaded.set(name, part);
	return part;
}

/** Names that load their part when they are first touched, and are plain values from then on. */
export function defineLazily(target: object, part: PartName, names: readonly string[]): void {
	for (const name of names) {
		Object.defineProperty(target, name, {
			get: () => {
				const value = loadPart(part)[name];
				keepName(name, value);
				define(target, name, value);
				return value;
			},
			set: (value: unknown) => {
				define(target, name, value);
			},
			configurable: true,
			enumerable: false,
		});
	}
}

/** The build gives classes that mention themselves other names. */
export function keepName(name: string, value: unknown): void {
	if (typeof value === 'function' && value.name.startsWith('_')) {
		Object.defineProperty(value, 'name', { value: name, configurable: true });
	}
}

function define(target: object, name: string, value: unknown): void {
	Object.defineProperty(target, name, { value, writable: true, configurable: true, enumerable: false });
}
