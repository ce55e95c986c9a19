import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadCommands } from '../source/commands/catalogue.ts';
import type { Command } from '../source/commands/command.ts';
import { parseFields } from '../source/commands/envelope.ts';
import { COMMON_FLAGS, dashed } from '../source/commands/flags.ts';
import { SCREEN_FLAGS } from '../source/commands/screen-flags.ts';
import { EXIT_CODE_WORDS } from '../source/commands/help.ts';
import { EngineError, type ErrorCode } from '../source/engine/errors.ts';
import { DEFAULT_LIMITS, MAXIMUM_LIMITS } from '../source/engine/manifest.ts';
import { parsePluginManifest } from '../source/engine/parse-manifest.ts';
import { PROVIDED_MODULES } from '../source/engine/sandbox/bundler/provided-modules.ts';
import { UNAVAILABLE_MODULES } from '../source/engine/sandbox/bundler/unavailable-modules.ts';
import { parseTrustPolicy, TRUST_POLICY_SCHEMA } from '../source/engine/trust/index.ts';
import { readSettings } from '../source/settings.ts';

const COMMANDS = await loadCommands();
const findCommand = (word: string): Command | null => COMMANDS.find(({ name, aliases }) => name === word || aliases.includes(word)) ?? null;
const ROOT = path.resolve(import.meta.dirname, '..');
const PLACEHOLDER_FIELDS = new Set(['?', 'a,b']);

type Document = { readonly name: string; readonly text: string };
type Fence = { readonly info: string; readonly body: string };
/** One `plugward ...` as it stands in code, cut off where the shell would. */
type Call = { readonly document: string; readonly text: string; readonly words: readonly string[] };

const names = (await readdir(path.join(ROOT, 'docs'))).filter((name) => name.endsWith('.md'));
const documents: readonly Document[] = await Promise.all(
	['README.md', ...names.map((name) => `docs/${name}`)].map(async (name) => ({ name, text: await readSource(name) })),
);

function readSource(name: string): Promise<string> {
	return readFile(path.join(ROOT, name), 'utf8');
}

function documentCalled(name: string): Document {
	const found = documents.find((document) => document.name === name);
	if (found === undefined) {
		throw new Error(`There is no ${name}.`);
	}

	return found;
}

function fencesOf(text: string): readonly Fence[] {
	return [...text.matchAll(/^```([^\n]*)\n(.*?)^```$/gms)].map(([, info = '', body = '']) => ({ info: info.trim(), body }));
}

/** Lines of fenced blocks and every inline code span. */
function codeOf(text: string): readonly string[] {
	const prose = text.replaceAll(/^```[^\n]*\n.*?^```$/gms, '');
	const spans = [...prose.matchAll(/`([^`\n]+)`/g)].map(([, span = '']) => span);
	return [...fencesOf(text).flatMap(({ body }) => body.split('\n')), ...spans];
}

function callsOf({ name, text }: Document): readonly Call[] {
	return codeOf(text).flatMap((line) =>
		[
			...line
				.replaceAll(/(?<=[ =])'[^']*'/g, 'QUOTED')
				.matchAll(/(?<![\w./@'-])plugward +((?:[a-z]|--?[a-z]).*?)(?= +(?:\|\||&&|\||#|;)|[`"]|\\|$)/gi),
		].map(([call, rest = '']) => ({
			document: name,
			text: call,
			words: rest.split(/\s+/),
		})),
	);
}

/** `--dry-run`, `--no-color` and `-y`, as they may be typed after this command. */
function flagNames(commands: readonly Command[]): ReadonlySet<string> {
	const tables = [COMMON_FLAGS, SCREEN_FLAGS, ...commands.map((command) => command.flags)];
	return new Set(
		tables
			.flatMap((table) => Object.entries(table))
			.flatMap(([key, { type, short }]) => [
				`--${dashed(key)}`,
				...(type === 'boolean' ? [`--no-${dashed(key)}`] : []),
				...(short === undefined ? [] : [`-${short}`]),
			]),
	);
}

function flagsIn(words: readonly string[]): readonly string[] {
	return words.filter((word) => /^--?[a-z]/i.test(word)).map((word) => word.replace(/[=,.].*$/, ''));
}

function fence(document: string, kind: string): unknown {
	const [found, ...others] = fencesOf(documentCalled(document).text).filter(({ info }) => info === kind);
	expect(found, `${document} has one block "${kind}"`).toBeDefined();
	expect(others).toEqual([]);
	return JSON.parse(found?.body ?? '');
}

