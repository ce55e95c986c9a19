import { done, failed, type CapabilityOutcome } from './capability.ts';
import type { Keeping } from './keeping.ts';

const MAXIMUM_KEY_CHARACTERS = 200;

/** Where a plugin's values lie; given by whoever runs it. */
export type StoragePlace = {
	readonly entries: () => Promise<readonly { readonly key: string; readonly bytes: number }[]>;
	readonly get: (key: string) => Promise<string | null>;
	readonly set: (key: string, value: string) => Promise<void>;
	readonly delete: (key: string) => Promise<void>;
};

export type StorageBroker = {
	readonly perform: (operation: string, args: Readonly<Record<string, unknown>>) => Promise<CapabilityOutcome>;
};

/**
 * `storage.get`, `set`, `delete`, `keys`: a plugin's own values, which no other plugin can reach. It needs no permission, since it leads
 * nowhere; it is bounded in bytes and keys instead. Changes are made one after the other, so that the bound holds.
 */
export function createStorageBroker(storage: StoragePlace | null, keeping: Keeping): StorageBroker {
	const set = async (place: StoragePlace, key: string, value: string): Promise<CapabilityOutcome> => {
		const bytes = Buffer.byteLength(key) + Buffer.byteLength(value);
		const refused = await keeping.refuseValue(key, bytes);
		if (refused !== null) {
			return refused;
		}

		await place.set(key, value);
		(await keeping.values()).set(key, bytes);
		return done(null);
	};

	return {
		perform: async (operation, { key, value }) => {
			if (storage === null) {
				return failed('ERR_NO_STORAGE', 'There is nowhere to keep anything in this run.');
			}

			if (operation === 'storage.keys') {
				return keeping.inTurn(async () => done((await storage.entries()).map((entry) => entry.key)));
			}

			if (typeof key !== 'string' || key === '' || key.length > MAXIMUM_KEY_CHARACTERS || !key.isWellFormed()) {
				return failed('ERR_INVALID_ARGUMENT', `A key is a text of 1 to ${MAXIMUM_KEY_CHARACTERS} characters.`);
			}

			switch (operation) {
				case 'storage.get':
					return keeping.inTurn(async () => done(await storage.get(key)));
				case 'storage.delete':
					return keeping.inTurn(async () => {
						await storage.delete(key);
						(await keeping.values()).delete(key);
						return done(null);
					});
				case 'storage.set':
					return typeof value === 'string'
						? keeping.inTurn(() => set(storage, key, value))
						: failed('ERR_INVALID_ARGUMENT', 'A value is JSON.');
				default:
					return failed('ERR_UNKNOWN_OPERATION', 'The storage has get, set, delete and keys.');
			}
		},
	};
}
