import { EngineError } from '../engine/errors.ts';
import { stripToLine } from '../engine/strip-controls.ts';
import type { Binding, Place } from './binding.ts';

/**
 * Keys of the user's own, as settings.json has them: under `command` or `place.command` the names of keys, with spaces between. They take
 * the place of the usual keys of that command.
 */
export type OwnKeys = Readonly<Record<string, string>>;

export const NO_OWN_KEYS: OwnKeys = {};

/** Here a key that is a character is typed. */
const TYPING: ReadonlySet<Place> = new Set(['editing', 'form', 'palette']);
/** Their keys work on every screen. */
const COMMON: ReadonlySet<Place> = new Set(['moving', 'everywhere', 'always']);

/** `installed.update`: how settings name what a key does in one place. */
export function bindingName({ place, command }: Pick<Binding, 'place' | 'command'>): string {
	return `${place}.${command}`;
}

/** The table with the user's keys in it. Throws `settings-invalid` as {@link checkOwnKeys} does. */
export function withOwnKeys(bindings: readonly Binding[], own: OwnKeys): readonly Binding[] {
	checkOwnKeys(bindings, own);
	return laidOver(bindings, own);
}

/**
 * Throws `settings-invalid` for a command that is none, a key that is none, and a key that would mean two things in one place; then the
 * sentence names both commands and the key.
 */
export function checkOwnKeys(bindings: readonly Binding[], own: OwnKeys): void {
	for (const [name, text] of Object.entries(own)) {
		checkName(bindings, name);
		for (const key of keysOf(text)) {
			checkKey({ name, key }, bindings);
		}

		if (keysOf(text).length === 0) {
			throw wrong(`The setting "keys.${stripToLine(name)}" names no key.`);
		}
	}

	checkConflicts(bindings, laidOver(bindings, own));
}

function laidOver(bindings: readonly Binding[], own: OwnKeys): readonly Binding[] {
	return bindings.map((binding) => {
		// What is said of one place wins over what is said of all.
		const text = own[bindingName(binding)] ?? own[binding.command];
		return text === undefined ? binding : { ...binding, keys: keysOf(text) };
	});
}

function keysOf(text: string): readonly string[] {
	return [...new Set(text.split(/\s+/u).filter((key) => key !== ''))];
}

function checkName(bindings: readonly Binding[], name: string): void {
	if (!bindings.some((binding) => isMeant(binding, name))) {
		throw wrong(`"${stripToLine(name)}" is no command of the app that a key could do.`);
	}

	if (name === 'interrupt' || name === 'always.interrupt') {
		throw wrong('Ctrl-C always cancels; no other key takes its place.');
	}
}

function checkKey({ name, key }: { readonly name: string; readonly key: string }, bindings: readonly Binding[]): void {
	if (!isKeyName(key)) {
		throw wrong(
			`"${stripToLine(key)}" is no key for "${stripToLine(name)}": expected a character, ctrl-a to ctrl-z, alt-a to alt-z, or a name like return, tab, up, pagedown.`,
		);
	}

	const typing = bindings.find((binding) => isMeant(binding, name) && TYPING.has(binding.place));
	if (typing !== undefined && (Array.from(key).length === 1 || key === 'space')) {
		throw wrong(`"${stripToLine(key)}" cannot be "${typing.help}" (${bindingName(typing)}): it is typed there.`);
	}
}

function isMeant(binding: Binding, name: string): boolean {
	return name === binding.command || name === bindingName(binding);
}

function checkConflicts(usual: readonly Binding[], now: readonly Binding[]): void {
	for (const [index, one] of now.entries()) {
		// Where nearer places hide keys of all screens by design, that is no news.
		const changed = one.keys.filter((key) => usual[index]?.keys.includes(key) !== true);
		for (const key of changed) {
			const other = now.find(
				(candidate) => candidate !== one && candidate.command !== one.command && candidate.keys.includes(key) && meet(one, candidate),
			);
			if (other !== undefined) {
				throw wrong(
					`The key "${stripToLine(key)}" cannot be both "${one.help}" (${bindingName(one)}) and "${other.help}" (${bindingName(other)}).`,
					`Give one of them another key: plugward settings set keys.${bindingName(other)} KEY`,
				);
			}
		}
	}
}

function meet(one: Binding, other: Binding): boolean {
	const [a, b] = [one.place, other.place];
	if (a === b || a === 'always' || b === 'always') {
		return true;
	}

	return (COMMON.has(a) && !TYPING.has(b)) || (COMMON.has(b) && !TYPING.has(a));
}

function wrong(message: string, hint = 'See every command with its keys: plugward settings keys'): EngineError {
	return new EngineError('settings-invalid', message, { hint });
}

function isKeyName(key: string): boolean {
	return /^(?:[^\s\p{C}\p{M}]|ctrl-[a-z]|alt-[a-z]|shift-tab|return|escape|space|tab|backspace|delete|up|down|left|right|pageup|pagedown|home|end)$/u.test(
		key,
	);
}
