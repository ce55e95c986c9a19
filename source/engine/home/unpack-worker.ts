/** A thread that unpacks archives into a home. Its program is started by `unpack-threads.ts` and speaks `unpack-messages.ts`. */
import { parentPort, workerData } from 'node:worker_threads';
import { realDisk } from './disk.ts';
import { createLayout, DEFAULT_PROFILE } from './layout.ts';
import { createTwinFinder } from './twin-files.ts';
import type { UnpackAnswer, UnpackRequest, UnpackWorkerData } from './unpack-messages.ts';
import { packError } from './unpack-messages.ts';
import type { ScannedToUnpack } from './unpacker.ts';
import { createUnpacker } from './unpacker.ts';

type Held = { readonly controller: AbortController; scanned: ScannedToUnpack | null };

const { homePath, shared } = workerData as UnpackWorkerData;
const unpacker = createUnpacker({ disk: realDisk, twins: createTwinFinder(createLayout(homePath, DEFAULT_PROFILE, shared)) });
const held = new Map<number, Held>();

parentPort?.on('message', (request: UnpackRequest) => {
	switch (request.type) {
		case 'scan':
			void answer(request.id, () => scan(request.id, request.archive));
			break;
		case 'unpack':
			void answer(request.id, () => unpack(request.id, request.tree));
			break;
		case 'drop':
			held.get(request.id)?.controller.abort();
			held.delete(request.id);
			break;
		case 'forget':
			unpacker.forget();
			break;
	}
});

async function answer(id: number, work: () => Promise<UnpackAnswer>): Promise<void> {
	try {
		send(await work());
	} catch (error) {
		held.delete(id);
		send({ type: 'failed', id, error: packError(error) });
	}
}

function send(answered: UnpackAnswer): void {
	// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window.
	parentPort?.postMessage(answered);
}

async function scan(id: number, archive: Extract<UnpackRequest, { type: 'scan' }>['archive']): Promise<UnpackAnswer> {
	const own: Held = { controller: new AbortController(), scanned: null };
	held.set(id, own);
	const scanned = await unpacker.scan(archive, { signal: own.controller.signal });
	own.scanned = scanned;
	return { type: 'scanned', id, packageJson: scanned.packageJson, unpackedBytes: scanned.unpackedBytes };
}

async function unpack(id: number, tree: string): Promise<UnpackAnswer> {
	const scanned = held.get(id)?.scanned;
	if (scanned === null || scanned === undefined) {
		throw new Error(`Archive ${id} is not held by this thread.`);
	}

	const files = await scanned.unpack(tree);
	held.delete(id);
	return { type: 'unpacked', id, files };
}
