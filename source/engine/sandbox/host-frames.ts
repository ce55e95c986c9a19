import type { Duplex } from 'node:stream';

import { encodeFrame, FrameBreach, FrameReader, MAXIMUM_FRAME_TO_CORE_BYTES, SYNC_TO_CORE, SYNC_TO_HOST, type Frame } from './frames.ts';

type FrameEvents = {
	readonly kinds: Readonly<Record<string, number>>;
	readonly onFrame: (frame: Frame) => void;
	readonly onBreach: (reason: string) => void;
};

/** Hands on what a host says, until it breaks the rules of the wire. */
export function readFrames(channel: Duplex, events: FrameEvents): void {
	const reader = new FrameReader({ maximumBytes: MAXIMUM_FRAME_TO_CORE_BYTES, kinds: events.kinds });
	let isBroken = false;
	channel.on('data', (chunk: Buffer) => {
		if (isBroken) {
			return;
		}

		try {
			for (const frame of reader.push(chunk)) {
				events.onFrame(frame);
			}
		} catch (error) {
			isBroken = true;
			events.onBreach(error instanceof Error ? error.message : String(error));
		}
	});
	// A host that is being killed resets its socket; its exit tells the story.
	channel.on('error', () => undefined);
}

export type Questions = {
	/** On the second socket, where the host reads without letting anything else happen. */
	readonly answer: (id: number, payload: string) => void;
	/** Whether a question is open, so that nothing in the process can go on. */
	readonly isWaiting: () => boolean;
};

/** One question and its answer after the other, whichever isolate it is of. */
export function takeQuestions(
	socket: Duplex,
	{ onQuestion, onBreach }: { readonly onQuestion: (frame: Frame) => void; readonly onBreach: (reason: string) => void },
): Questions {
	let open: number | null = null;
	let last = 0;
	readFrames(socket, {
		kinds: SYNC_TO_CORE,
		onFrame: (frame) => {
			if (open !== null || frame.id <= last) {
				throw new FrameBreach(`question ${frame.id} came before the one before it was answered`);
			}

			open = frame.id;
			last = frame.id;
			onQuestion(frame);
		},
		onBreach,
	});
	return {
		answer: (id, payload) => {
			if (id === open) {
				open = null;
				socket.write(encodeFrame(SYNC_TO_HOST.answer, id, payload));
			}
		},
		isWaiting: () => open !== null,
	};
}
