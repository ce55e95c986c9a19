import { BINDINGS, bindingsOf } from './key-bindings.ts';
import { bindingName } from './keys/own-keys.ts';
import type { OwnKeys } from './keys/own-keys.ts';
import type { Setting } from './setting-entries.ts';

/** Throws `settings-invalid` when these are no keys of commands, or one would mean two things. */
export function requireOwnKeys(own: OwnKeys): OwnKeys {
	bindingsOf(own);
	return own;
}

/** What the user set, each under the name it was set by. */
export function setKeys(own: OwnKeys): readonly Setting[] {
	return Object.keys(own).map((name) => keySetting(name, own));
}

/** `name` is a command, or a place and a command. */
export function keySetting(name: string, own: OwnKeys): Setting {
	const usual = BINDINGS.find((binding) => bindingName(binding) === name) ?? BINDINGS.find(({ command }) => command === name);
	const keys = usual?.keys.join(' ') ?? '';
	return entry(name, { help: usual?.help ?? '', usual: keys, value: own[name] ?? keys, isSet: Object.hasOwn(own, name) });
}

/** What each key of the app does, under the name by which it gets another one. */
export function allKeys(own: OwnKeys): readonly Setting[] {
	const now = bindingsOf(own);
	return BINDINGS.map((usual, index) =>
		entry(bindingName(usual), {
			help: usual.help,
			usual: usual.keys.join(' '),
			value: (now[index] ?? usual).keys.join(' '),
			isSet: now[index] !== usual,
		}),
	);
}

function entry(
	name: string,
	told: { readonly help: string; readonly usual: string; readonly value: string; readonly isSet: boolean },
): Setting {
	return { key: `keys.${name}`, kind: 'text', choices: [], value: told.value, default: told.usual, isSet: told.isSet, help: told.help };
}
