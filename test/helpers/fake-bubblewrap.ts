import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type FakeBubblewrap = {
	/** To be put into PATH. */
	readonly folder: string;
	/** The arguments of each call, in order. */
	readonly calls: () => Promise<readonly (readonly string[])[]>;
	readonly [Symbol.asyncDispose]: () => Promise<void>;
};

const END = '%%end%%';

/** Writes down what it was asked for and then is the program after `--`, without any wall. */
const RECORDING = (log: string): string => `#!/bin/sh
if [ "$1" = --version ]; then echo 'bubblewrap 0.11.0'; exit 0; fi
{ printf '%s\\n' "$@"; echo '${END}'; } >> '${log}'
while [ "$1" != -- ]; do shift; done
shift
exec "$@"
`;

/** Makes the walls that its arguments ask for by other means: namespaces by unshare, and a root folder that holds the bound files alone. */
const WALLING = (work: string): string => `#!/bin/bash
if [ "$1" = --version ]; then echo 'bubblewrap 0.11.0'; exit 0; fi
export WORK='${work}' BINDS=''
while [ "$1" != -- ]; do
	case "$1" in
		--ro-bind) BINDS="$BINDS$2"$'\\n'; shift 3 ;;
		--cap-drop | --hostname | --remount-ro | --chdir) shift 2 ;;
		*) shift ;;
	esac
done
shift
exec /usr/bin/unshare --mount --pid --net --ipc --uts --fork /bin/bash -c '
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
mount -t tmpfs tmpfs "$WORK"
while read -r file; do
	if [ -n "$file" ]; then
		mkdir -p "$WORK$(dirname "$file")"
		touch "$WORK$file"
		mount --bind "$(readlink -f "$file")" "$WORK$file"
	fi
done <<< "$BINDS"
chroot "$WORK" "$@"
exit $?' sh "$@"
`;

/** A program called bwrap that stands in for the real one. */
export async function fakeBubblewrap(kind: 'recording' | 'walling' | 'failing'): Promise<FakeBubblewrap> {
	const folder = await realpath(await mkdtemp(join(tmpdir(), 'plugward-bwrap-')));
	const log = join(folder, 'calls');
	const work = join(folder, 'root');
	await mkdir(work);
	await writeFile(log, '');
	const failing = '#!/bin/sh\necho "bwrap: No permissions to create new namespace" >&2\nexit 1\n';
	const script = { recording: RECORDING(log), walling: WALLING(work), failing }[kind];
	await writeFile(join(folder, 'bwrap'), script);
	await chmod(join(folder, 'bwrap'), 0o755);
	return {
		folder,
		calls: async () =>
			(await readFile(log, 'utf8'))
				.split(`${END}\n`)
				.slice(0, -1)
				.map((call) => call.trimEnd().split('\n')),
		[Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
	};
}

/** Whether this user may make namespaces and change roots here. */
export function canMakeNamespaces(): boolean {
	try {
		execFileSync('/usr/bin/unshare', ['--mount', '--pid', '--net', '--ipc', '--uts', '--fork', '/usr/sbin/chroot', '/', '/bin/true'], {
			stdio: 'ignore',
		});
		return true;
	} catch {
		// Without the right to, or without util-linux.
		return false;
	}
}
