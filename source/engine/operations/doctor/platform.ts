import { linuxLibc } from '../../linux-libc.ts';

export type Platform = { readonly os: string; readonly cpu: string; readonly libc: string | null; readonly node: string };

/** The machine this runs on, in the words of package.json's `os`, `cpu` and `libc`. */
export function currentPlatform(): Platform {
	return {
		os: process.platform,
		cpu: process.arch,
		libc: process.platform === 'linux' ? linuxLibc() : null,
		node: process.versions.node,
	};
}

/** True when none of the three lists excludes the platform. An entry `!x` excludes x; a list without `!` allows only its entries. */
export function fitsPlatform(
	wanted: { readonly os: readonly string[]; readonly cpu: readonly string[]; readonly libc: readonly string[] },
	platform: Platform,
): boolean {
	return (
		allows(wanted.os, platform.os) && allows(wanted.cpu, platform.cpu) && (platform.libc === null || allows(wanted.libc, platform.libc))
	);
}

function allows(list: readonly string[], value: string): boolean {
	if (list.includes(`!${value}`)) {
		return false;
	}

	const positive = list.filter((entry) => !entry.startsWith('!'));
	return positive.length === 0 || positive.includes(value) || positive.includes('any');
}
