import { expect, test } from 'vitest';
import { crowd } from './crowd.ts';

test.each([2, 4])(
	'%i processes that change one home at once leave it whole, and none waits for ever',
	{ timeout: 120_000 },
	async (processes) => {
		const report = await crowd({ processes, seconds: 2 });
		expect(report.fewestOfOneProcess).toBeGreaterThan(0);
		expect(report.generation).toBeGreaterThanOrEqual(0);
	},
);
