import type { FileHandle } from 'node:fs/promises';

const MAXIMUM_OUTPUT_CHARACTERS = 4 * 1024 * 1024;
const MAXIMUM_PART_CHARACTERS = 1024 * 1024;
const LINGER_MILLISECONDS = 200;
/** Nothing of the user's environment reaches a program; this is all it has. */
const CLEAN_ENVIRONMENT = { PATH: '/usr/local/bin:/usr/bin:/bin', LANG: 'C.UTF-8' };

export type CommandEnd = {
	/** Null when a signal ended it. */
	readonly exitCode: number | null;
	readonly outcome: 'exited' | 'killed' | 'timeout' | 'stopped' | 'not-started';
	readonly milliseconds: number;
	readonly outputBytes: number;
	/** More was written than a plugin can get. */
	readonly isTruncated: boolean;
};

export type CommandPart = {
	readonly output: readonly { readonly stream: 'stdout' | 'stderr'; readonly text: string }[];
	/** Null while it runs. */
	readonly end: CommandEnd | null;
};

export type RunningCommand = { readonly next: () => Promise<CommandPart>; readonly ended: Promise<unknown> };

/**
 * Starts a program through its open descriptor, in a process group of its own and without a shell. The group is killed when the time is over
 * or the signal fires, whatever the program has started in it.
 */
export async function startCommand(options: {
	/** Closed in the end. */
	readonly file: FileHandle;
	readonly name: string;
	readonly args: readonly string[];
	readonly input: string | null;
	readonly cwd: string;
	readonly timeoutMilliseconds: number;
	readonly signal: AbortSignal;
	readonly onEnd: (end: CommandEnd) => void;
}): Promise<RunningCommand> {
	const { file, name, args, input, cwd, timeoutMilliseconds, signal, onEnd } = options;
	const { execa } = await import('execa');
	const startedAt = performance.now();
	const output = collectOutput();
	let stoppedBy: 'timeout' | 'stopped' | null = null;
	// Of this process: a descriptor of another process needs no entry in the child's own table.
	const child = execa(`/proc/${process.pid}/fd/${file.fd}`, [...args], {
		argv0: name,
		cwd,
		env: CLEAN_ENVIRONMENT,
		extendEnv: false,
		...(input === null ? { stdin: 'ignore' as const } : { input }),
		detached: true,
		buffer: false,
		reject: false,
		cleanup: false,
	});
	const stop = (why: 'timeout' | 'stopped'): void => {
		stoppedBy ??= why;
		killGroup(child.pid);
	};
	const timer = setTimeout(() => stop('timeout'), timeoutMilliseconds);
	const onAbort = (): void => stop('stopped');
	signal.addEventListener('abort', onAbort, { once: true });
	if (signal.aborted) {
		onAbort();
	}

	child.nodeChildProcess.once('exit', () => {
		// What it left behind in its group would go on without anybody who watches.
		killGroup(child.pid);
		// Who has left the group may hold its output open for ever; what is written by then counts.
		setTimeout(() => {
			child.stdout?.destroy();
			child.stderr?.destroy();
		}, LINGER_MILLISECONDS);
	});
	child.stdout?.setEncoding('utf8').on('data', (text: string) => output.push('stdout', text));
	child.stderr?.setEncoding('utf8').on('data', (text: string) => output.push('stderr', text));
	const ended = child.then(async (result): Promise<CommandEnd> => {
		const outcome: CommandEnd['outcome'] =
			stoppedBy ?? (result.exitCode !== undefined ? 'exited' : result.signal !== undefined ? 'killed' : 'not-started');
		const milliseconds = Math.round(performance.now() - startedAt);
		const end: CommandEnd = { exitCode: result.exitCode ?? null, outcome, milliseconds, ...output.total() };
		onEnd(end);
		return end;
	});
	const closeAll = async (): Promise<void> => {
		clearTimeout(timer);
		signal.removeEventListener('abort', onAbort);
		await file.close();
		output.close();
	};
	const closed = ended.then(closeAll, closeAll);
	return {
		ended: closed,
		next: async () => {
			await output.waitForMore();
			const parts = output.take();
			return { output: parts, end: parts.length === 0 ? await ended : null };
		},
	};
}

type OutputPart = CommandPart['output'][number];

function collectOutput() {
	const parts: OutputPart[] = [];
	let characters = 0;
	let bytes = 0;
	let isClosed = false;
	let more = Promise.withResolvers<void>();
	return {
		push: (stream: OutputPart['stream'], text: string): void => {
			bytes += Buffer.byteLength(text);
			const kept = text.slice(0, Math.max(0, MAXIMUM_OUTPUT_CHARACTERS - characters));
			characters += text.length;
			if (kept !== '') {
				parts.push({ stream, text: kept });
				more.resolve();
			}
		},
		close: (): void => {
			isClosed = true;
			more.resolve();
		},
		waitForMore: (): Promise<void> => more.promise,
		/** What has come since, at most one message full; empty only at the end. */
		take: (): readonly OutputPart[] => {
			let length = 0;
			let count = 0;
			while (count < parts.length && (count === 0 || length + (parts[count]?.text.length ?? 0) <= MAXIMUM_PART_CHARACTERS)) {
				length += parts[count]?.text.length ?? 0;
				count += 1;
			}

			const taken = parts.splice(0, count);
			if (parts.length === 0 && !isClosed) {
				more = Promise.withResolvers();
			}

			return taken;
		},
		total: () => ({ outputBytes: bytes, isTruncated: characters > MAXIMUM_OUTPUT_CHARACTERS }),
	};
}

function killGroup(pid: number | undefined): void {
	if (pid === undefined) {
		return;
	}

	try {
		process.kill(-pid, 'SIGKILL');
	} catch {
		// Nobody is left in the group.
	}
}
