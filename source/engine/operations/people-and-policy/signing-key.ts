import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EngineError } from '../../errors.ts';
import { writePrivateFile } from '../../home/index.ts';
import { personIdOf } from '../../trust/index.ts';
import type { EngineContext } from '../engine-context.ts';
import { trustFolder } from '../load-policy.ts';

const FILE = 'signing-key.pem';

export type SigningKey = { readonly key: KeyObject; readonly id: string; readonly isNew: boolean };

/** The user's own Ed25519 key, made when there is none. Throws `settings-invalid` for a file that holds no such key. */
export async function ownSigningKey(context: EngineContext): Promise<SigningKey> {
	const found = await findSigningKey(context);
	if (found !== null) {
		return found;
	}

	const { privateKey } = generateKeyPairSync('ed25519');
	await writePrivateFile(pathOf(context), privateKey.export({ format: 'pem', type: 'pkcs8' }));
	return { key: privateKey, id: personIdOf(privateKey), isNew: true };
}

/** The user's own key, or null. Throws `settings-invalid`. */
export async function findSigningKey(context: EngineContext): Promise<SigningKey | null> {
	let pem: string;
	try {
		pem = await readFile(pathOf(context), 'utf8');
	} catch (error) {
		if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
			return null;
		}

		throw unusable(error);
	}

	try {
		const key = createPrivateKey(pem);
		return { key, id: personIdOf(key), isNew: false };
	} catch (error) {
		throw unusable(error);
	}
}

function pathOf({ options }: EngineContext): string {
	return join(trustFolder(options), FILE);
}

function unusable(cause: unknown): EngineError {
	return new EngineError('settings-invalid', `The file ${FILE} holds no ed25519 key that can be read.`, {
		hint: 'Put it back from a backup, or move it away to get a new key; others know you by the old one.',
		cause,
	});
}