/** Cells of the table rows below a heading. */
function rowsBelow(document: string, heading: string): readonly (readonly string[])[] {
	const section =
		documentCalled(document)
			.text.split(/^#+ /m)
			.find((part) => part.startsWith(`${heading}\n`)) ?? '';
	const rows = section.split('\n').filter((line) => line.startsWith('|') && !line.startsWith('|---'));
	return rows.slice(1).map((line) =>
		line
			.slice(1, -1)
			.split(/(?<!\\)\|/)
			.map((cell) => cell.trim()),
	);
}

function codesIn(cell: string | undefined): readonly string[] {
	return [...(cell ?? '').matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);
}

describe.each(documents)('$name', (document) => {
	const calls = callsOf(document).filter(({ words }) => words[0] !== 'help' && !words[0]?.startsWith('-'));

	it('names only commands that exist', () => {
		const unknown = calls.filter(({ words }) => findCommand(words[0] ?? '') === null);
		expect(unknown).toEqual([]);
	});

	it('shows only flags that the command has', () => {
		const wrong = calls.flatMap(({ text, words }) => {
			const command = findCommand(words[0] ?? '');
			const known = flagNames(command === null ? [] : [command]);
			return flagsIn(words)
				.filter((flag) => !known.has(flag))
				.map((flag) => `${flag} in: ${text}`);
		});
		expect(wrong).toEqual([]);
	});

	it('speaks only of flags that some command, or the mirror, has', async () => {
		const ofMirror = flagsIn((await readSource('registry-mirror/main.ts')).split(/\s+/));
		const known = new Set([...flagNames(COMMANDS), ...ofMirror, '--version']);
		const spans = codeOf(document.text).filter((span) => span.startsWith('--'));
		expect(spans.flatMap((span) => flagsIn(span.split(/\s+/))).filter((flag) => !known.has(flag))).toEqual([]);
	});

	it('picks only fields that the command has', () => {
		for (const { words } of calls) {
			const command = findCommand(words[0] ?? '');
			for (const word of words.filter((candidate) => candidate.startsWith('--json='))) {
				const fields = word.slice('--json='.length);
				if (command !== null && !PLACEHOLDER_FIELDS.has(fields)) {
					expect(parseFields(fields, command)).not.toEqual([]);
				}
			}
		}
	});

	it('links only to files that are there', async () => {
		const targets = [...document.text.matchAll(/\]\((?!https?:|#)([^)#]+)[^)]*\)/g)].map(([, target = '']) => target);
		const folder = path.dirname(path.join(ROOT, document.name));
		for (const target of targets) {
			expect(await readdir(path.dirname(path.resolve(folder, target))), target).toContain(path.basename(target));
		}
	});
});

describe('docs/scripting.md', () => {
	it('lists every command with all its other names', () => {
		const text = rowsBelow('docs/scripting.md', 'plugward in a script');
		const documented = text.map(([command, others]) => [codesIn(command)[0]?.replace('plugward ', ''), codesIn(others)]);
		expect(documented).toEqual(COMMANDS.map(({ name, aliases }) => [name, aliases]));
	});

	it('gives each error code the exit code of the table of errors, and leaves none out', async () => {
		const rows = rowsBelow('docs/scripting.md', 'Exit codes');
		const documented = rows.flatMap(([exit, codes]) => codesIn(codes).map((code) => ({ code, exit: Number(exit) })));
		const table = /const EXIT_CODES = \{(.*?)\n\}/s.exec(await readSource('source/engine/errors.ts'))?.[1] ?? '';
		const known = [...table.matchAll(/^\t'?([a-z-]+)'?: \d+,$/gm)].map(([, code = '']) => code as ErrorCode);
		expect(known.length).toBeGreaterThan(30);
		// A termination is a cancellation whose exit code the command line alone knows.
		const inEngine = known.map((code) => ({ code, exit: new EngineError(code, '').exitCode }));
		expect(new Set(documented.map((row) => JSON.stringify(row)))).toEqual(
			new Set([...inEngine, { code: 'cancelled', exit: 143 }].map((row) => JSON.stringify(row))),
		);
	});

	it('has a row for every exit code of the help', () => {
		const rows = new Set(rowsBelow('docs/scripting.md', 'Exit codes').map(([exit]) => Number(exit)));
		expect(EXIT_CODE_WORDS.filter(([code]) => !rows.has(code))).toEqual([]);
	});

	it('shows settings that can be read', async () => {
		const example = fencesOf(documentCalled('docs/scripting.md').text).find(
			({ info, body }) => info === 'json' && body.includes('waitSeconds'),
		);
		const home = await mkdtemp(path.join(tmpdir(), 'plugward-docs-'));
		try {
			await writeFile(path.join(home, 'settings.json'), example?.body ?? '');
			expect(await readSettings({ home, environment: {} })).toEqual(JSON.parse(example?.body ?? ''));
		} finally {
			await rm(home, { recursive: true, force: true });
		}
	});
});

describe('docs/trust.md', () => {
	it('shows a policy that parses and has every key', () => {
		const policy = fence('docs/trust.md', 'json trust-policy');
		expect(parseTrustPolicy(policy)).toMatchObject({ minimumAgeHours: 168 });
		const known = Object.keys(TRUST_POLICY_SCHEMA['properties'] as object).filter((key) => key !== '$schema');
		expect(new Set(Object.keys(policy as object))).toEqual(new Set(known));
	});

	it('lists every key of the policy with its default', () => {
		const defaults = parseTrustPolicy({ version: 1 });
		const rows = rowsBelow('docs/trust.md', 'The policy').map(([key, value]) => ({ key: codesIn(key)[0] ?? '', value: codesIn(value)[0] }));
		expect(rows.map(({ key }) => key).toSorted()).toEqual(Object.keys(TRUST_POLICY_SCHEMA['properties'] as object).toSorted());
		for (const { key, value } of rows.filter((row) => row.value !== undefined && row.key !== 'permissionCeilings')) {
			expect(JSON.parse(value ?? ''), key).toEqual(defaults[key as keyof typeof defaults]);
		}
	});

	it('lists every rule an exception can have', () => {
		const rules = rowsBelow('docs/trust.md', 'Exceptions').map(([rule]) => codesIn(rule)[0] ?? '');
		for (const rule of rules) {
			const exception = { package: 'a', rule, reason: 'b', expires: '2030-01-01T00:00:00Z' };
			expect(parseTrustPolicy({ version: 1, exceptions: [exception] }).exceptions).toEqual([exception]);
		}

		expect(JSON.stringify(TRUST_POLICY_SCHEMA)).toContain(`"enum":${JSON.stringify(sortedLike(rules))}`);
	});
});

/** The order of the schema, so that a rule missing in the page shows. */
function sortedLike(rules: readonly string[]): readonly string[] {
	const text = JSON.stringify(TRUST_POLICY_SCHEMA);
	return rules.toSorted((a, b) => text.lastIndexOf(`"${a}"`) - text.lastIndexOf(`"${b}"`));
}

describe('docs/writing-a-plugin.md', () => {
	const { text } = documentCalled('docs/writing-a-plugin.md');

	it('shows a manifest that parses', () => {
		const manifest = parsePluginManifest(fence('docs/writing-a-plugin.md', 'json plugin-manifest'));
		expect(Object.keys(manifest?.tasks ?? {})).toEqual(['count']);
	});

	it('tells the limits as they are', () => {
		for (const key of ['wallMilliseconds', 'cpuMilliseconds', 'memoryBytes'] as const) {
			const row = text.split('\n').find((line) => line.startsWith(`| \`limits.${key}\``)) ?? '';
			expect(row).toContain(`\`${DEFAULT_LIMITS[key]}\``);
			expect(row).toContain(String(MAXIMUM_LIMITS[key]));
		}
	});

	it('lists every Node module of the isolate', () => {
		const listed = /- \*\*Node modules\*\*(.*?)Also the globals/s.exec(text)?.[1] ?? '';
		expect(codesIn(listed).filter((name) => name !== 'node:')).toEqual([...PROVIDED_MODULES]);
	});
});

describe('docs/node-modules.md', () => {
	const name = 'docs/node-modules.md';
	const first = (heading: string): readonly string[] => rowsBelow(name, heading).map(([module]) => codesIn(module)[0] ?? '');

	it("holds each of node's modules that is there, once, and says something of it", () => {
		expect([...first('There'), ...first('Behind a permission')].toSorted()).toEqual([...PROVIDED_MODULES].toSorted());
		expect(rowsBelow(name, 'There').filter(([, what = '']) => what === '')).toEqual([]);
	});

	it('holds each that is not, with the end of its sentence', () => {
		expect(rowsBelow(name, 'Not there').map(([module, instead]) => [codesIn(module)[0], instead])).toEqual(
			Object.entries(UNAVAILABLE_MODULES),
		);
	});

	it('leaves out none that node has', () => {
		const listed = [...first('There'), ...first('Behind a permission'), ...first('Not there')];
		const families = new Set(first('Not there'));
		const left = builtinModules
			.map((module) => module.replace(/^node:/, ''))
			.filter((module) => !listed.includes(module) && !families.has(/^_?([a-z0-9]+)[/_]/.exec(module)?.[1] ?? ''));
		expect(left).toEqual([]);
	});

	it('counts the packages of the list', async () => {
		const list = JSON.parse(await readSource('test/proofs/packages/list.json')) as readonly unknown[];
		expect(documentCalled(name).text).toContain(`bundles and calls ${list.length} pure packages`);
	});
});

describe('docs/mirror.md', () => {
	it('lists every option of the mirror', async () => {
		const flags = /flags: \{(.*?)\n\t\t\},/s.exec(await readSource('registry-mirror/main.ts'))?.[1] ?? '';
		const known = [...flags.matchAll(/^\t\t\t(\w+):/gm)].map(([, key = '']) => `--${dashed(key)}`);
		const listed = rowsBelow('docs/mirror.md', 'Start').map(([option]) => codesIn(option)[0]);
		expect(listed.toSorted()).toEqual(known.toSorted());
	});
});
