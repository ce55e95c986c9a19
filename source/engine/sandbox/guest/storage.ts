/* oxlint-disable typescript/no-unnecessary-type-conversion, typescript/no-base-to-string -- callers are untyped JavaScript, so what the types promise is converted all the same. */
import { parseJson, toJson } from './bridge.ts';
import { requestCapability } from './capabilities.ts';

/** `context.storage`: values of JSON under a key, kept from run to run and from version to version. */
export const storage: Readonly<Record<string, unknown>> = {
	get: async (key: unknown) => {
		const text = await requestCapability('storage.get', { key: String(key) });
		return typeof text === 'string' ? parseJson(text) : null;
	},
	set: async (key: unknown, value: unknown) => {
		const text = toJson(value);
		if (text === undefined) {
			throw new TypeError(`A value that is kept must be JSON, not ${typeof value}.`);
		}

		await requestCapability('storage.set', { key: String(key), value: text });
	},
	delete: async (key: unknown) => {
		await requestCapability('storage.delete', { key: String(key) });
	},
	keys: () => requestCapability('storage.keys', {}),
};
