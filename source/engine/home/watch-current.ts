import { watch } from 'node:fs';
import { basename, dirname } from 'node:path';
import { readCurrent } from './current.ts';
import type { Layout } from './layout.ts';

/** Also looks this often, since a notification can be lost or the system be out of watches. */
const LOOK_MILLISECONDS = 1000;

/** Yields the present number, then each change, until the signal fires. Changes that follow fast on each other come as the last of them. */
export async function* watchCurrent(layout: Layout, { signal }: { readonly signal: AbortSignal }): AsyncIterable<number> {
	let wake: () => void = () => undefined;
	let changed = false;
	const notify = () => {
		changed = true;
		wake();
	};

	const stopWatching = startWatching(layout.current, notify);
	const timer = setInterval(notify, LOOK_MILLISECONDS);
	timer.unref();
	signal.addEventListener('abort', notify, { once: true });
	try {
		let last: number | null = null;
		while (!signal.aborted) {
			changed = false;
			const { number } = await readCurrent(layout);
			if (number !== last) {
				last = number;
				yield number;
			}

			if (!changed) {
				await new Promise<void>((resolve) => {
					wake = resolve;
				});
			}
		}
	} finally {
		signal.removeEventListener('abort', notify);
		clearInterval(timer);
		stopWatching();
	}
}

function startWatching(path: string, notify: () => void): () => void {
	try {
		const watcher = watch(dirname(path), { persistent: false }, (_event, name) => {
			if (name === null || name === basename(path)) {
				notify();
			}
		});
		// Without notifications the timer still looks.
		watcher.on('error', () => {
			watcher.close();
		});
		return () => {
			watcher.close();
		};
	} catch {
		// Out of watches: the timer still looks.
		return () => undefined;
	}
}
