import { parseArgs } from 'node:util';
import { JUDGEMENTS, tally } from '../engine/resolver/proofs/agreements.ts';
import type { Kind } from '../engine/resolver/proofs/agreements.ts';

/*
 * Solves random universes and compares each answer with MiniSat's or with a search of all placements, and each tree with the rules.
 * Ends with 1 when anything differs.
 */

const KINDS = Object.keys(JUDGEMENTS) as Kind[];

const { values } = parseArgs({
	options: {
		universes: { type: 'string', default: '10000' },
		from: { type: 'string', default: '1' },
		kinds: { type: 'string', default: KINDS.join(',') },
	},
});
const from = Number(values.from);
let isWrong = false;
for (const kind of KINDS.filter((candidate) => values.kinds.split(',').includes(candidate))) {
	const startedAt = performance.now();
	const { solvable, unsolvable, wrong } = await tally(kind, { from, to: from + Number(values.universes) - 1 });
	const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
	console.log(`${kind}: ${solvable} solvable, ${unsolvable} not, ${wrong.length} wrong (${seconds} s)`);
	for (const text of wrong.slice(0, 10)) {
		console.log(`  ${text}`);
	}

	isWrong ||= wrong.length > 0;
}

process.exitCode = isWrong ? 1 : 0;
