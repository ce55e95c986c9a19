import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Evaluation } from '../../../source/engine/index.ts';
import { shardOf } from '../../../source/engine/trust/index.ts';
import { startFakeRegistry } from '../../helpers/fake-registry.ts';
import { openTemporaryEngine, type TemporaryEngine } from '../../helpers/temporary-engine.ts';

type Options = { readonly against: string | null; readonly advisories: string | null };

const PLAIN: Options = { against: null, advisories: null };

function evaluate({ engine, call }: TemporaryEngine, spec: string, options: Partial<Options> = {}): Promise<Evaluation> {
	return engine.evaluate(spec, { ...call, ...PLAIN, ...options });
}

function codes({ facts }: Evaluation): readonly string[] {
	return facts.map(({ code, package: id }) => `${code} ${id}`);
}

function observed({ packages }: Evaluation): Readonly<Record<string, readonly string[]>> {
	return Object.fromEntries(packages.map(({ name, observed: seen }) => [name, seen.map(({ what }) => what)]));
}

test('looks through the whole closure and installs nothing', async () => {
	await using registry = await startFakeRegistry();
	registry.serve('app', '1.0.0', { dependencies: { part: '^1.0.0' }, license: 'MIT' }, { 'index.js': "'use strict';\nrequire('part');\n" });
	registry.serve('part', '1.0.0', { license: 'MIT' }, { 'lib/a.js': "\n  const net = require('net');\n" });
	await using temporary = await openTemporaryEngine(registry.url);
	const evaluation = await evaluate(temporary, 'app');
	expect(observed(evaluation)).toEqual({ app: [], part: ['net'] });
	expect(evaluation.packages[1]?.observed[0]?.places).toEqual([{ file: 'lib/a.js', line: 2, column: 15, detail: 'net' }]);
	expect(evaluation).toMatchObject({ name: 'app', version: '1.0.0', facts: [], difference: null, scannedFiles: 2, leftOut: [] });
	expect((await temporary.engine.list(temporary.call)).generation).toBe(0);
});

test('a second look at the same bytes fetches and scans nothing, also in another process', async () => {
	await using registry = await startFakeRegistry();
	registry.serve('app', '1.0.0', {}, { 'index.js': "require('fs')" });
	await using temporary = await openTemporaryEngine(registry.url);
	const first = await evaluate(temporary, 'app');
	const later = await temporary.reopen();
	const second = await later.evaluate('app', { ...temporary.call, ...PLAIN });
	expect(registry.requestsTo('/app/-/app-1.0.0.tgz')).toHaveLength(1);
	expect([first.packages[0]?.isFromCache, second.packages[0]?.isFromCache]).toEqual([false, true]);
	expect(second.facts).toEqual(first.facts);
});

test('a scan that this home did not write is not believed', async () => {
	await using registry = await startFakeRegistry();
	registry.serve('app', '1.0.0', {}, { 'index.js': "require('fs')" });
	await using temporary = await openTemporaryEngine(registry.url);
	await evaluate(temporary, 'app');
	const scans = join(temporary.home, 'cache/scans');
	for (const name of await readdir(scans)) {
		await writeFile(join(scans, name), Buffer.concat([Buffer.alloc(32), Buffer.from('{"scan":{"observed":[]}}')]));
	}

	const again = await (await temporary.reopen()).evaluate('app', { ...temporary.call, ...PLAIN });
	expect(observed(again)).toEqual({ app: ['fs'] });
});

test('compares with the version asked for, else with the installed one', async () => {
	await using registry = await startFakeRegistry();
	registry.serve('app', '1.0.0', {}, { 'index.js': "require('fs')" });
	registry.serve('app', '1.1.0', {}, { 'index.js': "require('fs')" });
	await using temporary = await openTemporaryEngine(registry.url);
	await temporary.install(['app@1.1.0']);
	registry.serve(
		'app',
		'2.0.0',
		{ scripts: { postinstall: 'node steal.js' } },
		{ 'lib/a.js': "eval(atob('YQ=='));\nfetch('https://example.com')" },
	);
	await (await temporary.reopen()).resolve(['app@2'], temporary.call);

	const installed = await evaluate(temporary, 'app@2.0.0');
	expect(installed.difference).toMatchObject({ from: '1.1.0', to: '2.0.0', lost: [{ what: 'fs' }] });
	expect(installed.difference?.gained.map(({ what }) => what)).toEqual(['obfuscated', 'eval', 'net']);
	const texts = installed.facts.map(({ severity, text }) => `${severity} ${text}`);
	expect(texts).toContain('caution 2.0.0 starts to use net, which 1.1.0 did not.');
	expect(texts).toContain('danger Code that was made unreadable on purpose.');
	expect(texts).toContain('caution 2.0.0 comes with a new postinstall script, which 1.1.0 had not: node steal.js');
	expect((await evaluate(temporary, 'app@2.0.0', { against: '1.0.0' })).difference?.from).toBe('1.0.0');
	await expect(evaluate(temporary, 'app@2.0.0', { against: '9.9.9' })).rejects.toMatchObject({ code: 'no-matching-version' });
});

