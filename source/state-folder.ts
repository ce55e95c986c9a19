import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/** Where the user's system keeps what programs know of earlier starts; a relative `XDG_STATE_HOME` counts as none. */
export function stateFolder(environment: Readonly<Record<string, string | undefined>>): string {
	const state = environment['XDG_STATE_HOME'] ?? '';
	return join(isAbsolute(state) ? state : join(environment['HOME'] || homedir(), '.local', 'state'), 'plugward');
}
