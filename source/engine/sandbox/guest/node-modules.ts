import { isProvided, type ProvidedModule } from '../bundler/provided-modules.ts';
import { assertModule, strictAssertModule } from './modules/assert.ts';
import { bufferModule } from './modules/buffer.ts';
import { eventsModule } from './modules/events.ts';
import { pathModule } from './modules/path.ts';
import { guestProcess } from './modules/process.ts';
import { osModule, querystringModule, stringDecoderModule, timersPromisesModule } from './modules/small-modules.ts';
import { testModule } from './modules/test.ts';
import { urlModule } from './modules/url-module.ts';
import { typesModule, utilModule } from './modules/util.ts';
import { loadPart } from './parts.ts';
import { clearTimer, setImmediate, setInterval, setTimeout } from './timers.ts';

/** Those of the prelude; the others lie in the part `node`. */
const MODULES: Readonly<Partial<Record<ProvidedModule, unknown>>> = {
	assert: assertModule,
	'assert/strict': strictAssertModule,
	buffer: bufferModule,
	events: eventsModule,
	os: osModule,
	path: pathModule,
	'path/posix': pathModule,
	process: guestProcess,
	querystring: querystringModule,
	string_decoder: stringDecoderModule,
	test: testModule,
	timers: {
		setTimeout,
		setInterval,
		setImmediate,
		clearTimeout: clearTimer,
		clearInterval: clearTimer,
		clearImmediate: clearTimer,
		promises: timersPromisesModule,
	},
	'timers/promises': timersPromisesModule,
	url: urlModule,
	util: utilModule,
	'util/types': typesModule,
};

let others: Readonly<Record<string, unknown>> | null = null;

function moduleOf(name: string): unknown {
	return Object.hasOwn(MODULES, name) ? MODULES[name as ProvidedModule] : moduleOfPart(name);
}

function moduleOfPart(name: string): unknown {
	if (others === null) {
		const makeModules = loadPart('node')['makeModules'] as (prelude: (name: string) => unknown) => Readonly<Record<string, unknown>>;
		others = makeModules((wanted) => (Object.hasOwn(MODULES, wanted) ? MODULES[wanted as ProvidedModule] : undefined));
	}

	return others[name];
}

/** As in node: undefined for what is not there, and never anything but what `require` gives. */
Object.assign(guestProcess, {
	getBuiltinModule: (name: unknown): unknown => {
		const known = String(name).replace(/^node:/, '');
		return isProvided(known) ? moduleOf(known) : undefined;
	},
});

type Import = (specifier: string, from: string) => Promise<unknown>;
type Require = ((specifier: unknown) => unknown) & { readonly resolve: (specifier: unknown) => string };

/** What a file needs to know where it is: `require` and `import` of computed paths, `import.meta`. */
function here(path: string): Readonly<Record<string, unknown>> {
	const load: Require = Object.assign((specifier: unknown) => requireFrom(path)(specifier), {
		resolve: (specifier: unknown) => requireFrom(path).resolve(specifier),
	});
	return {
		require: load,
		import: async (specifier: unknown) => (moduleOfPart('import') as Import)(String(specifier), path),
		meta: (isMain: boolean) => ({
			url: `file://${encodeURI(path)}`,
			filename: path,
			dirname: path.slice(0, path.lastIndexOf('/')),
			main: isMain,
			resolve: (specifier: unknown) => `file://${load.resolve(specifier)}`,
		}),
	};
}

function requireFrom(path: string): Require {
	return (moduleOfPart('require') as (from: string) => Require)(path);
}

/** What bundled code calls for its built-ins: the module itself, or something that fails in words. */
export const nodeModule = Object.assign((name: ProvidedModule): unknown => moduleOf(name), {
	stub,
	here,
	/** A .wasm file of the bundle. */
	wasm: (base64: string, role: string) => (loadPart('wasm')['loadModule'] as (base64: string, role: string) => unknown)(base64, role),
	missing: (specifier: string) => Object.assign(new Error(`Cannot find module '${specifier}'`), { code: 'MODULE_NOT_FOUND' }),
});

type Stubbed = { readonly module: string; readonly instead: string };

/** A built-in the isolate cannot have. It loads, so that a package which only might need it works, and throws when something is called. */
function stub(module: string, exportNames: readonly string[], constants: Readonly<Record<string, unknown>>, instead: string): unknown {
	const holder: Record<string, unknown> = {};
	for (const exportName of exportNames) {
		holder[exportName] = constants[exportName] ?? unavailable({ module, instead }, `${module}.${exportName}`);
	}

	return holder;
}

function unavailable(stubbed: Stubbed, label: string): unknown {
	const { module, instead } = stubbed;
	const fail = (): never => {
		throw Object.assign(
			new Error(`${label} needs the Node module "${module}", which plugins do not have.${instead === '' ? '' : ` ${instead}`}`),
			{ code: 'ERR_UNAVAILABLE_IN_SANDBOX' },
		);
	};
	// A function declaration has the prototype that `class X extends http.Agent` wants.
	function target(): never {
		return fail();
	}

	return new Proxy(target, {
		apply: fail,
		construct: fail,
		get: (real, key) =>
			typeof key === 'symbol' || Reflect.has(real, key)
				? Reflect.get(real, key)
				: key === 'then'
					? undefined
					: unavailable(stubbed, `${label}.${key}`),
	});
}
