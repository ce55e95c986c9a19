import { NATIVE } from './native-attempts.ts';
import { WASM_FILES, WASM_LANGUAGE, WASM_RESOURCES } from './wasm-attempts.ts';

/** One way out that is tried in a real host. The names of canaries in a body are replaced by where they are. */
export type Attempt = {
	/** As the second cell of its row in docs/sandbox.md. */
	readonly name: string;
	readonly area: 'language' | 'resources' | 'files' | 'network' | 'environment' | 'commands' | 'tenancy' | 'host' | 'native';
	/** Body of `execute`. What it returns and logs must hold no canary; `ESCAPED` in it fails the test by itself. */
	readonly body: string;
	/** Instead of a body: the whole script of the plugin. */
	readonly script?: string;
	/** What may have stopped it, as the third cell: `contained`, `denied RULE`, `limit`, `breach` or `failed`. */
	readonly stopped: readonly string[];
	/** Grants beside those that every attempt has. */
	readonly allow?: readonly string[];
	/** Outside of the isolate, as a plugin of level core may ask for. */
	readonly isNative?: boolean;
	/** Takes long; only tried with PLUGWARD_THOROUGH. */
	readonly isSlow?: boolean;
};

const DENIED = 'ERR_PERMISSION_DENIED';

/** Whether a value gives hold of a real process, a real require or a real constructor of the host. The `fs` of the isolate's own process asks the broker. */
const LOOK = `
	const isHost = (x) => { try { return x != null && (typeof x.dlopen === 'function' || typeof x.binding === 'function' || typeof x._linkedBinding === 'function'
		|| x.mainModule !== undefined && x.mainModule !== null || typeof x.getBuiltinModule === 'function' && x.getBuiltinModule('fs').readFileSync('/etc/hostname')); } catch { return false; } };`;

function language(name: string, expression: string, stopped: readonly string[] = ['contained']): Attempt {
	return {
		area: 'language',
		name,
		body: `${LOOK} const found = await (async () => { ${expression} })(); return isHost(found) ? 'ESCAPED' : String(typeof found);`,
		stopped,
	};
}

function resource(name: string, body: string, more: Partial<Attempt> = {}): Attempt {
	return { area: 'resources', name, body, stopped: ['limit'], ...more };
}

/** An attempt that should reject; what it gives instead is what a canary would be found in. */
function call(area: Attempt['area'], name: string, expression: string, stopped: string, allow: readonly string[] = []): Attempt {
	const body = `try { return await (${expression}); } catch (error) { return error.code ?? String(error.message); }`;
	return { area, name, body, stopped: [stopped], allow };
}

