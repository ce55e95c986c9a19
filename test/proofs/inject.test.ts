import { expect, test } from 'vitest';
import { injectInto, whyNoInjection } from './inject.ts';

const reason = whyNoInjection();

test.skipIf(reason !== null)(
	`the built command with single system calls that fail or kill it leaves a whole home${reason === null ? '' : ` (${reason})`}`,
	{ timeout: 240_000 },
	async () => {
		const { before, after, calls } = await injectInto(['install', 'blue@2.0.0', '--yes'], { every: 90 });
		const tried = Object.values(calls).reduce((sum, one) => sum + one.tried, 0);
		expect(tried).toBeGreaterThan(2);
		expect(before + after).toBe(tried);
	},
);
