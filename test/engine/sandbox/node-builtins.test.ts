import { builtinModules } from 'node:module';
import { expect, test } from 'vitest';

import { PROVIDED_MODULES } from '../../../source/engine/sandbox/bundler/provided-modules.ts';
import { insteadOf, UNAVAILABLE_MODULES } from '../../../source/engine/sandbox/bundler/unavailable-modules.ts';
import { bundle, folderOf, run } from './plugin-run.ts';
import { stdoutOf } from './tool-run.ts';

const ALL = builtinModules.map((name) => name.replace(/^node:/, ''));
/** Those that node knows only with `node:`. */
const PREFIX_ONLY = builtinModules.filter((name) => name.startsWith('node:')).map((name) => name.slice('node:'.length));
const PROVIDED: ReadonlySet<string> = new Set(PROVIDED_MODULES);
const SPECIFIERS = ALL.flatMap((name) => (PREFIX_ONLY.includes(name) ? [`node:${name}`] : [name, `node:${name}`]));
const FILES = { 'app/package.json': '{"name":"app"}' };

function nameOf(specifier: string): string {
	return specifier.replace(/^node:/, '');
}

async function answerOf(index: string): Promise<unknown> {
	await using folder = await folderOf({ ...FILES, 'app/index.js': index });
	const { code } = await bundle(folder.path, { app: {} });
	return (await run(code, { kind: 'plain', manifest: null, task: 'default', input: [] })).output;
}

test("each of node's built-ins is there, or has its sentence; none is both", () => {
	expect(ALL.filter((name) => PROVIDED.has(name) === (insteadOf(name) !== null))).toEqual([]);
	expect([...PROVIDED_MODULES, ...Object.keys(UNAVAILABLE_MODULES)].filter((name) => !ALL.includes(name))).toEqual([]);
});

test('a bundle finds what is there under both names, and a sentence where it calls anything of the rest', async () => {
	const index = `
		const modules = { ${SPECIFIERS.map((specifier) => `${JSON.stringify(specifier)}: require(${JSON.stringify(specifier)})`).join(', ')} };
		const told = (value) => { try { value(); return 'nothing'; } catch (error) { return error.code + ': ' + error.message; } };
		module.exports = () => Object.entries(modules).map(([name, value]) => [name, Object.keys(value).length > 0, told(Object.values(value).find((one) => typeof one === 'function'))]);`;
	const answer = (await answerOf(index)) as readonly (readonly [string, boolean, string])[];
	expect(answer.map(([specifier]) => specifier)).toEqual(SPECIFIERS);
	for (const [specifier, hasExports, told] of answer) {
		const name = nameOf(specifier);
		const sentence = `needs the Node module "${name}", which plugins do not have.${` ${insteadOf(name) ?? ''}`.trimEnd()}`;
		if (PROVIDED.has(name)) {
			expect([specifier, hasExports, told.includes('which plugins do not have')]).toEqual([specifier, true, false]);
		} else if (name !== 'domain' && hasExports) {
			expect([specifier, told.startsWith('ERR_UNAVAILABLE_IN_SANDBOX: '), told.endsWith(sentence)]).toEqual([specifier, true, true]);
		}
	}
});

