import { EngineError } from '../errors.ts';
import { findOuterWall, outerWallFor } from './outer-wall.ts';
import { isolateBinaryPath, isolateVersion } from './programs.ts';
import { canBoundAddressSpace } from './kernel-bounds.ts';
import { USUAL_RULES, type SandboxRules } from './sandbox-rules.ts';

const NODE_MAJOR = 26;

/** One thing that keeps a plugin in. */
export type Wall = {
	readonly name: string;
	/** `missing`: plugins need it to run here at all, or the rules want it. `off`: it could stand and does not; plugins run without it. */
	readonly state: 'on' | 'off' | 'missing';
	/** What it is, or why it does not stand, without a full stop. */
	readonly text: string;
	/** What to do about it; null when there is nothing to do. */
	readonly fix: string | null;
};

export type SandboxSupport = {
	/** `linux-x64`. */
	readonly platform: string;
	/** Whether plugins run here at all. */
	readonly canRun: boolean;
	/** One sentence for `doctor`. */
	readonly text: string;
	/** Each wall and whether it stands here. */
	readonly walls: readonly Wall[];
};

/** What of the sandbox this machine can hold. Starts no plugin; bubblewrap is tried out with `node --version`. */
export async function sandboxSupport(rules: SandboxRules = USUAL_RULES): Promise<SandboxSupport> {
	const needed = neededWalls();
	const walls = [...needed, ...keptWalls(), await bubblewrapWall(rules), jitWall(rules), SECCOMP];
	const missing = walls.find(({ state }) => state === 'missing');
	const platform = platformName();
	return {
		platform,
		canRun: missing === undefined,
		text:
			missing === undefined
				? `Plugins run on ${platform}.`
				: `Plugins are installed and verified but not run on ${platform}: ${missing.text}.`,
		walls,
	};
}

/** Throws `sandbox-unavailable` where a wall that untrusted code needs, or that the rules want, does not stand. */
export async function requireSandbox(rules: SandboxRules = USUAL_RULES): Promise<void> {
	const missing = neededWalls().find(({ state }) => state === 'missing');
	if (missing !== undefined) {
		throw new EngineError('sandbox-unavailable', `Plugins are installed and verified but not run on ${platformName()}: ${missing.text}.`, {
			hint: 'Run: plugward doctor',
		});
	}

	if (rules.isStrict) {
		await outerWallFor(rules);
	}
}

function platformName(): string {
	return `${process.platform}-${process.arch}`;
}

/** Those without which nothing runs. Looks only. */
function neededWalls(): readonly Wall[] {
	const major = Number(process.versions.node.split('.', 1)[0]);
	const isLinux = process.platform === 'linux' && (process.arch === 'x64' || process.arch === 'arm64');
	const problem = findBinaryProblem();
	const standing = (isThere: boolean): Wall['state'] => (isThere ? 'on' : 'missing');
	return [
		{
			name: 'isolate',
			state: standing(problem === null),
			text: problem ?? `a V8 isolate for each plugin, by isolated-vm ${isolateVersion()}`,
			fix: null,
		},
		{
			name: 'permission-model',
			state: standing(major >= NODE_MAJOR),
			text:
				major >= NODE_MAJOR
					? `no files, sockets, programs, workers or addons in a plugin's process (permission model of node ${process.versions.node})`
					: `node ${process.versions.node} cannot take files, sockets and addons from a process; ${NODE_MAJOR} can`,
			fix: null,
		},
		{
			name: 'memory-watch',
			state: standing(isLinux),
			text: isLinux
				? 'a plugin that grows too large is killed (resident memory from /proc)'
				: 'only Linux tells the memory of another process cheaply',
			fix: null,
		},
	];
}

function keptWalls(): readonly Wall[] {
	const canBound = canBoundAddressSpace();
	return [
		{
			name: 'kernel-bounds',
			state: canBound ? 'on' : 'off',
			text: canBound
				? 'the kernel bounds memory, files and core dumps too (prlimit)'
				: 'there is no prlimit, which the kernel could be told bounds with',
			fix: canBound ? null : 'Install util-linux; plugins run without it.',
		},
		{ name: 'debugger', state: 'on', text: "no signal opens node's debugger, here or in a plugin's process (SIGUSR1)", fix: null },
	];
}

async function bubblewrapWall({ isStrict, searchPath }: SandboxRules): Promise<Wall> {
	const wall = await findOuterWall(searchPath);
	if (wall.type === 'bubblewrap') {
		return {
			name: 'bubblewrap',
			state: 'on',
			text: `namespaces of its own for each plugin's process, without files, network or other processes (bubblewrap ${wall.version})`,
			fix: null,
		};
	}

	return {
		name: 'bubblewrap',
		state: isStrict ? 'missing' : 'off',
		text: `no namespaces around plugins: ${wall.reason}`,
		fix: isStrict ? 'Install bubblewrap, or turn strict off.' : 'For one more wall, install bubblewrap; it is used when it is there.',
	};
}

function jitWall({ isJitless }: SandboxRules): Wall {
	return {
		name: 'jitless',
		state: isJitless ? 'on' : 'off',
		text: isJitless ? 'V8 makes no machine code for plugins' : 'V8 makes machine code for plugins, which is fast',
		fix: isJitless
			? null
			: 'For code you fear: plugward run --jitless; work on text takes up to twice as long, on numbers 4 times and more.',
	};
}

const SECCOMP: Wall = {
	name: 'seccomp',
	state: 'off',
	text: 'no filter of system calls: node has no way to set one',
	fix: null,
};

function findBinaryProblem(): string | null {
	try {
		isolateBinaryPath();
		return null;
	} catch (error) {
		return error instanceof Error ? error.message.replace(/\.$/, '') : String(error);
	}
}
