import { readFile } from 'node:fs/promises';
import { EngineError } from '../../errors.ts';
import { writePrivateFile } from '../../home/index.ts';
import { parseTrustPolicy, type PolicyKey, type TrustPolicy } from '../../trust/index.ts';
import type { EngineContext } from '../engine-context.ts';
import { policyPath } from '../load-policy.ts';

/**
 * Changes one key of the user's policy file, which is made when there is none, and makes the engine believe it. Other keys stay as they are
 * written. Throws `policy-refused` for a key that the organisation states, `settings-invalid` for a value that is none.
 */
export async function editPolicy<K extends PolicyKey>(
	context: EngineContext,
	key: K,
	change: (present: TrustPolicy[K]) => TrustPolicy[K],
): Promise<void> {
	if (context.policies.lockedBy[key] === 'organisation') {
		throw new EngineError('policy-refused', `The organisation's policy states ${key}, so yours cannot.`, {
			hint: 'See whose word each rule is: plugward policy check',
		});
	}

	const path = policyPath(context.options);
	const present = await readPolicy(path);
	const changed = { ...present, [key]: change(parseTrustPolicy(present)[key]) };
	parseTrustPolicy(changed);
	await writePrivateFile(path, `${JSON.stringify(changed, null, '\t')}\n`);
	await context.reloadPolicies();
}

async function readPolicy(path: string): Promise<object> {
	try {
		return JSON.parse(await readFile(path, 'utf8')) as object;
	} catch (error) {
		if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
			return { version: 1 };
		}

		throw new EngineError('settings-invalid', `Your policy ${path} cannot be read.`, { hint: 'Correct the file.', cause: error });
	}
}
