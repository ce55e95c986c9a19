import { describe, expect, it } from 'vitest';
import { loadCommands } from '../../source/commands/catalogue.ts';
import type {
	Engine,
	InstalledPlugin,
	PackageContents,
	PackageInfo,
	SearchHit,
	SearchResult,
	VerifyReport,
} from '../../source/engine/index.ts';
import { sampleDownloads } from '../helpers/fake-downloads.ts';
import { standInEngine } from './engine-stand-in.ts';
import { plugward } from './run-command-line.ts';

const hit: SearchHit = {
	name: '@examples/link-checker',
	version: '1.0.0',
	description: `Checks every link in a Markdown text. ${'And says so at length. '.repeat(5)}`,
	publisher: 'alice',
	publishedAt: '2026-10-02T00:00:00Z',
	keywords: [],
	license: 'MIT',
	downloads: null,
	permissions: ['net'],
	proof: null,
	installed: null,
	level: null,
};

const found: SearchResult = { query: 'link', hits: [hit], total: 1, source: 'registry', notice: null, problems: [] };

describe('search', () => {
	it('cuts descriptions to the terminal, and never a name', async () => {
		const engine = standInEngine({ search: async () => found });
		const { stdout } = await plugward(['search', 'link', '--no-color'], { engine, answers: [] });
		const [row = ''] = stdout.split('\n');
		expect(row.length).toBeLessThanOrEqual(80);
		expect(row).toMatch(/^@examples\/link-checker {2}1\.0\.0 .*…$/);
		expect(stdout).toContain('1 hit for "link".');
	});

	it('cuts nothing for a pipe', async () => {
		const { stdout } = await plugward(['search', 'link'], { engine: standInEngine({ search: async () => found }) });
		expect(stdout).toContain('And says so at length. And says so at length.');
	});

	it('tells downloads in the place of ages where they are the order', async () => {
		const hits = [{ ...hit, downloads: 48_200 }, hit];
		const listed = async (query: string) =>
			(await plugward(['search', 'link'], { engine: standInEngine({ search: async () => ({ ...found, hits, query }) }) })).stdout.split(
				'\n',
			);
		const [first, second] = await listed('link sort:downloads');
		expect(first).toMatch(/^@examples\/link-checker {2}1\.0\.0 {2}48k a week {2}Checks/);
		expect(second).toMatch(/^@examples\/link-checker {2}1\.0\.0 {14}Checks/);
		expect((await listed('link'))[0]).toMatch(/ ago {2}Checks/);
	});

	it('asks for the page that was meant', async () => {
		const asked: unknown[] = [];
		const engine = standInEngine({
			search: async (query) => {
				asked.push(query);
				return { ...found, total: 31 };
			},
		});
		const { stdout } = await plugward(['search', 'a', 'b', '--limit', '10', '--page', '3'], { engine });
		expect(asked).toEqual([{ text: 'a b', size: 10, from: 20 }]);
		expect(stdout).toContain('21 to 21 of 31 hits');
		expect((await plugward(['search', 'a', '--limit', '0'], { engine })).exitCode).toBe(2);
		expect((await plugward(['search', 'a', '--limit', 'many'], { engine })).exitCode).toBe(2);
	});

	it('says when only packages seen before were searched', async () => {
		const engine = standInEngine({ search: async () => ({ ...found, hits: [], total: 0, source: 'local-index' as const }) });
		const { exitCode, stdout } = await plugward(['search', 'link'], { engine });
		expect(exitCode).toBe(0);
		expect(stdout).toContain('Nothing found for "link".');
		expect(stdout).toContain('This registry has no search: only packages seen before are found.');
	});
});

