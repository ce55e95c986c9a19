import { expect, test } from 'vitest';

import { experiment } from './experiment.ts';
import { proveReload } from './reload.ts';

test('fifty reloads under load lose no call and no message, and leave nothing open', { timeout: 120_000 }, async () => {
	const { reloads, calls, messages, lost, descriptors } = await proveReload(50);
	expect({ reloads, lost }).toEqual({ reloads: 50, lost: 0 });
	expect(Math.min(calls, messages)).toBeGreaterThan(50);
	expect(descriptors[1]).toBeLessThanOrEqual(descriptors[0] + 8);
});

test('ten hostile plugins among fifty touch nothing and disturb no answer', { timeout: 120_000 }, async () => {
	const report = await experiment(10);
	expect(report).toMatchObject({ plugins: 50, touched: 0, wrongReplies: 0, neighbourRestarts: 0 });
	expect(Object.keys(report.attacks)).toHaveLength(10);
	expect(report.neighbourReplies).toBeGreaterThan(100);
});
