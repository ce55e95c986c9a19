// A process that begins to fetch one artefact and never gets to its end. It says `open` when the transfer has begun.
import { Readable } from 'node:stream';
import { openHome } from '../../../source/engine/home/index.ts';
import { add, sample } from './temporary-home.ts';

const [path = '', store = '', name = ''] = process.argv.slice(2);
const home = await openHome({ path, store: store === '' ? null : store, waitMilliseconds: 1000 });
const one = sample(name);
// Keeps the process alive while it waits for nothing.
setInterval(() => undefined, 1000);
await add(home, one, {
	open: async () => {
		process.send?.('open');
		return { stream: new Readable({ read: () => undefined }), totalBytes: one.tarball.length };
	},
});
