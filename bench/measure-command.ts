import { spawn } from 'node:child_process';
import { watchMemory } from './peak-memory.ts';

export type Measured = {
	readonly wallMilliseconds: number;
	/** User and system time of the command and everything it started. */
	readonly cpuMilliseconds: number;
	/** Most memory that the command and everything it started held at one time. */
	readonly peakBytes: number;
};

/** Runs a command to its end and measures it. Throws with its output when it fails: a failed run has no time. */
export async function measureCommand(
	command: readonly string[],
	{ cwd, environment }: { readonly cwd: string; readonly environment: NodeJS.ProcessEnv },
): Promise<Measured> {
	// The shell's `times` is the plainest way to the CPU time of a child and its children; it prints to a descriptor of its own.
	const script = '"$@" >&4 2>&4; code=$?; times >&3; exit $code';
	const startedAt = performance.now();
	const child = spawn('bash', ['-c', script, 'bash', ...command], {
		cwd,
		env: environment,
		stdio: ['ignore', 'ignore', 'inherit', 'pipe', 'pipe'],
	});
	using memory = watchMemory(child.pid ?? 0);
	const [times, output] = await Promise.all([collect(child.stdio[3]), collect(child.stdio[4]), exited(child)]);
	const wallMilliseconds = performance.now() - startedAt;
	if (child.exitCode !== 0) {
		throw new Error(`${command.join(' ')} ended with ${child.exitCode}:\n${output}`);
	}

	return { wallMilliseconds, cpuMilliseconds: childTime(times), peakBytes: memory.peakBytes() };
}

/** Commands that only together do what is measured: times add up, memory does not. */
export async function measureSequence(
	commands: readonly (readonly string[])[],
	options: { readonly cwd: string; readonly environment: NodeJS.ProcessEnv },
): Promise<Measured> {
	let sum: Measured = { wallMilliseconds: 0, cpuMilliseconds: 0, peakBytes: 0 };
	for (const command of commands) {
		const one = await measureCommand(command, options);
		sum = {
			wallMilliseconds: sum.wallMilliseconds + one.wallMilliseconds,
			cpuMilliseconds: sum.cpuMilliseconds + one.cpuMilliseconds,
			peakBytes: Math.max(sum.peakBytes, one.peakBytes),
		};
	}

	return sum;
}

function childTime(times: string): number {
	const line = times.trim().split('\n')[1] ?? '';
	return [...line.matchAll(/(\d+)m([\d.]+)s/g)].reduce(
		(sum, [, minutes, seconds]) => sum + Number(minutes) * 60_000 + Number(seconds) * 1000,
		0,
	);
}

async function collect(stream: unknown): Promise<string> {
	let text = '';
	for await (const chunk of stream as AsyncIterable<Buffer>) {
		text += chunk.toString();
	}

	return text;
}

async function exited(child: ReturnType<typeof spawn>): Promise<void> {
	await new Promise((resolve, reject) => {
		child.once('error', reject);
		child.once('close', resolve);
	});
}
