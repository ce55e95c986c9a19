// A second process for the tests of the mutex: `count` adds to a number many times, `hold` takes the mutex and keeps it until it is killed,
// `install` commits generations one after the other, `audit` writes to the audit log, `read` reads what is current
// as fast as it can until it is told to stop.
import { readFileSync, writeFileSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { openHome } from '../../../source/engine/home/index.ts';
import { add, changeTo, sample, signal, waiting } from './temporary-home.ts';

const [what = '', path = '', argument = '', rounds = '50'] = process.argv.slice(2);
const roundCount = rounds === 'forever' ? Number.POSITIVE_INFINITY : Number(rounds);
const home = await openHome({ path, waitMilliseconds: 60_000, command: `child ${what}` });

switch (what) {
	case 'count':
		for (let round = 0; round < 20; round += 1) {
			await home.withMutex(async () => {
				const value = Number(readFileSync(argument, 'utf8'));
				await new Promise((resolve) => {
					setTimeout(resolve, 1);
				});
				writeFileSync(argument, String(value + 1));
			}, waiting);
		}

		break;
	case 'hold':
		await home.withMutex(async () => {
			process.send?.('held');
			await new Promise((resolve) => {
				setTimeout(resolve, 60_000);
			});
		}, waiting);
		break;
	case 'read': {
		let reads = 0;
		const seen = new Set<number>();
		const stop = new AbortController();
		process.once('message', () => {
			stop.abort();
		});
		while (!stop.signal.aborted) {
			const { number, lock, meta } = await home.current();
			// Each generation says in its command what it holds.
			if (
				number > 0 &&
				meta.command !==
					`install ${Object.values(lock.packages)
						.map(({ name }) => name)
						.join(' ')}`
			) {
				throw new Error(`generation ${number} is of two pieces`);
			}

			seen.add(number);
			reads += 1;
			if (reads === 1) {
				process.send?.('reading');
			}

			// What is read out of small files waits for nothing, and the word to stop must come in between.
			await setImmediate();
		}

		process.send?.({ reads, generations: seen.size });
		process.disconnect?.();
		break;
	}

	case 'audit':
		for (let round = 0; round < roundCount; round += 1) {
			home.appendAuditSync({ event: 'child', name: argument, round });
			await home.appendAudit({ event: 'child', name: argument, round });
			if (round === 3) {
				process.send?.('wrote');
			}
		}

		break;
	case 'install':
		for (let round = 0; ; round += 1) {
			const one = sample(`${argument}-${round}`, '1.0.0', { 'lib/x.js': String(round), 'lib/y.js': argument });
			await add(home, one);
			await home.withMutex(async () => {
				const base = await home.current();
				await home.commit(changeTo([one], base.number), { signal });
			}, waiting);
			process.send?.('installed');
		}
}

await home[Symbol.asyncDispose]();