const LANGUAGE: readonly Attempt[] = [
	language('Function constructor to the global object', "return Function('return this')().process;", ['denied not-granted']),
	language('Constructor of a function of the bridge', "return context.fetch.constructor('return process')();", ['denied not-granted']),
	language(
		'Constructor chain of an error of the core',
		"try { await context.env.get('X'); } catch (e) { return e.constructor.constructor('return process')(); }",
		['denied not-granted'],
	),
	language(
		'Constructor chain of an answer of the core',
		"return (await context.fs.list('$project')).constructor.constructor('return globalThis')().process;",
		['denied not-granted'],
	),
	language('Constructor of the AbortSignal', "return context.signal.constructor.constructor('return process')();", ['denied not-granted']),
	language('Indirect eval', "return (0, eval)('process');", ['denied not-granted']),
	language('Dynamic import of a built-in', "return (await import('node:fs')).default;", ['failed', 'contained']),
	language('Dynamic import by a data URL', "return (await import('data:text/javascript,export default process')).default;", [
		'failed',
		'contained',
	]),
	language('require by name', "return require('child_process');", ['failed', 'contained']),
	language(
		'Call sites through prepareStackTrace',
		'Error.prepareStackTrace = (_, sites) => sites; return new Error().stack[0]?.getThis?.();',
	),
	language(
		'Call sites through captureStackTrace',
		'const o = {}; Error.prepareStackTrace = (_, s) => s.map((x) => x.getFunction?.()); Error.captureStackTrace(o); return o.stack[0];',
	),
	language(
		'arguments.callee.caller of a callback',
		"return (function () { return arguments.callee.caller; })()?.constructor('return process')();",
		['failed', 'denied not-granted'],
	),
	language(
		'Poisoned JSON',
		"JSON.parse = () => ({ value: process }); JSON.stringify = (x) => x; return (await context.fs.list('$project')).process;",
	),
	language(
		'Poisoned Promise.prototype.then',
		"const t = Promise.prototype.then; let seen; Promise.prototype.then = function (a, b) { seen ??= a; return t.call(this, a, b); }; await context.fs.list('$project'); return seen?.constructor('return process')();",
		['denied not-granted'],
	),
	language(
		'Poisoned Map and Array',
		"Map.prototype.get = () => ({ resolve: (x) => x }); Array.prototype.push = function () { return this; }; return (await Promise.race([context.fs.list('$project'), new Promise((r) => setTimeout(r, 50))]))?.process;",
	),
	language(
		'__proto__ in what goes to the core',
		'await context.storage.set(\'a\', JSON.parse(\'{"__proto__":{"polluted":1}}\')); return ({}).polluted ? { dlopen() {} } : 0;',
	),
	language(
		'Symbol.species of an answer',
		'class P extends Promise { static get [Symbol.species]() { return function (run) { run(() => {}, () => {}); }; } } return P.resolve(1).then((x) => x);',
		['failed', 'contained'],
	),
	language(
		'Proxy around the context',
		"return new Proxy(context, { get: (t, k, r) => Reflect.get(t, k, r) }).fetch.constructor('return process')();",
		['denied not-granted'],
	),
	language(
		'Getter on the result',
		"return { get process() { return globalThis.process; } }.process.constructor.constructor('return process')();",
		['denied not-granted'],
	),
	language(
		'process.binding and friends',
		"return process.binding?.('fs') ?? process.mainModule ?? process.getBuiltinModule?.('fs') ?? process.dlopen;",
		['failed', 'contained'],
	),
	language(
		'The host callback by its name',
		'return globalThis.post ?? globalThis.ivm ?? globalThis.$0 ?? globalThis.guest ?? globalThis._ivm;',
	),
	...WASM_LANGUAGE,
	language('SharedArrayBuffer and Atomics', 'return Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);', ['failed']),
	language('Resizable buffer outside of the limit', 'return new ArrayBuffer(1, { maxByteLength: 2 ** 28 }).resize(2 ** 28);', ['failed']),
	language('ShadowRealm', "return new ShadowRealm().evaluate('process');", ['failed']),
];

const RESOURCES: readonly Attempt[] = [
	resource('Endless loop', 'for (;;);'),
	resource('Endless chain of promises', 'for (;;) await 0;'),
	resource('Endless microtasks', 'const f = () => Promise.resolve().then(f); f(); await new Promise(() => {});'),
	resource('Regular expression that backtracks', "/^(a+)+$/.test('a'.repeat(50) + '!');"),
	resource(
		'Pattern of addresses that backtracks',
		"new URLPattern({ pathname: '/((?:a+)+)b' }).test({ pathname: '/' + 'a'.repeat(50) + '!' });",
	),
	resource('A builtin with a length of 2^53', 'Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1);'),
	resource('Sort of a sparse array', 'const a = []; a[4294967294] = 1; a.sort();'),
	resource(
		'Unhandled rejection with an endless getter',
		'Promise.reject({ get stack() { for (;;); }, get message() { for (;;); } }); await new Promise(() => {});',
	),
	resource('throw of an error with an endless getter', 'throw { get message() { for (;;); }, get code() { for (;;); } };', {
		stopped: ['limit', 'failed'],
	}),
	resource('Never ending wait', 'await new Promise(() => {});'),
	resource('Objects without end', 'const a = []; for (;;) a.push({ a: 1 });'),
	resource('Buffers without end', 'const b = []; for (;;) b.push(new Uint8Array(2 ** 20).fill(1));'),
	resource(
		'Intl objects, which no isolate counts',
		'const a = []; for (;;) a.push(new Intl.NumberFormat("de-DE", { style: "currency", currency: "EUR" }));',
	),
	resource('Arguments by the hundred million', 'Math.max.apply(null, Array(1e8));', { isSlow: true }),
	resource('An array that fills itself', 'Array(1e9).fill(1);', { stopped: ['limit', 'breach'] }),
	resource('A string that splits into 2^28 parts', 'let s = "a".repeat(2 ** 28); s.split("");', { stopped: ['limit', 'breach'] }),
	resource('Deep recursion', 'const f = () => f() + 1; return f();', { stopped: ['failed'] }),
	resource('Deeply nested answer', 'let x = 0; for (let i = 0; i < 1e5; i += 1) x = [x]; return x;', { stopped: ['failed', 'breach'] }),
	resource('Answer longer than a message', "return 'x'.repeat(2 ** 23);", { stopped: ['failed', 'limit'] }),
	resource('Ten thousand timers', 'for (;;) setTimeout(() => {}, 1e6);', { stopped: ['failed', 'limit'] }),
	resource('Flood of output', "for (;;) console.log('x'.repeat(10000));"),
	resource('Flood of calls that nobody awaits', "for (;;) context.env.get('X');"),
	resource('Flood of files', "for (let i = 0; ; i += 1) await context.fs.writeFile('out/' + i % 5, 'x'.repeat(4e6));", {
		allow: ['fs.write:$project/out/*'],
	}),
	...WASM_RESOURCES,
	resource('Keeping more than allowed', "for (let i = 0; i < 5; i += 1) await context.storage.set('k' + i, 'x'.repeat(4e5));"),
];

