import { describe, expect, it } from 'vitest';
import { loadExample, standInContext } from './load-example.ts';

const LOGS = {
	'$project/logs/web.log': [
		'2026-10-02T01:58:11Z INFO  GET /health 200',
		'2026-10-02T02:07:44Z ERROR upstream timed out after 30 s',
		'2026-10-02T02:09:02Z ERROR upstream timed out after 31 s',
		'',
		'2026-10-02T02:11:30Z WARN slow query: 2140 ms',
		'    at somewhere (file.js:1:1)',
	].join('\n'),
	'$project/logs/old/jobs.log': '[2026-10-01 23:00:00,123] FATAL: out of disk\n',
	'$project/logs/image.png': 'ERROR not a log',
};

describe.each(['1.0.0', '1.1.0'])('log-summary %s', (version) => {
	const summarise = async (files: Record<string, string>) => {
		const plugin = await loadExample(`log-summary/${version}`);
		const { context, logged } = standInContext({ files });
		return { result: await plugin.execute({ task: 'summarise', input: {} }, context), logged };
	};

	it('counts levels, and puts the worst messages first', async () => {
		const { result } = await summarise(LOGS);
		expect(result).toMatchObject({
			files: 2,
			lines: 6,
			levels: [
				{ level: 'FATAL', count: 1 },
				{ level: 'ERROR', count: 2 },
				{ level: 'WARN', count: 1 },
				{ level: 'INFO', count: 1 },
				{ level: 'other', count: 1 },
			],
			problems: [
				{ count: 1, level: 'FATAL', message: 'out of disk', file: 'old/jobs.log', last: '2026-10-01T23:00' },
				{ count: 2, level: 'ERROR', message: 'upstream timed out after # s', file: 'web.log', last: '2026-10-02T02:09' },
				{ count: 1, level: 'WARN', message: 'slow query: 2140 ms', file: 'web.log', last: '2026-10-02T02:11' },
			],
		});
	});

	it('leaves out what is too large, and says so', async () => {
		const { result, logged } = await summarise({ '$project/logs/big.log': 'x'.repeat(4_000_001) });
		expect(result).toMatchObject({ files: 0 });
		expect(logged[0]).toContain('big.log is left out: 4000001 bytes');
	});

	it('is stopped by a denial instead of reporting empty logs', async () => {
		const plugin = await loadExample(`log-summary/${version}`);
		await expect(plugin.execute({ task: 'summarise', input: {} }, standInContext({}).context)).rejects.toMatchObject({
			code: 'ERR_PERMISSION_DENIED',
		});
	});
});

it('only 1.1.0 has an hourly histogram', async () => {
	const results = await Promise.all(
		['1.0.0', '1.1.0'].map(async (version) =>
			(await loadExample(`log-summary/${version}`)).execute(
				{ task: 'summarise', input: { folder: '$project/logs/' } },
				standInContext({ files: LOGS }).context,
			),
		),
	);
	expect(results[0]).not.toHaveProperty('hours');
	expect(results[1]).toMatchObject({
		hours: [
			{ hour: '2026-10-01 23:00', lines: 1, errors: 1, bar: '########' },
			{ hour: '2026-10-02 01:00', lines: 1, errors: 0, bar: '########' },
			{ hour: '2026-10-02 02:00', lines: 3, errors: 2, bar: '########################' },
		],
	});
});
