import { describe, expect, test } from 'vitest';
import type { AuditLogCalls, AuditLogCheck, AuditQuery, AuditRecord } from '../../source/engine/audit-log.ts';
import { standInEngine } from './engine-stand-in.ts';
import { plugward } from './run-command-line.ts';

const HASH = 'a'.repeat(64);
const GOOD: AuditLogCheck = {
	first: 1,
	lines: 9,
	bytes: 1200,
	head: { number: 9, hash: HASH },
	tornBytes: 0,
	broken: null,
	holdsHash: null,
};

function record(number: number, event: string, details: AuditRecord['details']): AuditRecord {
	return { number, time: '2026-10-02T03:04:05.678Z', event, plugin: '@examples/link-checker', version: '1.0.0', details };
}

const RECORDS = [
	record(7, 'permission-denied', { permission: 'net:a-host-with-a-rather-long-name.example.com:443', rule: 'not-granted', resource: 'x' }),
	record(8, 'limit-exceeded', { limit: 'memory', bound: 67_108_864, measured: 70_000_000 }),
	record(9, 'sandbox-breach', { reason: '\u001B[31mthe host process ended' }),
];

function engineWith(calls: Partial<AuditLogCalls>) {
	const { auditLog } = standInEngine({});
	return standInEngine({ auditLog: { ...auditLog, ...calls } });
}

const shows = engineWith({ show: async () => ({ total: 9, matched: 3, unreadable: 0, records: RECORDS }) });

describe('audit-log show', () => {
	test('is a table of at most 80 columns, without what a plugin could steer a terminal with', async () => {
		const { exitCode, stdout } = await plugward(['audit-log', 'show', '--no-color'], { engine: shows, answers: [] });
		expect(exitCode).toBe(0);
		expect(stdout).toContain('7  2026-10-02 03:04  permission-denied  @examples/link-checker: net:a-host');
		expect(stdout).toContain('limit-exceeded     @examples/link-checker: memory, 70');
		expect(stdout).not.toContain('\u001B');
		expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
	});

	test('passes on what was asked for, and fifty lines when nothing was', async () => {
		const asked: AuditQuery[] = [];
		const engine = engineWith({
			show: async (query) => {
				asked.push(query);
				return { total: 9, matched: 1, unreadable: 0, records: RECORDS.slice(0, 1) };
			},
		});
		await plugward(['audit-log', 'show'], { engine });
		const flags = ['--plugin', 'a', '--event', 'plugin-ended', '--event', 'limit-exceeded', '--since', '7d', '--last', '2'];
		await plugward(['audit-log', 'show', ...flags], { engine });
		const { stdout } = await plugward(['audit-log', 'show', '7'], { engine });
		const all = { plugin: null, events: [], since: null, last: 50, number: null };
		expect(asked).toEqual([
			all,
			{ plugin: 'a', events: ['plugin-ended', 'limit-exceeded'], since: '7d', last: 2, number: null },
			{ ...all, number: 7 },
		]);
		expect(stdout).toContain('net:a-host-with-a-rather-long-name.example.com:443');
	});

	test('prints the records as rows of one document', async () => {
		const { stdout } = await plugward(['audit-log', 'show', '--json=records'], { engine: shows });
		expect(JSON.parse(stdout)).toMatchObject({ ok: true, data: { records: RECORDS } });
	});

	test.each([
		[['show', '0']],
		[['show', 'last']],
		[['show', '--last', '0']],
		[['show', '--holds', HASH]],
		[['verify', '--event', 'plugin-ended']],
		[['export']],
		[['export', '-', '--json']],
		[['export', 'a', '--plugin', 'b']],
		[['forget']],
		[[]],
	])('%j is a mistake on the command line', async (words) => {
		expect((await plugward(['audit-log', ...words], { engine: engineWith({}) })).exitCode).toBe(2);
	});
});

describe('audit-log verify', () => {
	test('a whole log is exit 0 and says which hash to keep', async () => {
		const { exitCode, stdout } = await plugward(['audit-log', 'verify'], { engine: engineWith({ verify: async () => GOOD }) });
		expect(exitCode).toBe(0);
		expect(stdout).toContain(HASH);
	});

	test('a broken one is exit 5, names the line and why, and still has its data', async () => {
		const broken = { line: 10, problem: 'link', text: 'it continues from another' } as const;
		const engine = engineWith({ verify: async () => ({ ...GOOD, broken }) });
		const { exitCode, stderr } = await plugward(['audit-log', 'verify'], { engine });
		expect(exitCode).toBe(5);
		expect(stderr).toContain('broken at line 10: it continues from another.');
		expect(stderr).toContain('Lines 1 to 8 still hold');
		const { stdout } = await plugward(['audit-log', 'verify', '--json'], { engine });
		expect(JSON.parse(stdout)).toMatchObject({ ok: false, data: { broken }, error: { code: 'verification-failed' } });
	});

	test('a hash that is no longer there is exit 5', async () => {
		const engine = engineWith({ verify: async () => ({ ...GOOD, holdsHash: false }) });
		expect((await plugward(['audit-log', 'verify', '--holds', HASH], { engine })).exitCode).toBe(5);
	});
});

test('audit-log export - prints the lines and nothing else', async () => {
	const text = '{"v":1}\n{"v":1}\n';
	const engine = engineWith({ export: async () => ({ file: null, lines: 2, bytes: 16, sha256: HASH, text }) });
	expect(await plugward(['audit-log', 'export', '-'], { engine })).toMatchObject({ exitCode: 0, stdout: text, stderr: '' });
});
