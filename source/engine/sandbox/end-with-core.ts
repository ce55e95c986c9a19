import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const SETPRIV = '/usr/bin/setpriv';
const WORDS = ['--pdeathsig', 'KILL', '--'];
let canSet: boolean | null = null;

type Command = { readonly program: string; readonly arguments: readonly string[] };

/**
 * The same command, which the kernel kills when the thread that starts it ends; null where that cannot be had. A host whose isolate is
 * entered in its only thread cannot see by itself that the core is gone while a plugin spins in it.
 */
export function endingWithCore({ program, arguments: words }: Command): Command | null {
	canSet ??= tryOut();
	return canSet ? { program: SETPRIV, arguments: [...WORDS, program, ...words] } : null;
}

/** Once, since older versions do not know the option. */
function tryOut(): boolean {
	return existsSync(SETPRIV) && spawnSync(SETPRIV, [...WORDS, SETPRIV, '--version'], { env: {}, cwd: '/', stdio: 'ignore' }).status === 0;
}
