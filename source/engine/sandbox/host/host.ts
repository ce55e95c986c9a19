/**
 * The program of a host process: one plugin in one isolate, or several trusted ones in one each, and nothing this process could do for them. It is never imported by the
 * core; it is built into one file, so that the permission model has to open exactly that file, the scripts for isolates and the isolate
 * binary. Arguments: the binary (empty for native), the scripts, `direct` or `threads`, and the heap of an isolate to make before the hello.
 * It is also the host of a plugin that runs natively, with a context of its own process where the isolate would be.
 * It never calls process.exit: with a busy isolate that hangs or crashes. Every end is a SIGKILL, mostly the core's.
 */
import { Socket } from 'node:net';

import { encodeFrame, FrameReader, MAXIMUM_FRAME_TO_HOST_BYTES, PROTOCOL_VERSION, TO_CORE, TO_HOST, type Frame } from '../frames.ts';
import { openGuestScripts } from './guest-scripts.ts';
import { createPluginSession, type PluginSession } from './plugin-session.ts';
import { createQuestions } from './questions.ts';
import type { IsolateLibrary } from './isolate-library.ts';
import { nativeLibrary } from './native-library.ts';
import { die, leaveOthersAlone } from './other-processes.ts';
import { findMissingWalls, loadIsolateLibrary, prepareNative } from './walls.ts';

const CHANNEL_DESCRIPTOR = 3;
const QUESTIONS_DESCRIPTOR = 4;
/** What somebody waits for has mostly been answered by then. */
const SETTLED_MILLISECONDS = 400;

async function main(): Promise<void> {
	const [, program = '', binary = '', guestFile = '', way = '', heapMegabytes = ''] = process.argv;
	const scripts = openGuestScripts(guestFile);
	const library = openLibrary({ program, binary, guestFile });
	leaveOthersAlone({ isNative: binary === '' });
	const missing = await findMissingWalls();
	if (missing.length > 0) {
		process.stderr.write(`walls missing: ${missing.join(', ')}\n`);
		die();
		return;
	}

	const channel = new Socket({ fd: CHANNEL_DESCRIPTOR, readable: true, writable: true });
	// Without the core there is nobody to answer to and nobody who would stop the plugin.
	channel.on('close', die);
	channel.on('error', die);
	channel.on('end', die);
	const ask = createQuestions(QUESTIONS_DESCRIPTOR, die);
	const sessions = new Map<number, PluginSession>();
	const begin = (slot: number): PluginSession =>
		createPluginSession({
			library,
			scripts,
			isDirect: way === 'direct',
			send: (kind, id, payload) => void channel.write(encodeFrame(kind, id, payload, slot)),
			ask: (question) => ask(question, slot),
		});
	const sessionOf = (slot: number): PluginSession => {
		const session = sessions.get(slot) ?? begin(slot);
		sessions.set(slot, session);
		return session;
	};
	const reader = new FrameReader({ maximumBytes: MAXIMUM_FRAME_TO_HOST_BYTES, kinds: TO_HOST });
	channel.on('data', (chunk: Buffer) => {
		for (const frame of reader.push(chunk)) {
			if (frame.kind === TO_HOST.unload) {
				sessions.get(frame.slot)?.dispose();
				sessions.delete(frame.slot);
			} else {
				dispatch(sessionOf(frame.slot), frame);
			}
		}
	});
	if (heapMegabytes !== '') {
		sessionOf(0).warm(Number(heapMegabytes));
	}

	channel.write(encodeFrame(TO_CORE.hello, 0, JSON.stringify({ protocol: PROTOCOL_VERSION })));
	setTimeout(giveBackMemory, SETTLED_MILLISECONDS);
}

type Files = { readonly program: string; readonly binary: string; readonly guestFile: string };

/** Without a binary it is the host of a plugin of level core that runs outside of an isolate. */
function openLibrary({ program, binary, guestFile }: Files): IsolateLibrary {
	if (binary !== '') {
		return loadIsolateLibrary(binary);
	}

	prepareNative([program, guestFile]);
	return nativeLibrary;
}

function dispatch(session: PluginSession, frame: Frame): void {
	const text = frame.payload.toString('utf8');
	switch (frame.kind) {
		case TO_HOST.load:
			session.prepare(JSON.parse(text));
			return;
		case TO_HOST.code:
			session.run(text);
			return;
		case TO_HOST.call:
			session.call(frame.id, text);
			return;
		case TO_HOST.capabilityResult:
			session.answer(frame.id, text);
			return;
		case TO_HOST.abort:
			session.abort(frame.id);
			return;
		case TO_HOST.ping:
			session.ping(frame.id);
	}
}

/** What starting node has left behind is a fifth of this process, and nothing later would make V8 look for it. It takes ten milliseconds. */
function giveBackMemory(): void {
	globalThis.gc?.({ type: 'major', flavor: 'last-resort', execution: 'sync' });
	Reflect.deleteProperty(globalThis, 'gc');
}

process.on('uncaughtException', (error) => {
	process.stderr.write(`host failed: ${error.message}\n`);
	die();
});
main().catch((error: unknown) => {
	process.stderr.write(`host failed: ${error instanceof Error ? error.message : 'unknown'}\n`);
	die();
});
