import type { TaskProgress } from './host-messages.ts';

const PAUSE_MILLISECONDS = 100;

export type ProgressTeller = {
	readonly tell: (progress: TaskProgress) => void;
	/** Tells what still waits; nothing is told afterwards. */
	readonly end: () => void;
};

/** Passes on the newest ten times a second at most, however often a plugin says how far it is. */
export function createProgressTeller(onProgress: (progress: TaskProgress) => void): ProgressTeller {
	let waiting: TaskProgress | null = null;
	let timer: NodeJS.Timeout | null = null;
	let isOver = false;
	const flush = (): void => {
		timer = null;
		if (waiting !== null) {
			const progress = waiting;
			waiting = null;
			timer = setTimeout(flush, PAUSE_MILLISECONDS);
			onProgress(progress);
		}
	};
	return {
		tell: (progress) => {
			if (isOver) {
				return;
			}

			waiting = progress;
			if (timer === null) {
				flush();
			}
		},
		end: () => {
			isOver = true;
			if (timer !== null) {
				clearTimeout(timer);
			}

			if (waiting !== null) {
				onProgress(waiting);
				waiting = null;
			}
		},
	};
}
