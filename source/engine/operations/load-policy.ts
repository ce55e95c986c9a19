import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import type { EngineOptions } from '../engine.ts';
import { EngineError } from '../errors.ts';
import { DEFAULT_POLICY, parseTrustPolicy, type TrustPolicy } from '../trust/index.ts';

const FILE = 'trust-policy.json';

/** Where the user's policy lies: inside a home named by `--home`, else beside the settings. */
export function policyPath({ home, environment }: Pick<EngineOptions, 'home' | 'environment'>): string {
	return home === null ? join(settingsFolder(environment), FILE) : join(home, FILE);
}

/** Folder of the user's settings. An empty or relative `XDG_CONFIG_HOME` counts as unset, else the folder one stands in could bring a policy along. */
export function settingsFolder(environment: EngineOptions['environment']): string {
	const config = environment['XDG_CONFIG_HOME'] ?? '';
	return join(isAbsolute(config) ? config : join(homedir(), '.config'), 'plugward');
}

/** The user's trust policy, or the default when there is no file. Throws `settings-invalid`: a policy that cannot be read must not be ignored. */
export async function loadPolicy(options: Pick<EngineOptions, 'home' | 'environment'>): Promise<TrustPolicy> {
	const path = policyPath(options);
	let text: string;
	try {
		text = await readFile(path, 'utf8');
	} catch (error) {
		if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
			return DEFAULT_POLICY;
		}

		throw new EngineError('settings-invalid', `The trust policy ${FILE} cannot be read.`, { hint: 'Check its permissions.', cause: error });
	}

	try {
		return parseTrustPolicy(JSON.parse(text));
	} catch (error) {
		if (error instanceof SyntaxError) {
			throw new EngineError('settings-invalid', `The trust policy ${FILE} is not JSON.`, { hint: 'Correct the file.', cause: error });
		}

		throw error;
	}
}
