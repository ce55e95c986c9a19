import type { EngineEvent } from '../engine/index.ts';

/** Often enough to see a transfer move, and seldom enough for a slow line. */
const TRANSFER_MILLISECONDS = 800;

type Progress = Extract<EngineEvent, { readonly type: 'fetch-progress' }>;

/**
 * Passes everything on at once but for how far transfers have come: of each only the newest, and of all of them together, so that they cost
 * one frame. What else happens takes what is held back along, in its order; the end of a transfer does too.
 */
export function seldomTransfers(pass: (event: EngineEvent) => void): (event: EngineEvent) => void {
	const held = new Map<string, Progress>();
	let last = Number.NEGATIVE_INFINITY;

	function release(): void {
		last = performance.now();
		for (const event of held.values()) {
			pass(event);
		}

		held.clear();
	}

	return (event) => {
		if (event.type !== 'fetch-progress') {
			release();
			return pass(event);
		}

		held.set(event.id, event);
		if (event.finished || performance.now() - last >= TRANSFER_MILLISECONDS) {
			release();
		}
	};
}