const FILES: readonly Attempt[] = [
	call('files', 'A file beside the project', "context.fs.readFile('CANARY_FILE')", 'denied not-granted'),
	call('files', 'Dots in a path', "context.fs.readFile('$project/open/../../secret.txt')", 'failed'),
	call('files', 'Encoded dots', "context.fs.readFile('$project/open/%2e%2e/%2e%2e/secret.txt')", 'failed'),
	call('files', 'Backslashes', "context.fs.readFile('$project/open/..\\\\..\\\\secret.txt')", 'denied not-granted'),
	call('files', 'NUL in a path', "context.fs.readFile('CANARY_FILE\\0.txt')", 'failed'),
	call('files', 'A link to a file', "context.fs.readFile('open/link.txt')", 'denied link'),
	call('files', 'A link to a folder', "context.fs.readFile('open/folder/secret.txt')", 'denied link'),
	call(
		'files',
		'Writing through a link',
		"context.fs.writeFile('open/other-link.txt', 'overwritten').then(() => context.fs.readFile('open/other-link.txt'))",
		'contained',
	),
	call('files', 'Writing below a link', "context.fs.writeFile('open/folder/new.txt', 'ESCAPED')", 'denied link'),
	call('files', 'Listing a linked folder', "context.fs.list('open/folder')", 'denied link'),
	call('files', 'A name with a dot in front', "context.fs.readFile('open/.env')", 'denied not-granted'),
	call('files', 'An .npmrc that a grant names', "context.fs.readFile('.npmrc')", 'denied forbidden-path', ['fs.read:$project/.npmrc']),
	call('files', 'A file of the home with everything granted', "context.fs.readFile('CANARY_HOME/key')", 'denied forbidden-path', [
		'fs.read:/**',
	]),
	call('files', 'A hard link to a file of the home', "context.fs.readFile('open/hard.txt')", 'denied forbidden-path'),
	call('files', 'A new file in the home', "context.fs.writeFile('CANARY_HOME/revocations.json', '{}')", 'denied forbidden-path', [
		'fs.write:/**',
	]),
	call('files', 'The memory of a process', "context.fs.readFile('/proc/CORE_PID/environ')", 'denied forbidden-path', ['fs.read:/**']),
	call('files', 'Its own process by /proc/self', "context.fs.readFile('/proc/self/environ')", 'denied forbidden-path', ['fs.read:/**']),
	call('files', 'Open descriptors of the core', "context.fs.list('/proc/CORE_PID/fd')", 'denied forbidden-path', ['fs.read:/**']),
	call('files', 'A device', "context.fs.readFile('/dev/zero')", 'denied forbidden-path', ['fs.read:/**']),
	call('files', 'A pipe that never answers', "context.fs.readFile('open/pipe')", 'failed'),
	call('files', 'A folder as a file', "context.fs.readFile('open')", 'failed', ['fs.read:$project/open']),
	call('files', 'Writing with a grant to read', "context.fs.writeFile('read-only/a.txt', 'ESCAPED')", 'denied not-granted'),
	call('files', 'Reading with a grant to write', "context.fs.readFile('out/kept.txt')", 'denied not-granted', ['fs.write:$project/out/*']),
	{
		...call(
			'files',
			'A path that is an object',
			"context.fs.readFile({ toString: () => (globalThis.n = (globalThis.n ?? 0) + 1) > 1 ? 'CANARY_FILE' : 'open/a.txt' })",
			'contained',
		),
	},
	...WASM_FILES,
];