describe('info', () => {
	const info: PackageInfo = {
		name: 'marked',
		version: '18.0.0',
		description: 'A parser',
		license: 'MIT',
		homepage: null,
		repository: null,
		publisher: 'bob',
		publishedAt: null,
		deprecated: 'use something else',
		keywords: [],
		distTags: { latest: '18.0.0' },
		versions: Array.from({ length: 12 }, (_, index) => ({ version: `1.0.${index}`, publishedAt: null, deprecated: false })),
		dependencies: { a: '^1' },
		peerDependencies: {},
		unpackedBytes: 4200,
		fileCount: 3,
		hasInstallScript: true,
		readme: '# Marked\u001B[31m red',
		doubts: [],
		installed: '17.0.0',
		tasks: { check: { description: 'Checks', input: {}, output: {} } },
		permissions: [{ type: 'net', host: 'a.example', port: 443, reason: 'To ask' }],
		grants: [],
		trust: {
			verdict: {
				level: 'known',
				decision: 'allow',
				reasons: [{ rule: 'age', passed: true, text: 'old enough' }],
				wouldRaise: ['provenance'],
			},
			evidence: [{ kind: 'provenance', state: 'unavailable', reason: 'the registry strips it', code: 'stripped', identity: null }],
		},
		tree: null,
	};

	const verified = async (): Promise<PackageContents> => ({
		type: 'verified',
		name: 'marked',
		version: '17.0.0',
		isInstalled: true,
		files: [
			{ path: 'README.md', bytes: 0, isExecutable: false },
			{ path: 'bin/a.js', bytes: 1000, isExecutable: true },
			{ path: 'lib/b.js', bytes: 3200, isExecutable: false },
		],
		packedBytes: 1300,
		unpackedBytes: 4200,
		readme: { path: 'README.md', text: '# Own readme', isCut: false },
		permissions: null,
		tasks: null,
		verdict: { level: 'known', decision: 'allow', reasons: [], wouldRaise: [] },
		evidence: [],
	});
	const notFetched: Engine['contents']['list'] = async () => ({ type: 'not-fetched', name: 'marked', version: '18.0.0' });

	function engine(calls: { readonly contents?: Engine['contents']['list']; readonly downloads?: Engine['downloads'] } = {}): Engine {
		const { contents, downloads = async () => sampleDownloads(Date.parse('2026-11-20T12:00:00Z')) } = calls;
		const standIn = standInEngine({ info: async () => info, downloads });
		return contents === undefined ? standIn : { ...standIn, contents: { ...standIn.contents, list: contents } };
	}

	it('tells what a reader decides by', async () => {
		const { stdout } = await plugward(['info', 'marked'], { engine: engine() });
		for (const words of [
			'marked 18.0.0',
			'! deprecated: use something else',
			'installed     17.0.0',
			'size          4.2 kB in 3 files',
			'1.0.7 and 4 more',
			'downloads     48,000 downloads in the last 7 days, 20% more than in the 7 days before;',
			'which plugward never runs',
			'denied  net:a.example:443  To ask',
			'- Provenance unavailable: ',
			'Would raise it: provenance',
			'Run it: plugward run marked check',
		]) {
			expect(stdout).toContain(words);
		}
		expect(stdout).not.toContain('# Marked');
	});

	it('shows the README without what could steer a terminal, and says that nothing proves it', async () => {
		const { stdout } = await plugward(['info', 'marked', '--readme'], { engine: engine({ contents: notFetched }) });
		expect(stdout).toContain('README as the registry tells it: its bytes are not here');
		expect(stdout).toContain('# Marked red');
	});

	it('shows the README out of verified bytes where they are here, and whose it is', async () => {
		const { stdout } = await plugward(['info', 'marked', '--readme'], { engine: engine({ contents: verified }) });
		expect(stdout).toContain('README.md of 17.0.0, from verified bytes\n\n# Own readme');
		expect(stdout).not.toContain('# Marked');
		const { stdout: json } = await plugward(['info', 'marked', '--json=readme,readmeFrom'], { engine: engine({ contents: verified }) });
		expect(JSON.parse(json)).toMatchObject({ data: { readme: '# Own readme', readmeFrom: 'verified' } });
		const { stdout: without } = await plugward(['info', 'marked', '--readme'], {
			engine: engine({ contents: async () => ({ ...(await verified()), readme: null }) }),
		});
		expect(without).toContain('17.0.0 comes without a README: none of its files is one.');
	});

	it('lists files with sizes and bars, the largest first, and fetches them only when they were asked for', async () => {
		const asked: unknown[] = [];
		const contents: Engine['contents']['list'] = (request) => {
			asked.push(request);
			return verified();
		};
		const { stdout } = await plugward(['info', 'marked', '--files'], { engine: engine({ contents }) });
		expect(stdout).toContain('Files of 17.0.0  3 files, 4.2 kB unpacked, 1.3 kB packed; verified bytes');
		expect(stdout).toMatch(/^ {2}lib\/b\.js +3\.2 kB +76% +#{20}\n {2}bin\/a\.js +x +1\.0 kB +24% +#{7}\n {2}README\.md +0 B +0%$/m);
		const { stdout: json } = await plugward(['info', 'marked', '--json=contents'], { engine: engine({ contents }) });
		expect(JSON.parse(json)).toMatchObject({
			data: {
				contents: { version: '17.0.0', isInstalled: true, packedBytes: 1300, unpackedBytes: 4200, files: [{ path: 'README.md' }, {}, {}] },
			},
		});
		await plugward(['info', 'marked', '--readme'], { engine: engine({ contents }) });
		expect(asked).toEqual([
			{ spec: 'marked', fetch: true },
			{ spec: 'marked', fetch: true },
			{ spec: 'marked', fetch: false },
		]);
	});

	it('asks for no downloads when other fields are named, and tells why there are none', async () => {
		const { stdout } = await plugward(['info', 'marked', '--json=downloads'], { engine: engine() });
		expect(JSON.parse(stdout)).toMatchObject({ data: { downloads: { type: 'told', lastWeek: 48_000, days: { length: 30 } } } });
		const why = 'registry.test serves no numbers of downloads.';
		const untold = engine({ downloads: async () => ({ type: 'untold', reason: 'not-served', why }) });
		expect((await plugward(['info', 'marked'], { engine: untold })).stdout).toContain(`downloads     ${why}`);
	});

	it('picks fields', async () => {
		const { stdout } = await plugward(['info', 'marked', '--json=version,license'], { engine: standInEngine({ info: async () => info }) });
		expect(JSON.parse(stdout)).toEqual({
			schema: 'plugward/v1',
			command: 'info',
			ok: true,
			data: { version: '18.0.0', license: 'MIT' },
			warnings: [],
		});
	});
});

describe('list', () => {
	const plugin: InstalledPlugin = {
		name: 'left-pad',
		version: '1.2.0',
		spec: '^1',
		description: '',
		level: 'known',
		tasks: ['pad'],
		permissions: [{ type: 'env', name: 'HOME', reason: 'x' }],
		grants: [],
		identity: null,
		dependencyCount: 0,
		isHeld: false,
		isDisabled: false,
		stays: false,
		acceptances: [],
		sizeBytes: 1200,
		wanted: '1.3.0',
		latest: '2.0.0',
		problem: null,
	};

	it('aligns plugins and says what can be updated', async () => {
		const engine = standInEngine({
			list: async () => ({ generation: 4, plugins: [plugin], packageCount: 1, storeBytes: 1200, overrides: [] }),
		});
		const { stdout } = await plugward(['list'], { engine });
		expect(stdout).toContain('left-pad  1.2.0 -> 1.3.0  known  0 of 1  1.2 kB  pad');
		expect(stdout).toContain('1 plugin, 1 package, 1.2 kB in the content store; generation 4.');
		expect(stdout).toContain('1 plugin can be updated: plugward update');
	});

	it('picks fields of each row', async () => {
		const engine = standInEngine({
			list: async () => ({ generation: 4, plugins: [plugin], packageCount: 1, storeBytes: 1200, overrides: [] }),
		});
		const { stdout } = await plugward(['list', '--json=name'], { engine });
		expect(JSON.parse(stdout)).toMatchObject({ data: { generation: 4, plugins: [{ name: 'left-pad' }] } });
	});

	it('takes no argument', async () => {
		expect((await plugward(['list', 'x'], { engine: standInEngine({}) })).exitCode).toBe(2);
	});
});

describe('history', () => {
	const generations = [1, 2].map((number) => ({
		number,
		isCurrent: number === 2,
		createdAt: '2026-10-02T10:00:00Z',
		command: `install p${number}`,
		user: 'alice',
		changes: [{ type: 'add' as const, name: `p${number}`, to: '1.0.0', isRoot: true }],
		pluginCount: number,
		packageCount: number,
		isKept: false,
	}));
	const engine = standInEngine({ history: async () => generations });

	it('shows the newest first and marks the current one', async () => {
		const { stdout } = await plugward(['history'], { engine });
		expect(stdout).toMatch(/^\* {2}2 {2}.*\+p2 1\.0\.0 {2}2 plugins\n {3}1 {2}.*\+p1 1\.0\.0/);
	});

	it('shows one generation with who made it and how', async () => {
		const { stdout } = await plugward(['history', '1'], { engine });
		expect(stdout).toContain('2026-10-02 10:00 UTC by alice: plugward install p1');
		expect(stdout).toContain('Go back to it: plugward rollback 1');
	});

	it('ends with 3 for one that does not exist', async () => {
		expect((await plugward(['history', '7'], { engine })).exitCode).toBe(3);
	});
});

describe('verify', () => {
	const clean: VerifyReport = {
		generation: 4,
		packagesChecked: 2,
		filesChecked: 10,
		bytesChecked: 5000,
		findings: [],
		repaired: [],
		packages: [
			{ id: 'a@1.0.0', level: 'verified', evidence: [] },
			{ id: 'b@1.0.0', level: 'unknown', evidence: [] },
		],
	};

	it('ends well when everything is as it was', async () => {
		const { exitCode, stdout } = await plugward(['verify'], { engine: standInEngine({ verify: async () => clean }) });
		expect(exitCode).toBe(0);
		expect(stdout).toContain('Everything is as it was installed.');
		expect(stdout).toContain('verified  1 package\n  unknown   1 package');
	});

	it('ends with 5 on a finding, and the JSON has both the report and the error', async () => {
		const findings = [{ id: 'a@1.0.0', problem: 'changed' as const, path: 'index.js', text: 'expected sha512-a, got sha512-b' }];
		const engine = standInEngine({ verify: async () => ({ ...clean, findings }) });
		const text = await plugward(['verify'], { engine });
		expect(text.exitCode).toBe(5);
		expect(text.stdout).toContain('! changed  a@1.0.0  index.js');
		expect(text.stderr).toContain('error: 1 finding in what is installed.');
		const json = await plugward(['verify', '--json'], { engine });
		expect(json.exitCode).toBe(5);
		expect(JSON.parse(json.stdout)).toMatchObject({ ok: false, error: { code: 'verification-failed' }, data: { findings } });
	});
});

describe('resolve', () => {
	it('shows the roots, what came in several versions, and how long it took', async () => {
		const packages = ['1.0.0', '2.0.0'].map((version) => ({ id: `b@${version}`, name: 'b', version, dependencies: {} }));
		const engine = standInEngine({
			resolve: async () => ({
				roots: [{ name: 'a', spec: '^1', version: '1.4.0' }],
				packages: [{ id: 'a@1.4.0', name: 'a', version: '1.4.0', dependencies: {} }, ...packages],
				warnings: ['a is deprecated'],
				solveMilliseconds: 12,
				loadMilliseconds: 1400,
			}),
		});
		const { stdout, stderr } = await plugward(['resolve', 'a'], { engine });
		expect(stdout).toContain('a  1.4.0  asked for ^1');
		expect(stdout).toContain('b  1.0.0, 2.0.0');
		expect(stdout).toContain('3 packages; solved in 12 ms, metadata in 1.4 s.');
		expect(stderr).toBe('warning: a is deprecated\n');
	});
});

const COMMANDS = await loadCommands();

describe('the fields of every command', () => {
	it('are listed by --json=? without opening the engine', async () => {
		for (const command of COMMANDS) {
			const { exitCode, stdout, engineOptions } = await plugward([command.name, '--json=?']);
			expect(exitCode, command.name).toBe(0);
			expect(stdout.trim().split('\n'), command.name).toEqual(command.fields);
			expect(engineOptions).toBeNull();
		}
	});

	it('are those of the JSON', async () => {
		const engine = standInEngine({ search: async () => found, verify: async () => ({ ...emptyReport() }) });
		const rows = JSON.parse((await plugward(['search', 'x', '--json'], { engine })).stdout).data.hits;
		expect(Object.keys(rows[0]).toSorted()).toEqual([...(COMMANDS.find(({ name }) => name === 'search')?.fields ?? [])].toSorted());
		const report = JSON.parse((await plugward(['verify', '--json'], { engine })).stdout).data;
		expect(Object.keys(report).toSorted()).toEqual([...(COMMANDS.find(({ name }) => name === 'verify')?.fields ?? [])].toSorted());
	});

	it('that do not exist are refused, naming those that do', async () => {
		const { exitCode, stdout } = await plugward(['list', '--json=name,nmae'], { engine: standInEngine({}) });
		expect(exitCode).toBe(2);
		expect(JSON.parse(stdout)).toMatchObject({ ok: false, error: { code: 'usage', message: '"nmae" is not a field of list.' } });
	});
});

function emptyReport(): VerifyReport {
	return { generation: 1, packagesChecked: 0, filesChecked: 0, bytesChecked: 0, findings: [], repaired: [], packages: [] };
}
