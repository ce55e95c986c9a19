import { moduleCode } from '../engine/sandbox/supervised.ts';

export type Hostile = { readonly name: string; readonly code: string };

export type Canaries = { readonly file: string; readonly port: number };

/** Ten ways to harm. Each answers with what it got hold of; an honest `denied` or the end of its process is what should come of it. */
export function hostilePlugins({ file, port }: Canaries): readonly Hostile[] {
	const attack = (name: string, body: string): Hostile => ({
		name: `hostile-${name}`,
		code: moduleCode(`execute: async (_, context) => { ${body} },`),
	});
	return [
		attack('loop', 'for (;;);'),
		attack('builtin', 'Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1);'),
		attack('objects', 'const all = []; for (;;) all.push({ a: new Array(1000).fill(1) });'),
		attack('intl', 'const all = []; for (;;) all.push(new Intl.NumberFormat("de-DE", { style: "currency", currency: "EUR" }));'),
		attack(
			'promises',
			'const more = () => Promise.resolve().then(more).then(more); for (let i = 0; i < 100; i += 1) more(); await new Promise(() => {});',
		),
		attack('output', 'for (;;) console.log("x".repeat(100_000));'),
		attack('crash', 'let s = "a"; for (;;) { s += s; s.split("").join("b"); }'),
		attack(
			'files',
			`const got = []; for (const path of [${JSON.stringify(file)}, "/etc/passwd", "$project/../canary", "/proc/self/environ"]) got.push(await context.fs.readFile(path).catch((error) => error.code)); return got;`,
		),
		attack(
			'network',
			`const got = []; for (const url of ["http://127.0.0.1:${port}/", "http://localhost:${port}/", "http://[::1]:${port}/", "http://0x7f000001:${port}/"]) got.push(await context.fetch(url).then(() => "reached", (error) => error.code ?? error.name)); return got;`,
		),
		attack(
			'neighbours',
			'const got = [await context.env.get("CANARY").catch((error) => error.code)]; for (let i = 0; i < 40; i += 1) got.push(await context.messages.request("honest-" + i, "note", "x".repeat(1000)).catch((error) => error.code)); return got;',
		),
	];
}

/** What an honest plugin of the experiment does: a little work, and the answer to prove it. */
export const HONEST = moduleCode(
	'execute: async ({ input }) => { seen += 1; const text = JSON.stringify({ list: Array.from({ length: 200 }, (_, i) => i + input) }); return [input, JSON.parse(text).list.length, globalThis.leaked ?? null]; },',
	'let seen = 0;',
);