test('holds the code of a plugin against what it asks for', async () => {
	await using registry = await startFakeRegistry();
	const plugward = {
		apiVersion: 1,
		main: './plugin.js',
		tasks: { go: { description: 'Goes', input: { type: 'object' }, output: { type: 'object' } } },
		permissions: [{ type: 'env', name: 'HOME', reason: 'to know' }],
	};
	registry.serve(
		'plug',
		'1.0.0',
		{ plugward },
		{ 'plugin.js': 'export default { execute: (call, context) => context.fetch("https://example.com") };' },
	);
	await using temporary = await openTemporaryEngine(registry.url);
	const { facts } = await evaluate(temporary, 'plug');
	expect(facts.map(({ code, text }) => `${code}: ${text}`)).toEqual([
		'overreach: It uses the network and asks for no net permission; it would be denied.',
		'licence-missing: It states no licence, so nobody may use it without asking.',
		'unused-permission: It asks for env, and nothing in its code uses environment variables.',
	]);
	expect(facts[0]?.places).toEqual([{ file: 'plugin.js', line: 1, column: 46, detail: 'context.fetch' }]);
});

test('an implicit build, an install script and a look-alike name are told', async () => {
	await using registry = await startFakeRegistry();
	registry.serve('expresss', '1.0.0', { license: 'MIT' }, { 'binding.gyp': '{}' });
	registry.serve('crossenv', '1.0.0', { license: 'MIT', scripts: { install: 'node x.js' } });
	await using temporary = await openTemporaryEngine(registry.url);
	expect(codes(await evaluate(temporary, 'expresss'))).toEqual(['implicit-build expresss@1.0.0', 'name-resembles expresss@1.0.0']);
	const { facts } = await evaluate(temporary, 'crossenv');
	expect(facts[0]?.text).toBe('Its name differs only in separators from the well-known cross-env. If you meant that, type that.');
});

test('licences are held against the policy', async () => {
	await using registry = await startFakeRegistry();
	registry.serve('app', '1.0.0', { license: '(MIT OR GPL-3.0-only)', dependencies: { part: '1.0.0', other: '1.0.0' } });
	registry.serve('part', '1.0.0', { license: 'GPL-3.0-only' });
	registry.serve('other', '1.0.0', { license: 'my own' });
	await using temporary = await openTemporaryEngine(registry.url);
	await temporary.engine.list(temporary.call);
	await writeFile(join(temporary.home, 'trust-policy.json'), JSON.stringify({ version: 1, allowedLicences: ['MIT'] }));
	const strict = await temporary.reopen();
	expect(codes(await strict.evaluate('app', { ...temporary.call, ...PLAIN }))).toEqual([
		'licence-refused other@1.0.0',
		'licence-refused part@1.0.0',
	]);
	expect(codes(await evaluate(temporary, 'app'))).toEqual(['licence-unclear other@1.0.0']);
});

test('the history of releases tells of a new publisher, growth and silence', async () => {
	await using registry = await startFakeRegistry();
	const by = (name: string) => ({ license: 'MIT', _npmUser: { name, email: 'a@example.com' } });
	registry.serve('app', '1.0.0', { ...by('ana'), dist: { unpackedSize: 100_000 } });
	registry.serve('app', '1.1.0', { ...by('mallory'), dependencies: { part: '1.0.0' }, dist: { unpackedSize: 900_000 } });
	registry.serve('part', '1.0.0', { license: 'MIT' });
	registry.setTime('app', '1.0.0', '2020-01-01T00:00:00Z');
	registry.setTime('app', '1.1.0', new Date(Date.now() - 10 * 86_400_000).toISOString());
	await using temporary = await openTemporaryEngine(registry.url);
	const { facts } = await evaluate(temporary, 'app');
	expect(facts.map(({ code }) => code).toSorted()).toEqual(['dependency-added', 'dormant-release', 'publisher-changed', 'size-growth']);
	expect(facts.find(({ code }) => code === 'publisher-changed')?.text).toBe('Published by mallory; 1.0.0 was published by ana.');
});