/** JavaScript: what each way to a module gives for each name, as `same` (what require gives here), `none` or the error's code. */
const ROADS = `
	const { createRequire } = require('module');
	const here = plugwardRequire;
	const outcome = async (road, name) => {
		try {
			const value = await road(name);
			if (value === undefined || value === null) return 'none';
			let known;
			try { known = here(name); } catch { return 'something else: ' + typeof value; }
			return value === known || value.default === known ? 'same' : 'something else: ' + typeof value;
		} catch (error) {
			return String(error.code ?? error.name);
		}
	};
	const roads = {
		require: (name) => here(name),
		createRequire: (name) => createRequire('/x/y.js')(name),
		import: (name) => import(name + ''),
		getBuiltinModule: (name) => process.getBuiltinModule(name),
		binding: (name) => process.binding?.(name),
		linkedBinding: (name) => process._linkedBinding?.(name),
		internalBinding: (name) => globalThis.internalBinding?.(name) ?? process.internalBinding?.(name),
		dlopen: (name) => process.dlopen?.({ exports: {} }, name),
		mainModule: (name) => (process.mainModule ?? require.main)?.require?.(name),
		'module.constructor': (name) => module.constructor._load?.(name) ?? module.constructor.require?.(name),
		'module.require': (name) => module.require?.(name) ?? module.parent?.require(name),
		'module._load': (name) => here('module')._load?.(name) ?? here('module').prototype.require?.(name),
		'require.cache': (name) => here.cache[name] ?? here.cache['node:' + name],
		'a function of another realm': (name) => Function('name', 'return globalThis.process.constructor.constructor("return this.require")()(name)')(name),
		'the constructor of a module': (name) => here('fs').readFileSync.constructor('return typeof require === "function" ? require : undefined')()?.(name),
		vm: (name) => here('vm').runInThisContext('typeof require === "function" ? require : () => undefined')(name),
		'vm with an object': (name) => here('vm').runInNewContext('this.constructor.constructor("return process")().getBuiltinModule', {})(name),
	};
	const answer = {};
	for (const [label, road] of Object.entries(roads)) {
		answer[label] = {};
		for (const name of ${JSON.stringify(SPECIFIERS)}) answer[label][name] = await outcome(road, name);
	}
`;

function expectNothingElse(answer: Readonly<Record<string, Readonly<Record<string, string>>>>): void {
	const reached = Object.entries(answer).flatMap(([road, byName]) =>
		Object.entries(byName)
			.filter(([specifier, outcome]) => outcome.startsWith('something else') || (outcome === 'same' && !PROVIDED.has(nameOf(specifier))))
			.map(([specifier, outcome]) => `${road} ${specifier}: ${outcome}`),
	);
	expect(reached).toEqual([]);
	for (const specifier of SPECIFIERS) {
		const isThere = PROVIDED.has(nameOf(specifier));
		expect([specifier, answer['require']?.[specifier]]).toEqual([specifier, isThere ? 'same' : 'ERR_UNAVAILABLE_IN_SANDBOX']);
		expect([specifier, answer['getBuiltinModule']?.[specifier]]).toEqual([specifier, isThere ? 'same' : 'none']);
	}
}

test('no way to a module of node leads a plugin to anything that is not listed', async () => {
	const index = `const plugwardRequire = globalThis.require; module.exports = async () => { ${ROADS} return answer; };`;
	expectNothingElse((await answerOf(index)) as never);
});

test('nor a program run with x', async () => {
	const code = `const plugwardRequire = globalThis.require; (async () => { ${ROADS} process.stdout.write(JSON.stringify(answer)); })();`;
	expectNothingElse(JSON.parse(await stdoutOf(code)) as never);
});

test('a computed name that no module has is told as node tells it', async () => {
	const index = `const told = (name) => { try { return typeof globalThis.require(name); } catch (error) { return [error.code, error.message]; } };
		module.exports = () => ['node:nothing', 'nothing', 'test', 'constructor', '__proto__', 'require', 'import', 'node:require', 'node:http'].map(told);`;
	expect(await answerOf(index)).toEqual([
		['ERR_UNKNOWN_BUILTIN_MODULE', 'No such built-in module: node:nothing'],
		...['nothing', 'test', 'constructor', '__proto__', 'require', 'import'].map((name) => [
			'MODULE_NOT_FOUND',
			`Cannot find module '${name}'`,
		]),
		['ERR_UNKNOWN_BUILTIN_MODULE', 'No such built-in module: node:require'],
		['ERR_UNAVAILABLE_IN_SANDBOX', '"node:http" is a Node module, which plugins do not have. A granted host is asked with fetch.'],
	]);
});
