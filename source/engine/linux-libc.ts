import { readdirSync } from 'node:fs';

/** The C library of this Linux. process.report would tell too, but it takes tens of milliseconds; musl's loader has a fixed name. */
export function linuxLibc(): 'glibc' | 'musl' {
	try {
		return readdirSync('/lib').some((file) => file.startsWith('ld-musl-')) ? 'musl' : 'glibc';
	} catch {
		// No /lib at all (NixOS, minimal containers): the prebuilt binaries of such systems are glibc's.
		return 'glibc';
	}
}
