import { compute, computeOn } from '../compute.ts';
import { fault } from './algorithms.ts';

type More = Readonly<Record<string, unknown>>;

/** An operation of the host that gives bytes. What fails there is an OperationError, which says no more, as the standard wants it. */
export function hostBytes(operation: string, data: Uint8Array, more: More = {}): Uint8Array<ArrayBuffer> {
	return Uint8Array.fromBase64(String(attempt(() => computeOn(operation, data, more))));
}

export function hostAnswer(operation: string, more: More): unknown {
	return attempt(() => compute(operation, more));
}

export function hostCheck(operation: string, data: Uint8Array, more: More): boolean {
	return attempt(() => computeOn(operation, data, more)) === true;
}

function attempt(work: () => unknown): unknown {
	try {
		return work();
	} catch (error) {
		throw fault('OperationError', 'The operation failed for an operation-specific reason', error);
	}
}
