import { expect, test } from 'vitest';
import type { PermissionReport } from '../../source/engine/index.ts';
import { standInEngine } from './engine-stand-in.ts';
import { plugward } from './run-command-line.ts';

const REPORT: PermissionReport = {
	plugin: '@a/b',
	version: '1.0.0',
	level: 'known',
	generation: 3,
	answers: [
		{
			permission: 'fs.read:$project/a',
			isGranted: false,
			reason: 'not-granted',
			text: 'Nobody allowed it.',
			declared: { permission: 'fs.read:$project/**', line: 12, why: 'to\u001B[31m read' },
			declaration: null,
			commands: {
				always: "plugward install @a/b --allow '@a/b=fs.read:$project/**'",
				once: "plugward run @a/b --allow 'fs.read:$project/**'",
			},
		},
	],
	use: null,
};

test('permissions explain says why, where it is asked for, and what to type', async () => {
	const asked: unknown[] = [];
	const engine = standInEngine({
		explainPermissions: async (request) => {
			asked.push(request);
			return REPORT;
		},
	});
	const { exitCode, stdout } = await plugward(['permissions', 'explain', '@a/b', 'fs.read:$project/a'], { engine });
	expect(asked).toEqual([{ target: '@a/b', permission: 'fs.read:$project/a' }]);
	expect(exitCode).toBe(0);
	expect(stdout.trimEnd().split('\n')).toEqual([
		'@a/b 1.0.0, level known, generation 3',
		'',
		'denied fs.read:$project/a',
		'  why           Nobody allowed it.',
		'  package.json  line 12: fs.read:$project/** "to read"',
		"  grant it      plugward install @a/b --allow '@a/b=fs.read:$project/**'",
		"  for one run   plugward run @a/b --allow 'fs.read:$project/**'",
	]);
	const { stdout: json } = await plugward(['permissions', 'explain', '@a/b', '--json=permission,reason'], { engine });
	expect(JSON.parse(json)).toMatchObject({ data: { answers: [{ permission: 'fs.read:$project/a', reason: 'not-granted' }] } });
});

test.each([[['permissions']], [['permissions', 'explain']], [['permissions', 'grant', 'a']], [['permissions', 'explain', 'a', 'b', 'c']]])(
	'%j is a mistake on the command line',
	async (words) => {
		expect((await plugward(words, { engine: standInEngine({}) })).exitCode).toBe(2);
	},
);

test('with --unused it tells which grants no run has used', async () => {
	const use = {
		runs: 12,
		since: '2026-03-01T00:00:00.000Z',
		used: ['env:A'],
		unused: [{ permission: 'net:\u001B[31ma.example:443', grantedAt: '2026-02-01T00:00:00.000Z' }],
	};
	const asked: unknown[] = [];
	const engine = standInEngine({
		explainPermissions: async (request) => {
			asked.push(request);
			return { ...REPORT, use };
		},
	});
	const { stdout } = await plugward(['permissions', 'explain', '@a/b', '--unused'], { engine });
	expect(asked).toEqual([{ target: '@a/b', permission: null, use: true }]);
	expect(stdout).toContain('12 runs since 2026-03-01. Used 1 of 2 grants.\nnever used: net:a.example:443, granted 2026-02-01');
	const none = standInEngine({ explainPermissions: async () => ({ ...REPORT, use: { runs: 0, since: null, used: [], unused: [] } }) });
	expect((await plugward(['permissions', 'explain', '@a/b', '--unused'], { engine: none })).stdout).toContain(
		'The audit log knows no run of this version. Nothing is granted to @a/b.',
	);
});
