/** What of node is too large or too rare for the prelude: loaded when an isolate first asks for one of these modules, or runs a tool. */
import { PROVIDED_MODULES } from '../../bundler/provided-modules.ts';
import { guestConsole } from '../console.ts';
import { guestProcess } from '../modules/process.ts';
import { WEB_STREAM_NAMES } from '../web-stream-names.ts';
import { asyncHooksModule } from './async-hooks.ts';
import { cryptoModule } from './crypto-module.ts';
import { fsModule, fsPromises } from './fs-module.ts';
import { importFile, makeRequire, moduleModule } from './module-loader.ts';
import { punycodeModule } from './punycode.ts';
import { readlineModule } from './readline-module.ts';
import { diagnosticsChannelModule, perfHooksModule, ttyModule, v8Module, workerThreadsModule } from './small-node-modules.ts';
import { streamConsumers, streamModule, streamPromises } from './stream-module.ts';
import { crashTool, endToolTurn, startTool } from './tool.ts';
import { vmModule } from './vm-module.ts';
import { zlibModule } from './zlib-module.ts';

const STREAMS = ['stdin', 'stdout', 'stderr'];
/** Modules by name; `others` are the prelude's. */
export function makeModules(others: (name: string) => unknown): Readonly<Record<string, unknown>> {
	const modules: Record<string, unknown> = {
		async_hooks: asyncHooksModule,
		console: guestConsole,
		constants: fsModule['constants'],
		crypto: cryptoModule,
		diagnostics_channel: diagnosticsChannelModule,
		fs: fsModule,
		'fs/promises': fsPromises,
		perf_hooks: perfHooksModule,
		punycode: punycodeModule,
		readline: readlineModule,
		'readline/promises': readlineModule['promises'],
		stream: streamModule,
		'stream/consumers': streamConsumers,
		'stream/promises': streamPromises,
		'stream/web': webStreams(),
		sys: others('util'),
		tty: ttyModule((descriptor) => Reflect.get(Object(Reflect.get(guestProcess, STREAMS[descriptor] ?? '')), 'isTTY') === true),
		v8: v8Module,
		vm: vmModule,
		worker_threads: workerThreadsModule,
		zlib: zlibModule,
	};
	const byName = (name: string): unknown => (Object.hasOwn(modules, name) ? modules[name] : others(name));
	modules['module'] = moduleModule(byName, PROVIDED_MODULES);
	return {
		...modules,
		// Not by name: a package may be called so.
		require: (from: string) => makeRequire(from, byName),
		import: (specifier: string, from: string) => importFile(specifier, from, byName),
	};
}

export const tool = { startTool, endToolTurn, crashTool };

/** The globals, as they are when somebody wants them: each would load the part they lie in. */
function webStreams(): object {
	const get = (name: string) => ({ get: (): unknown => Reflect.get(globalThis, name), enumerable: true });
	return Object.defineProperties({}, Object.fromEntries(WEB_STREAM_NAMES.map((name) => [name, get(name)])));
}