test('advisories come from a file, from shards of a folder and from shards of the registry, which learns no name', async () => {
	await using registry = await startFakeRegistry();
	registry.serve('app', '1.2.0', { license: 'MIT' });
	const affected = (name: string) => [
		{ package: { ecosystem: 'npm', name }, ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }, { fixed: '1.3.0' }] }] },
	];
	const advisory = { id: 'GHSA-xxxx', summary: 'Reads too much', affected: affected('app'), database_specific: { severity: 'HIGH' } };
	const malware = { id: 'MAL-2026-1', affected: [{ package: { ecosystem: 'npm', name: 'app' }, versions: ['1.2.0'] }] };
	const withdrawn = { ...advisory, id: 'GHSA-old', withdrawn: '2026-01-01T00:00:00Z' };
	await using temporary = await openTemporaryEngine(registry.url);
	const file = join(temporary.project, 'osv.json');
	await writeFile(file, JSON.stringify([advisory, malware, withdrawn, { ...advisory, affected: affected('other') }]));
	const fromFile = await evaluate(temporary, 'app', { advisories: 'osv.json' });
	expect(fromFile.facts.map(({ severity, text }) => `${severity} ${text}`)).toEqual([
		'danger GHSA-xxxx (high): Reads too much. Fixed in 1.3.0.',
		'danger MAL-2026-1. No version is known to be free of it.',
	]);
	expect(fromFile.advisories).toEqual({ source: 'osv.json', considered: 3, signedBy: null, createdAt: null, isStale: false });

	const shard = shardOf('app', 2);
	const folder = join(temporary.project, 'shards');
	await mkdir(folder);
	await writeFile(join(folder, 'index.json'), JSON.stringify({ format: 1, digits: 2 }));
	await writeFile(join(folder, `${shard}.json`), JSON.stringify([advisory]));
	await writeFile(join(folder, 'zz.json'), 'this shard is not read');
	expect(codes(await evaluate(temporary, 'app', { advisories: folder }))).toEqual(['advisory app@1.2.0']);

	registry.serveRaw('/-/advisories/index.json', { body: JSON.stringify({ format: 1, digits: 2 }) });
	registry.serveRaw(`/-/advisories/${shard}.json`, { body: JSON.stringify([advisory]) });
	const before = registry.requests.length;
	expect(codes(await evaluate(temporary, 'app', { advisories: 'registry' }))).toEqual(['advisory app@1.2.0']);
	const asked = registry.requests.slice(before).map(({ path }) => path);
	expect(asked.filter((path) => path.includes('advisories'))).toEqual(['/-/advisories/index.json', `/-/advisories/${shard}.json`]);

	await writeFile(file, '{"nothing": true}');
	await expect(evaluate(temporary, 'app', { advisories: 'osv.json' })).rejects.toMatchObject({ code: 'settings-invalid' });
});

test('what is too large to scan is named', async () => {
	await using registry = await startFakeRegistry();
	registry.serve('app', '1.0.0', { license: 'MIT' }, { 'big.js': `eval(1);${' '.repeat(4_000_001)}`, 'small.js': 'eval(a)' });
	await using temporary = await openTemporaryEngine(registry.url);
	const evaluation = await evaluate(temporary, 'app');
	expect(evaluation.facts.map(({ text }) => text)).toEqual(['Not scanned: big.js (too large).']);
	expect(observed(evaluation)).toEqual({ app: ['eval'] });
});

test('a cancelled evaluation stops', async () => {
	await using registry = await startFakeRegistry();
	registry.serve(
		'app',
		'1.0.0',
		{},
		Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`f${i}.js`, `eval(a${i});${'f(x);'.repeat(5000)}`])),
	);
	await using temporary = await openTemporaryEngine(registry.url);
	const stop = new AbortController();
	const call = {
		...PLAIN,
		signal: stop.signal,
		onEvent: (event: { readonly type: string; readonly step?: string }) =>
			void (event.type === 'step-started' && event.step === 'scan' && setImmediate(() => stop.abort())),
	};
	await expect(temporary.engine.evaluate('app', call)).rejects.toMatchObject({ code: 'cancelled' });
});

test('a plan shows what an update starts to use, and applies all the same', async () => {
	await using registry = await startFakeRegistry();
	registry.serve('app', '1.0.0', { dependencies: { part: '^1.0.0' } }, { 'index.js': "require('fs')" });
	registry.serve('part', '1.0.0', {}, { 'index.js': '1' });
	await using temporary = await openTemporaryEngine(registry.url);
	const { engine, call, install } = temporary;
	const first = await install(['app']);
	expect(first.packages.map(({ name, scan }) => [name, scan?.observed.map(({ what }) => what) ?? null])).toEqual([
		['app', ['fs']],
		['part', null],
	]);
	registry.serve('app', '1.1.0', { dependencies: { part: '^1.1.0' } }, { 'index.js': "require('fs')", 'lib/a.js': "\nrequire('net')" });
	registry.serve('part', '1.1.0', {}, { 'index.js': 'eval(a)' });
	const update = await engine.planUpdate([], { ...call, toLatest: false });
	const gained = update.packages.map(({ name, scan }) => [name, scan?.difference?.gained.map(({ what }) => what)]);
	expect(gained).toEqual([
		['app', ['net']],
		['part', ['eval']],
	]);
	expect((await engine.applyPlan(update, { ...call, decisions: [] })).toGeneration).toBe(2);
});
