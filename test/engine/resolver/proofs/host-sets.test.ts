import { describe, expect, it } from 'vitest';
import { verifyResolution } from '../../../../source/engine/resolver/index.ts';
import { NPM_RULES } from '../../../helpers/universe.ts';
import { readHostSets } from './host-sets.ts';

/** What no tool can solve, since each version of one plugin needs another host. */
const IMPOSSIBLE: Readonly<Record<string, string>> = {
	'react ^17.0.0 #3': 'So enzyme-adapter-react-16 and react@^17.0.0 cannot be installed together.',
};

describe('plugins of any version around a host of an older major, from real packages', { timeout: 120_000 }, () => {
	const { sets, universe } = readHostSets();

	it.each(sets)('$name: no peer is broken, and only what is impossible is refused', async ({ name, roots }) => {
		const outcome = await universe.resolve(roots, { budgetMilliseconds: 120_000 });
		if (outcome.type === 'unsolvable') {
			expect(outcome.failure.sentences).toContain(IMPOSSIBLE[name]);
			return;
		}

		expect(`${outcome.type} ${IMPOSSIBLE[name] ?? ''}`).toBe('resolved ');
		if (outcome.type === 'resolved') {
			expect(verifyResolution(outcome.resolution, universe.request(roots), NPM_RULES)).toEqual([]);
		}
	});

	it('come from seven families', () => {
		expect(new Set(sets.map(({ name }) => name.split(' ')[0])).size).toBe(7);
		expect(sets.length).toBe(14);
	});
});
