export type PrereleaseIdentifier = string | number;

export type Version = {
	readonly major: number;
	readonly minor: number;
	readonly patch: number;
	/** Null for a release. */
	readonly prerelease: readonly PrereleaseIdentifier[] | null;
};

const LONGEST_VERSION = 256;
// The loose form that npm accepts everywhere: `v1.2.3`, `1.2.3beta`, leading zeros.
const LOOSE_VERSION =
	/^[v=\s]*(\d+)\.(\d+)\.(\d+)(?:-?((?:\d*[a-zA-Z-][a-zA-Z0-9-]*|\d+)(?:\.(?:\d*[a-zA-Z-][a-zA-Z0-9-]*|\d+))*))?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?$/u;
const STRICT_VERSION =
	/^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-(?:\d*[a-zA-Z-][a-zA-Z0-9-]*|0|[1-9]\d*)(?:\.(?:\d*[a-zA-Z-][a-zA-Z0-9-]*|0|[1-9]\d*))*)?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?$/u;

/** The version, or null when the text is none. Build metadata is dropped, since it has no precedence. */
export function parseVersion(text: string): Version | null {
	if (text.length > LONGEST_VERSION) {
		return null;
	}

	const match = LOOSE_VERSION.exec(text.trim());
	if (match === null) {
		return null;
	}

	const major = Number(match[1]);
	const minor = Number(match[2]);
	const patch = Number(match[3]);
	if (major > Number.MAX_SAFE_INTEGER || minor > Number.MAX_SAFE_INTEGER || patch > Number.MAX_SAFE_INTEGER) {
		return null;
	}

	return { major, minor, patch, prerelease: match[4] === undefined ? null : parsePrerelease(match[4]) };
}

/** True for a version written exactly as the specification says, which is how registries key them. */
export function isExactVersion(text: string): boolean {
	return parseExactVersion(text) !== null;
}

/** The version, or null when it is not written exactly as the specification says. */
export function parseExactVersion(text: string): Version | null {
	return text.length <= LONGEST_VERSION && STRICT_VERSION.test(text) ? parseVersion(text) : null;
}

export function parsePrerelease(text: string): readonly PrereleaseIdentifier[] {
	return text.split('.').map((identifier) => {
		const isNumeric = /^\d+$/u.test(identifier) && Number(identifier) < Number.MAX_SAFE_INTEGER;
		return isNumeric ? Number(identifier) : identifier;
	});
}

/** Negative, zero or positive, by precedence. */
export function compareParsed(a: Version, b: Version): number {
	return a.major - b.major || a.minor - b.minor || a.patch - b.patch || comparePrereleases(a.prerelease, b.prerelease);
}

/** Null is a release and follows all of its prereleases. */
export function comparePrereleases(a: readonly PrereleaseIdentifier[] | null, b: readonly PrereleaseIdentifier[] | null): number {
	if (a === null || b === null) {
		return (a === null ? 1 : 0) - (b === null ? 1 : 0);
	}

	const shared = Math.min(a.length, b.length);
	for (let i = 0; i < shared; i += 1) {
		const order = compareIdentifiers(a[i] ?? 0, b[i] ?? 0);
		if (order !== 0) {
			return order;
		}
	}

	return a.length - b.length;
}

function compareIdentifiers(a: PrereleaseIdentifier, b: PrereleaseIdentifier): number {
	if (typeof a === 'number' && typeof b === 'number') {
		return a - b;
	}

	if (typeof a === 'number' || typeof b === 'number') {
		return typeof a === 'number' ? -1 : 1;
	}

	return a === b ? 0 : a < b ? -1 : 1;
}
