import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

const LISTENING = '0A';

/** The TCP ports on which exactly this process listens. Linux only. */
export function listeningPorts(pid: number): readonly number[] {
	const sockets = new Set(
		readdirSync(`/proc/${pid}/fd`).flatMap((descriptor) => {
			try {
				return [/^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${descriptor}`))?.[1]];
			} catch {
				// Closed since the list was read.
				return [];
			}
		}),
	);
	const lines = ['tcp', 'tcp6'].flatMap((name) => readFileSync(`/proc/${pid}/net/${name}`, 'utf8').trim().split('\n').slice(1));
	return lines.flatMap((line) => {
		const [, local = '', , state, , , , , , inode = ''] = line.trim().split(/\s+/);
		return state === LISTENING && sockets.has(inode) ? [Number.parseInt(local.split(':')[1] ?? '', 16)] : [];
	});
}
