// Another plugward on the same home: takes the mutex through the home's door, says so, and keeps it until it is killed.
import { setTimeout as sleep } from 'node:timers/promises';
import { openHome } from '../../source/engine/home/index.ts';

const [path = ''] = process.argv.slice(2);
const home = await openHome({ path, waitMilliseconds: 5000, command: 'install something-slow' });
await home.withMutex(
	async () => {
		process.send?.('held');
		await sleep(60_000);
	},
	{ signal: new AbortController().signal, onWaiting: () => undefined },
);
