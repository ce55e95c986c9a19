import { parentPort } from 'node:worker_threads';
import { EngineError } from '../../errors.ts';
import { compilePackument, type CompiledPackument, type RawPackument } from './compile-packument.ts';

/** What the worker is told: one packument at a time. */
export type PackumentJob = RawPackument & { readonly id: number };

/** What it answers. */
export type PackumentReply = { readonly id: number } & (
	| { readonly type: 'compiled'; readonly compiled: CompiledPackument }
	| { readonly type: 'refused'; readonly code: EngineError['code']; readonly message: string; readonly hint: string | undefined }
);

parentPort?.on('message', (job: PackumentJob) => {
	const reply = replyTo(job);
	const isRead = reply.type === 'compiled' && reply.compiled.type === 'read';
	parentPort?.postMessage(reply, isRead ? transferable(reply.compiled) : []);
});

function replyTo({ id, ...raw }: PackumentJob): PackumentReply {
	try {
		return { id, type: 'compiled', compiled: compilePackument(raw) };
	} catch (error) {
		if (error instanceof EngineError) {
			return { id, type: 'refused', code: error.code, message: error.message, hint: error.hint };
		}

		// Not foreseen: it ends the worker, and whoever waits for it is told.
		throw error;
	}
}

function transferable(compiled: CompiledPackument): ArrayBuffer[] {
	return compiled.type === 'read' && compiled.index.buffer instanceof ArrayBuffer ? [compiled.index.buffer] : [];
}
