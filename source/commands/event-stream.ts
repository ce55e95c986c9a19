import type { EngineEvent } from '../engine/index.ts';
import { type Envelope, safeJson } from './envelope.ts';

/** NDJSON for programs: one event a line, the last one is the result. Lines carry a version, a time and a number without gaps. */
export function createEventStream(write: (text: string) => void): {
	readonly event: (event: EngineEvent) => void;
	readonly result: (envelope: Envelope) => void;
} {
	let sequence = 0;
	const line = (name: string, data: object) => {
		sequence += 1;
		write(`${safeJson({ v: 1, t: new Date().toISOString(), seq: sequence, event: name, ...data }, 0)}\n`);
	};

	return {
		event: ({ type, ...data }) => line(type, data),
		result: (envelope) => line('result', envelope),
	};
}