const NETWORK: readonly Attempt[] = [
	call('network', 'A host that was not granted', "context.fetch('https://example.com/')", 'denied not-granted'),
	call('network', 'A port of this machine', "context.fetch('CANARY_URL')", 'denied not-granted'),
	call('network', 'This machine as localhost', "context.fetch('http://localhost:CANARY_PORT/')", 'denied not-granted'),
	call('network', 'Its address as one number', "context.fetch('http://2130706433:CANARY_PORT/')", 'denied not-granted'),
	call('network', 'Its address in hexadecimal', "context.fetch('http://0x7f000001:CANARY_PORT/')", 'denied not-granted'),
	call('network', 'Its address in octal', "context.fetch('http://0177.0.0.1:CANARY_PORT/')", 'denied not-granted'),
	call('network', 'Its address with parts left out', "context.fetch('http://127.1:CANARY_PORT/')", 'denied not-granted'),
	call('network', '0.0.0.0', "context.fetch('http://0.0.0.0:CANARY_PORT/')", 'denied not-granted'),
	call('network', 'IPv6 that holds an IPv4 address', "context.fetch('http://[::ffff:127.0.0.1]:CANARY_PORT/')", 'denied not-granted'),
	call('network', 'Metadata of a cloud', "context.fetch('http://169.254.169.254/latest/meta-data/')", 'denied not-granted'),
	call('network', 'A granted name that means this machine', "context.fetch('http://MACHINE_NAME:CANARY_PORT/')", 'denied private-address', [
		'net:MACHINE_NAME:CANARY_PORT',
	]),
	call('network', 'A user name that looks like a host', "context.fetch('http://granted.example@127.0.0.1:CANARY_PORT/')", 'contained'),
	call('network', 'A redirect to a port of this machine', "context.fetch('TURN_URL')", 'denied not-granted', ['net:127.0.0.1:TURN_PORT']),
	call(
		'network',
		'A Host header of its own',
		"context.fetch('TURN_URL?echo', { headers: { host: 'elsewhere.example', connection: 'upgrade' } }).then((r) => r.text())",
		'contained',
		['net:127.0.0.1:TURN_PORT'],
	),
	call(
		'network',
		'A second request in a header',
		"context.fetch('TURN_URL?echo', { headers: { a: 'b\\r\\n\\r\\nGET / HTTP/1.1' } })",
		'contained',
		['net:127.0.0.1:TURN_PORT'],
	),
	call('network', 'Plain http on a port for https', "context.fetch('http://example.com:443/')", 'denied plain-http', ['net:example.com']),
	call('network', 'file: and other schemes', "context.fetch('file://CANARY_FILE')", 'failed'),
	call('network', 'A unix socket', "context.fetch('http://unix:/var/run/docker.sock:/info')", 'denied not-granted'),
	call('network', 'A method that was not granted', "context.fetch('TURN_URL?echo', { method: 'DELETE' })", 'denied not-granted', [
		'net.get:127.0.0.1:TURN_PORT',
	]),
];

const ENVIRONMENT: readonly Attempt[] = [
	call('environment', 'A variable that was not granted', "context.env.get('CANARY')", 'denied not-granted'),
	call('environment', 'A name with a wildcard', "context.env.get('*')", 'failed'),
	call('environment', 'A name that every object has', "context.env.get('constructor')", 'contained', ['env:constructor']),
	call('environment', 'process.env', 'JSON.stringify([process.env, process.argv, process.cwd(), process.execPath])', 'contained'),
	call('environment', 'os and its user', "JSON.stringify((await import('node:os')).userInfo?.())", 'contained'),
];

