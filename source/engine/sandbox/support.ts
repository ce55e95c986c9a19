import { EngineError } from '../errors.ts';
import { isolateBinaryPath } from './programs.ts';
import { canBoundAddressSpace } from './resource-watch.ts';

const NODE_MAJOR = 26;

export type SandboxSupport = {
	/** `linux-x64`. */
	readonly platform: string;
	/** Whether plugins run here at all. */
	readonly canRun: boolean;
	/** One sentence for `doctor`. */
	readonly text: string;
	/** Each wall and whether it stands here. */
	readonly walls: readonly { readonly name: string; readonly present: boolean; readonly text: string }[];
};

/** What of the sandbox this machine can hold. Looks only; starts nothing. */
export async function sandboxSupport(): Promise<SandboxSupport> {
	const platform = `${process.platform}-${process.arch}`;
	const major = Number(process.versions.node.split('.', 1)[0]);
	const isLinux = process.platform === 'linux' && (process.arch === 'x64' || process.arch === 'arm64');
	const binary = findBinary();
	const walls: SandboxSupport['walls'] = [
		{ name: 'isolate', present: binary === null, text: binary ?? 'isolated-vm has a binary for this platform' },
		{
			name: 'permission-model',
			present: major >= NODE_MAJOR,
			text: `node ${process.versions.node}; ${NODE_MAJOR} or newer can take file, network and addon rights from the host`,
		},
		{
			name: 'memory-watch',
			present: isLinux,
			text: isLinux ? 'resident memory is read from /proc' : 'only Linux tells the memory of another process cheaply',
		},
		{
			name: 'address-space-bound',
			present: isLinux && canBoundAddressSpace(),
			text: 'prlimit of util-linux; a second bound beside the memory watch, plugins run without it',
		},
	];
	const missing = walls.find((wall) => !wall.present && wall.name !== 'address-space-bound');
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

/** Throws `sandbox-unavailable` where a wall that untrusted code needs does not stand. */
export async function requireSandbox(): Promise<void> {
	const support = await sandboxSupport();
	if (!support.canRun) {
		throw new EngineError('sandbox-unavailable', support.text, { hint: 'Run: plugward doctor' });
	}
}

function findBinary(): string | null {
	try {
		isolateBinaryPath();
		return null;
	} catch (error) {
		return error instanceof Error ? error.message : String(error);
	}
}
