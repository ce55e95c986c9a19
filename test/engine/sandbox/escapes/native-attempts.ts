import type { Attempt } from './attempts.ts';

/** Modules of node as the bundle of a native plugin gets them, and the words of whatever an attempt comes to. */
const HEAD = `
	const node = (name) => plugwardNative('node:' + name);
	const fs = node('fs'), process = node('process');
	const codeOf = async (work) => { try { return { gave: await work() }; } catch (error) { return { code: error.code ?? String(error.message) }; } };
	/** All of them have to fail; what one gives instead is told. */
	const all = async (...works) => {
		const results = await Promise.all(works.map(codeOf));
		const gave = results.flatMap((one) => ('gave' in one ? [String(one.gave)] : []));
		return gave.length === 0 ? 'EALL' : 'ESCAPED ' + gave.join();
	};
	const near = (name) => 'CANARY_FILE'.replace('secret.txt', name);`;

function native(name: string, body: string, stopped: readonly string[] = ['failed']): Attempt {
	return { area: 'native', name, body: `${HEAD}\n${body}`, stopped, isNative: true };
}

/** What a plugin of level core tries that runs outside of the isolate, with all of node at hand and the grants of every attempt. */
export const NATIVE: readonly Attempt[] = [
	native(
		'Reading a file by every function of fs',
		`const file = 'CANARY_FILE', folder = near('home');
		return all(
			() => fs.readFileSync(file, 'utf8'), () => fs.promises.readFile(file, 'utf8'), () => fs.openSync(file, 'r'), () => fs.statSync(file).size,
			() => fs.readdirSync(folder), () => fs.opendirSync(folder).readSync().name, () => fs.realpathSync(near('project/open/link.txt')), () => fs.readlinkSync(near('project/open/link.txt')),
			() => fs.openAsBlob(file).then((blob) => blob.text()), () => fs.copyFileSync(file, near('project/copied.txt')), () => fs.cpSync(file, near('project/copied.txt')),
			() => fs.accessSync(file), () => fs.watch(file).close(), () => fs.statfsSync(file).blocks, () => fs.globSync(near('home/*'))[0].length);`,
	),
	native(
		'Writing a file by every function of fs',
		`const file = 'CANARY_FILE';
		return all(
			() => fs.writeFileSync(file, 'x'), () => fs.appendFileSync(file, 'x'), () => fs.truncateSync(file), () => fs.rmSync(file), () => fs.unlinkSync(file),
			() => fs.renameSync(file, file + '.moved'), () => fs.chmodSync(file, 0), () => fs.utimesSync(file, 0, 0), () => fs.mkdirSync(near('made')),
			() => fs.mkdtempSync(near('made')), () => fs.createWriteStream(file).once('error', () => {}) && fs.promises.writeFile(file, 'x'));`,
	),
	native('A link to a file, in a granted folder', "return all(() => fs.readFileSync(near('project/open/link.txt'), 'utf8'));"),
	native('A linked folder, in a granted folder', "return all(() => fs.readFileSync(near('project/open/folder/secret.txt'), 'utf8'));"),
	native('A name with a dot in front, natively', "return all(() => fs.readFileSync(near('project/open/.env'), 'utf8'));"),
	native('A hard link to a file of the home, natively', "return all(() => fs.readFileSync(near('project/open/hard.txt'), 'utf8'));"),
	native(
		'A new link to a file',
		"return all(() => fs.symlinkSync('CANARY_FILE', near('project/open/new.txt')), () => fs.linkSync('CANARY_FILE', near('project/open/new.txt')));",
	),
	native(
		'A relative path after a change of folder',
		"return all(() => { process.chdir(near('home')); return fs.readFileSync('key', 'utf8'); });",
	),
	native(
		"The core's environment in /proc",
		"return all(() => fs.readFileSync('/proc/CORE_PID/environ', 'utf8'), () => fs.readFileSync('/proc/self/status', 'utf8'));",
	),
	native('A file of variables', "process.loadEnvFile('CANARY_FILE'); return 'ESCAPED';"),
	native(
		'Files by the databases of node',
		`const open = (path) => new (node('sqlite').DatabaseSync)(path);
		return all(() => open('CANARY_FILE').prepare('select 1').get(), () => open(near('home/made.db')).exec('create table t(x)'), () => open(':memory:').exec("vacuum into '" + near('home/made.db') + "'"));`,
	),
	native(
		'Files by switches of V8',
		`const v8 = node('v8'), path = near('home');
		return all(...['--trace-turbo --trace-turbo-path=' + path, '--logfile=' + path + '/log', '--no-freeze-flags-after-init'].map((words) => () => { v8.setFlagsFromString(words); return words; }));`,
		['breach'],
	),
	native(
		'Files by reports, snapshots and caches of node',
		`const path = near('home/made');
		const before = node('module').enableCompileCache(path);
		return all(() => node('v8').writeHeapSnapshot(path), () => { const said = process.report.writeReport(path); if (said === '') throw new Error('nothing was written'); return said; },
			() => { if (before.status !== 1 && before.directory === undefined) throw new Error('no cache'); return before.directory; });`,
	),
	native(
		'The file system by WASI',
		"return all(() => new (node('wasi').WASI)({ version: 'preview1', preopens: { '/': near('home') } }).wasiImport);",
	),
	native('Functions of the system by FFI', "return all(() => node('ffi').dlopen('libc.so.6', {}));"),
	native(
		'A program of the machine',
		"const c = node('child_process'); return all(() => c.execFileSync('cat', ['CANARY_FILE'], { encoding: 'utf8' }), () => { const one = c.spawnSync('true'); throw one.error; }, () => c.fork('CANARY_FILE').pid);",
	),
	native('Another program in the place of this process', "process.execve('/bin/cat', ['cat', 'CANARY_FILE'], {}); return 'ESCAPED';"),
	native(
		'A worker without these walls',
		"return all(() => new (node('worker_threads').Worker)('1', { eval: true, execArgv: [] }).threadId);",
	),
	native(
		'An addon',
		"return all(() => process.dlopen({ exports: {} }, '/tmp/any.node'), () => node('module').createRequire('/')('/tmp/any.node'));",
	),
	native(
		"Node's own bindings",
		"return all(() => process.binding('fs').open, () => process.binding('spawn_sync').spawn, () => process._linkedBinding('fs').open);",
	),
	native(
		'More rights from the permission model',
		"const p = process.permission; return all(() => { for (const name of Object.keys(p)) if (/grant|allow|add/i.test(name)) return name; throw new Error('there is no such function'); });",
	),
	native(
		'Sockets of every kind',
		`const asked = (socket) => new Promise((done, fail) => socket.once('connect', () => done('in')).once('error', fail));
		return all(
			() => asked(node('net').connect(CANARY_PORT, '127.0.0.1')), () => asked(node('net').connect({ path: near('socket') })), () => asked(node('tls').connect(CANARY_PORT)),
			() => new Promise((done, fail) => node('http').get('CANARY_URL', () => done('in')).once('error', fail)), () => asked(node('http2').connect('CANARY_URL')),
			() => new Promise((done, fail) => node('dgram').createSocket('udp4').once('error', fail).send('x', CANARY_PORT, '127.0.0.1', (error) => error ? fail(error) : done('sent'))),
			() => new Promise((done, fail) => node('net').createServer().once('error', fail).listen(0, () => done('up'))));`,
	),
	native(
		'Names of hosts',
		"const dns = node('dns').promises; return all(() => dns.lookup('localhost'), () => dns.resolve4('example.com'));",
	),
	native(
		'fetch, past the broker',
		"return all(() => context.fetch('CANARY_URL').then((answer) => answer.text()), () => globalThis.fetch('CANARY_URL').then((answer) => answer.text()));",
		['denied not-granted'],
	),
	native(
		'A signal to another process',
		`const os = node('os'), { ChildProcess } = node('child_process'), { createRequire } = node('module');
		const child = () => { const one = new ChildProcess(); Object.defineProperty(one, 'pid', { value: CANARY_PID }); return one; };
		return all(
			() => process.kill(CANARY_PID, 'SIGTERM'), () => process._kill(CANARY_PID, 15), () => process._debugProcess(CANARY_PID), () => process.kill(-1, 0), () => process.kill(CORE_PID, 0),
			() => createRequire('/x.js')('process').kill(CANARY_PID), () => process.getBuiltinModule('process')._kill(CANARY_PID, 15), () => Reflect.get(process, 'kill').call(process, CANARY_PID),
			() => { process.kill = null; delete process.kill; Object.defineProperty(process, 'kill', { value: 1 }); return 'changed'; },
			() => { if (!child().kill('SIGTERM')) throw new Error('it was not sent'); return 'sent'; },
			() => import('node:process').then((again) => again.default.kill(CANARY_PID)));`,
	),
	native(
		'Another priority for another process',
		"const os = node('os'); return all(() => os.setPriority(CANARY_PID, 19), () => process.getBuiltinModule('node:os').setPriority(CORE_PID, 19), () => fs.writeFileSync('/proc/CANARY_PID/autogroup', '19'));",
	),
	native(
		"The core's debugger",
		"try { process.kill(CORE_PID, 'SIGUSR1'); } catch {} await new Promise((done) => setTimeout(done, 100)); return all(() => new Promise((done, fail) => node('net').connect(9229, '127.0.0.1').once('connect', () => done('in')).once('error', fail)));",
	),
	native(
		'A debugger of its own',
		"return all(() => { const i = node('inspector'); i.open(0); return i.url() ?? (() => { throw new Error('it is closed'); })(); });",
	),
	native('Variables of the core, natively', 'return JSON.stringify(process.env);', ['contained']),
	native(
		'Words of its own to the core',
		"fs.writeSync(3, Buffer.alloc(64, 0xff)); await new Promise((done) => setTimeout(done, 2000)); return 'ESCAPED';",
		['breach'],
	),
	native(
		'A frame that pretends to be an answer',
		"const frame = Buffer.alloc(12); frame.writeUInt32LE(8, 0); frame[4] = 19; frame.writeUInt32LE(999, 8); fs.writeSync(3, frame); await new Promise((done) => setTimeout(done, 2000)); return 'ESCAPED';",
		['breach'],
	),
	native('An end of its own', 'process.reallyExit(0); await new Promise(() => {});', ['breach']),
	native('An endless loop, natively', 'for (;;);', ['limit']),
	native('Buffers outside of the heap', 'const held = []; for (;;) { held.push(Buffer.alloc(1024 * 1024, 1)); }', ['limit', 'breach']),
];
