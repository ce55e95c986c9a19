import { readSync, writeSync } from 'node:fs';

import { createIdSource, encodeFrame, FrameReader, MAXIMUM_FRAME_TO_HOST_BYTES, SYNC_TO_CORE, SYNC_TO_HOST } from '../frames.ts';

const CHUNK_BYTES = 64 * 1024;

/**
 * Questions whose answer the guest waits for in place: `readFileSync`, a write to standard output, the end of a tool. The descriptor was
 * never given to an event loop, so that it blocks, and with it every isolate of this process; where there are several, the core answers
 * within the time of one file. It watches time and can kill this process at any moment.
 */
export function createQuestions(descriptor: number, die: () => void): (question: string, slot: number) => string {
	const reader = new FrameReader({ maximumBytes: MAXIMUM_FRAME_TO_HOST_BYTES, kinds: SYNC_TO_HOST });
	const nextId = createIdSource();
	const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
	return (question, slot) => {
		writeAll(descriptor, encodeFrame(SYNC_TO_CORE.question, nextId(), question, slot));
		for (;;) {
			const count = readSync(descriptor, chunk);
			if (count === 0) {
				// Without the core there is nobody who would answer.
				die();
				return '';
			}

			const [answer] = reader.push(Buffer.from(chunk.subarray(0, count)));
			if (answer !== undefined) {
				return answer.payload.toString('utf8');
			}
		}
	};
}

function writeAll(descriptor: number, bytes: Uint8Array): void {
	for (let written = 0; written < bytes.length;) {
		written += writeSync(descriptor, bytes, written);
	}
}
