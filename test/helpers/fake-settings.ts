import { EngineError } from '../../source/engine/errors.ts';
import { THEMES } from '../../source/display.ts';
import type { Setting, SettingsDoor } from '../../source/setting-entries.ts';

/** Settings in memory. */
export function fakeSettings(): SettingsDoor {
	const setting = (key: string, kind: Setting['kind'], value: string, choices: readonly string[] = []): Setting => ({
		key,
		kind,
		choices,
		value,
		default: value,
		isSet: false,
		help: `What ${key} does`,
	});
	let all: readonly Setting[] = [
		setting('registry', 'text', ''),
		setting('waitSeconds', 'number', '10'),
		setting('display.theme', 'choice', 'auto', THEMES),
		setting('display.ascii', 'yes-no', 'no', ['yes', 'no']),
	];
	return {
		list: async () => all,
		keys: async () => [],
		async change(key, text) {
			const found = all.find((one) => one.key === key);
			if (found === undefined || (found.kind === 'number' && text !== null && Number.isNaN(Number(text)))) {
				throw new EngineError('settings-invalid', `${key} is a number, not "${text ?? ''}".`);
			}

			const changed = { ...found, value: text ?? found.default, isSet: text !== null };
			all = all.map((one) => (one.key === key ? changed : one));
			return changed;
		},
	};
}
