// One of several processes, each with a home of its own, that install and collect in one shared store until it is told to end or is killed.
import { openHome } from '../../../source/engine/home/index.ts';
import { EngineError } from '../../../source/engine/errors.ts';
import { changeTo, add, sample, signal, waiting } from './temporary-home.ts';

const [path = '', store = '', rounds = '1', own = 'own'] = process.argv.slice(2);
const common = sample('common', '1.0.0', { 'lib/a.js': 'a\n' });
const mine = sample(own);

for (let round = 0; round < Number(rounds); round += 1) {
	const home = await openHome({ path, store, waitMilliseconds: 20_000 });
	const wanted = round % 3 === 2 ? [mine] : [common, mine];
	try {
		for (const one of wanted) {
			await add(home, one);
		}

		const { number } = await home.current();
		await home.withMutex(async () => {
			await home.commit(changeTo(wanted, number), { signal });
			await home.collectGarbage({ newest: 1, since: null }, { signal });
		}, waiting);
		process.send?.('done');
	} catch (error) {
		// Another home collected it between our look and our commit.
		if (!(error instanceof EngineError) || error.code !== 'plan-stale') {
			throw error;
		}
	} finally {
		await home[Symbol.asyncDispose]();
	}
}
