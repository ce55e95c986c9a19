import type { EngineEvent } from '../engine/index.ts';
import type { ToldEvent, TransferProgress } from '../transfer-watch.ts';

/** Often enough to see a transfer move, and seldom enough for a slow line. */
const LOOK_MILLISECONDS = 1000;
/** A task tells how far it has come up to ten times a second. */
const TASK_MILLISECONDS = 300;

type Passing = {
	readonly event: (event: ToldEvent) => void;
	/** Once a second: how far transfers have come since, of each the newest. */
	readonly look: (progress: readonly TransferProgress[]) => void;
};

/**
 * Passes on at once what an operation tells, but for how far it has come: of that the newest, and once a second, so that all transfers
 * together cost one frame. What else happens takes what is held back along, in its order. Runs until it is stopped.
 */
export function seldomTransfers(pass: Passing): { readonly onEvent: (event: EngineEvent) => void; readonly stop: () => void } {
	const held = new Map<string, TransferProgress>();
	let heldTask: ToldEvent | null = null;
	let toldTaskAt = Number.NEGATIVE_INFINITY;

	function passTask(task: ToldEvent): void {
		toldTaskAt = performance.now();
		heldTask = null;
		pass.event(task);
	}

	function release(): void {
		pass.look([...held.values()]);
		held.clear();
		if (heldTask !== null) {
			passTask(heldTask);
		}
	}

	const timer = setInterval(release, LOOK_MILLISECONDS);
	return {
		onEvent(event) {
			if (event.type === 'fetch-progress') {
				held.set(event.id, event);
			} else if (event.type === 'task-progress') {
				heldTask = event;
				if (performance.now() - toldTaskAt >= TASK_MILLISECONDS) {
					passTask(event);
				}
			} else {
				if (held.size > 0 || heldTask !== null) {
					release();
				}

				pass.event(event);
			}
		},
		stop() {
			clearInterval(timer);
			release();
		},
	};
}
