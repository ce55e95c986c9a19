import { spawn, type ChildProcess } from 'node:child_process';
import type { Duplex } from 'node:stream';

import { encodeFrame, FrameBreach, FrameReader, MAXIMUM_FRAME_TO_CORE_BYTES, TO_CORE, type Frame } from './frames.ts';
import { hostProgramPath, isolateBinaryPath } from './programs.ts';

const CHANNEL = 3;
const MAXIMUM_STDERR_BYTES = 4096;

export type HostExit = {
	readonly code: number | null;
	readonly signal: string | null;
	/** The last words, for a developer. */ readonly stderr: string;
};

export type HostProcess = {
	readonly pid: number;
	readonly send: (kind: number, id: number, payload: string) => void;
	/** SIGKILL; nothing in the process can delay it. */
	readonly kill: () => void;
	readonly exited: Promise<HostExit>;
};

type HostEvents = {
	readonly onFrame: (frame: Frame) => void;
	readonly onBreach: (reason: string) => void;
};

/**
 * Starts a host: no environment, no working folder to speak of, no right but to read its own program and the isolate binary, and
 * one socket. It stands in its own process group, so that a Ctrl-C meant for the core does not reach it first.
 */
export async function spawnHost(events: HostEvents, hostProgram: string | null): Promise<HostProcess> {
	const program = hostProgram ?? (await hostProgramPath());
	const binary = isolateBinaryPath();
	const child = spawn(process.execPath, [...hostFlags(program, binary), program, binary], {
		env: {},
		cwd: '/',
		detached: true,
		stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
	});
	const exited = watchExit(child);
	await new Promise<void>((resolve, reject) => {
		child.once('spawn', resolve);
		child.once('error', reject);
	});
	const channel = child.stdio[CHANNEL] as Duplex;
	readFrames(channel, events);
	return {
		pid: child.pid ?? 0,
		send: (kind, id, payload) => void channel.write(encodeFrame(kind, id, payload)),
		kill: () => void child.kill('SIGKILL'),
		exited,
	};
}

/** The isolate binary is the reason for addons; both rights are given up before any plugin byte is read. */
function hostFlags(program: string, binary: string): readonly string[] {
	return [
		'--permission',
		'--allow-addons',
		`--allow-fs-read=${program}`,
		`--allow-fs-read=${binary}`,
		// Isolates must not share a read-only heap that was made by another snapshot.
		'--no-node-snapshot',
		'--max-old-space-size=96',
		'--disable-sigusr1',
		'--disable-proto=throw',
		'--disallow-code-generation-from-strings',
		'--no-warnings',
	];
}

function readFrames(channel: Duplex, events: HostEvents): void {
	const reader = new FrameReader({ maximumBytes: MAXIMUM_FRAME_TO_CORE_BYTES, kinds: TO_CORE });
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
			events.onBreach(error instanceof FrameBreach ? error.message : String(error));
		}
	});
	// A host that is being killed resets its socket; its exit tells the story.
	channel.on('error', () => undefined);
}

function watchExit(child: ChildProcess): Promise<HostExit> {
	const { promise, resolve } = Promise.withResolvers<HostExit>();
	const parts: Buffer[] = [];
	let heldBytes = 0;
	child.stderr?.on('data', (chunk: Buffer) => {
		if (heldBytes < MAXIMUM_STDERR_BYTES) {
			parts.push(chunk.subarray(0, MAXIMUM_STDERR_BYTES - heldBytes));
			heldBytes += chunk.length;
		}
	});
	child.once('exit', (code, signal) => resolve({ code, signal, stderr: Buffer.concat(parts).toString('utf8') }));
	child.once('error', (error) => resolve({ code: null, signal: null, stderr: error.message }));
	return promise;
}
