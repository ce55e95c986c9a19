import { openSync, readSync } from 'node:fs';

/** Where each script stands in the file that was built with this program: first byte and length. */
declare const GUEST_SCRIPTS: Readonly<Record<string, readonly [number, number]>>;
/** What the file begins with. */
declare const GUEST_DIGEST: string;

/** The text of a script for an isolate, or undefined for a name that there is not. */
export type GuestScripts = (name: string) => string | undefined;

/** Opens the file while files can still be opened. A script is read when it is needed and kept by nobody: most plugins need one. */
export function openGuestScripts(path: string): GuestScripts {
	const descriptor = openSync(path, 'r');
	if (read(descriptor, [0, GUEST_DIGEST.length]) !== GUEST_DIGEST) {
		throw new Error(`${path} belongs to another build`);
	}

	return (name) => {
		const place = Object.hasOwn(GUEST_SCRIPTS, name) ? GUEST_SCRIPTS[name] : undefined;
		return place === undefined ? undefined : read(descriptor, place);
	};
}

function read(descriptor: number, [offset, length]: readonly [number, number]): string {
	const bytes = Buffer.allocUnsafeSlow(length);
	for (let count = 0; count < length;) {
		const more = readSync(descriptor, bytes, count, length - count, offset + count);
		if (more === 0) {
			throw new Error('the scripts for isolates are cut short');
		}

		count += more;
	}

	return bytes.toString('latin1');
}
