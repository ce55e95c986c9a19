import { expect, test } from 'vitest';
import { killAtRandom } from './random-kill.ts';

test('fifty kills at random moments of real commands leave a whole home each time', { timeout: 240_000 }, async () => {
	const report = await killAtRandom({ kills: 50, seed: 7, installEvery: 25 });
	expect(report).toMatchObject({ kills: 50, installsAfterwards: 2 });
	expect(report.before + report.after + report.between).toBe(50);
	expect(report.verified).toBe(50 + report.tooLate);
});