const COMMANDS: readonly Attempt[] = [
	call('commands', 'A program that was not granted', "context.exec('cat', ['CANARY_FILE'])", 'denied not-granted'),
	call('commands', 'A granted program by another path', "context.exec('/bin/echo', ['x'])", 'denied not-granted', ['run:echo x']),
	call(
		'commands',
		'A shell in an argument',
		"context.exec('echo', ['$(cat CANARY_FILE); cat CANARY_FILE']).then((r) => r.stdout.replaceAll('cat CANARY_FILE', ''))",
		'contained',
		['run:echo *'],
	),
	call('commands', 'An option where a wildcard was granted', "context.exec('cat', ['--show-all'])", 'denied not-granted', ['run:cat *']),
	call('commands', 'One argument more', "context.exec('echo', ['a', 'b'])", 'denied not-granted', ['run:echo *']),
	call('commands', 'The environment through a program', "context.exec('printenv', ['CANARY']).then((r) => r.stdout)", 'contained', [
		'run:printenv *',
	]),
	call('commands', 'A path as the name of a program', "context.exec('../../bin/sh', ['-c', 'id'])", 'failed', ['run:echo *']),
];

const TENANCY: readonly Attempt[] = [
	call('tenancy', 'What another plugin keeps', "context.storage.get('neighbour')", 'contained'),
	call('tenancy', 'Keys of another plugin', 'context.storage.keys().then((keys) => keys.join())', 'contained'),
	call('tenancy', 'A key with dots', "context.storage.get('../neighbour/secret')", 'contained'),
	call(
		'tenancy',
		'The data folder of another plugin',
		"context.fs.readFile('CANARY_HOME/data/neighbour/secret')",
		'denied forbidden-path',
		['fs.read:/**'],
	),
	call('tenancy', 'Globals that another run left', "globalThis.left ?? (globalThis.left = 'here', 'nothing')", 'contained'),
];

const HOST: readonly Attempt[] = [
	{ area: 'host', name: 'An operation that does not exist', body: 'return 1;', script: guestCall('core.eval', '{}'), stopped: ['failed'] },
	{ area: 'host', name: 'A prototype as an operation', body: '', script: guestCall('__proto__', '{}'), stopped: ['failed'] },
	{ area: 'host', name: 'Loading without end', body: '', script: 'for (;;);', stopped: ['limit'] },
	{
		area: 'host',
		name: 'A script that is no plugin',
		body: '',
		script: 'var plugwardBundle = { get entry() { throw new Error("x"); } };',
		stopped: ['failed'],
	},
	{
		area: 'host',
		name: 'Signals to the core',
		body: `try { process.kill(CORE_PID, 'SIGUSR1'); return 'ESCAPED'; } catch (error) { return 'contained'; }`,
		stopped: ['contained'],
	},
	{
		area: 'host',
		name: 'A forged result of another call',
		body: "globalThis.plugwardReceive?.(2, 7, '{}'); return Object.getOwnPropertyNames(globalThis).filter((n) => /host|post|deliver|bridge/i.test(n)).join();",
		stopped: ['contained'],
	},
	{
		area: 'host',
		name: 'A denial that the plugin made up',
		body: `throw Object.assign(new Error('Reading was not granted'), { code: '${DENIED}', permission: 'fs.read:/**' });`,
		stopped: ['failed'],
	},
];

/** A plugin that calls the core by another operation than the prelude has, through the functions it can reach. */
function guestCall(operation: string, args: string): string {
	return `var plugwardBundle = { entry: { default: { execute: async (call, context) => {
		const stringify = JSON.stringify;
		const original = context.env.get;
		Object.defineProperty(Object.prototype, 'operation', { configurable: true, get() { return ${JSON.stringify(operation)}; }, set() {} });
		try { return await original.call(null, ${args}); } catch (error) { return error.code; } finally { delete Object.prototype.operation; }
	} } } };`;
}

export const ATTEMPTS: readonly Attempt[] = [
	...LANGUAGE,
	...RESOURCES,
	...FILES,
	...NETWORK,
	...ENVIRONMENT,
	...COMMANDS,
	...TENANCY,
	...HOST,
	...NATIVE,
];
