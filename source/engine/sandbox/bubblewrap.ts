/** What runs inside of bubblewrap. */
export type WrappedProgram = {
	/** Absolute. */
	readonly program: string;
	readonly arguments: readonly string[];
	/** Absolute paths of files that it can read; nothing else of the machine exists for it. */
	readonly files: readonly string[];
};

/**
 * The arguments that make `bwrap` start a program in namespaces of its own (user, mount, process ids, network, IPC, host name, cgroup),
 * without rights, without environment, with the files named here at their places and read-only, and which end it with this process.
 * No session of its own: hosts are started in one already, and one kill of their group has to reach all of it.
 */
export function bubblewrapArguments({ program, arguments: words, files }: WrappedProgram): readonly string[] {
	const binds = [...new Set([program, ...files])].toSorted().flatMap((path) => ['--ro-bind', path, path]);
	return [
		'--unshare-all',
		'--die-with-parent',
		'--cap-drop',
		'ALL',
		'--clearenv',
		'--hostname',
		'plugward',
		...binds,
		'--remount-ro',
		'/',
		'--chdir',
		'/',
		'--',
		program,
		...words,
	];
}
