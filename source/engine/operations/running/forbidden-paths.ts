import { homedir } from 'node:os';
import { dirname, isAbsolute, join, resolve as resolvePath } from 'node:path';
import { compiledCodeFolder } from '../../compiled-code.ts';
import type { EngineContext } from '../engine-context.ts';
import { settingsFolder } from '../load-policy.ts';

/** What no grant opens: the home and its store, the settings, credentials of npm, plugward's own compiled code, and the runtime folder. */
export function forbiddenPaths({ home, options }: EngineContext): readonly string[] {
	const { environment } = options;
	const runtime = environment['XDG_RUNTIME_DIR'];
	const npmrc = environment['NPM_CONFIG_USERCONFIG'] ?? environment['npm_config_userconfig'];
	return [
		home.path,
		home.layout.store,
		settingsFolder(environment),
		dirname(compiledCodeFolder(environment)),
		join(homedir(), '.npmrc'),
		join(options.cwd, '.npmrc'),
		...(npmrc === undefined ? [] : [resolvePath(npmrc)]),
		...(runtime !== undefined && isAbsolute(runtime) ? [join(runtime, 'plugward')] : []),
	];
}
