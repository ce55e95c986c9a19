import { bubblewrapArguments, type WrappedProgram } from './bubblewrap.ts';
import { endingWithCore } from './end-with-core.ts';
import type { NativeOpenings } from './native-openings.ts';
import { nodeLibraries } from './outer-wall.ts';
import type { SandboxRules } from './sandbox-rules.ts';

export type HostFiles = { readonly program: string; readonly scripts: string; readonly binary: string };

/**
 * How a host is started. The isolate is entered in the thread of its process only where the kernel ends that process with the core.
 */
export function commandOf({
	files,
	rules,
	native,
	wall,
	heapMegabytes,
	isShared,
}: {
	readonly files: HostFiles;
	readonly rules: SandboxRules;
	readonly native: NativeOpenings | null;
	readonly wall: { readonly path: string } | null;
	readonly heapMegabytes: number | null;
	readonly isShared: boolean;
}): Pick<WrappedProgram, 'program' | 'arguments'> {
	const { program, scripts, binary } = files;
	const flags = [...sharedFlags(rules), ...(native === null ? isolateFlags(files, isShared) : nativeFlags(files, native))];
	const wrapped = (way: 'direct' | 'threads'): WrappedProgram => ({
		program: process.execPath,
		arguments: [...flags, program, binary, scripts, isShared ? 'threads' : way, ...(heapMegabytes === null ? [] : [String(heapMegabytes)])],
		files: [program, scripts, ...(native === null ? [binary] : native.reads)],
		writable: native?.writes ?? [],
		workingFolder: native?.workingFolder ?? '/',
	});
	return wall === null ? (endingWithCore(wrapped('direct')) ?? wrapped('threads')) : inside(wall.path, wrapped('direct'));
}

function inside(bwrap: string, wrapped: WrappedProgram): Pick<WrappedProgram, 'program' | 'arguments'> {
	return { program: bwrap, arguments: bubblewrapArguments({ ...wrapped, files: [...wrapped.files, ...nodeLibraries()] }) };
}

/** The isolate binary is the reason for addons; both rights are given up before any plugin byte is read. */
function isolateFlags({ program, scripts, binary }: HostFiles, isShared: boolean): readonly string[] {
	return [
		'--allow-addons',
		`--allow-fs-read=${program}`,
		`--allow-fs-read=${scripts}`,
		`--allow-fs-read=${binary}`,
		// All isolates of a process share one read-only heap. That of node's snapshot would start twice as fast, but isolated-vm forbids it.
		'--no-node-snapshot',
		// For this process; an isolate has its own bound. Little passes through it, and pages once touched are not given back.
		'--max-old-space-size=96',
		'--max-semi-space-size=1',
		'--expose-gc',
		...(isShared ? [] : ['--v8-pool-size=1']),
		'--disable-proto=throw',
		'--disallow-code-generation-from-strings',
	];
}

/** Nothing but what was granted: no addons, no network, no programs, no workers. */
function nativeFlags({ program, scripts }: HostFiles, { reads, writes }: NativeOpenings): readonly string[] {
	return [
		`--allow-fs-read=${program}`,
		`--allow-fs-read=${scripts}`,
		...reads.map((path) => `--allow-fs-read=${path}`),
		...writes.map((path) => `--allow-fs-write=${path}`),
		// Both reach files that the permission model knows nothing of: databases, and traces that V8 writes where its switches say.
		'--no-experimental-sqlite',
		'--freeze-flags-after-init',
	];
}

function sharedFlags({ isJitless }: SandboxRules): readonly string[] {
	return ['--permission', '--disable-sigusr1', '--no-warnings', ...(isJitless ? ['--jitless'] : [])];
}
