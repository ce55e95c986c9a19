import { parseArgs } from 'node:util';
import { rangeDisagreements } from '../engine/resolver/proofs/random-ranges.ts';

/* Compares our reading of ranges with node-semver's on random pairs. Ends with 1 at the first ten differences. */

const MOST_SHOWN = 10;

const { values } = parseArgs({ options: { pairs: { type: 'string', default: '1000000' }, seed: { type: 'string', default: '1' } } });
const startedAt = performance.now();
let shown = 0;
for (const difference of rangeDisagreements({ seed: Number(values.seed), pairs: Number(values.pairs) })) {
	console.log(JSON.stringify(difference));
	shown += 1;
	if (shown === MOST_SHOWN) {
		break;
	}
}

console.log(`${values.pairs} pairs of seed ${values.seed}: ${shown} differ (${((performance.now() - startedAt) / 1000).toFixed(1)} s).`);
process.exitCode = shown === 0 ? 0 : 1;
