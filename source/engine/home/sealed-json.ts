import { hash } from 'node:crypto';
import { damaged } from './home-errors.ts';

const CHECK = 'check';

/**
 * Adds a digest of the rest. For small files that nothing else vouches for and where one changed letter would be believed: a revocation
 * of another package, another generation to take back. Not against somebody who may write to the home.
 */
export function sealJson(value: object): object {
	return { ...value, [CHECK]: digestOf(value) };
}

/** Gives the rest. `file` is its name relative to the home. Throws `home-damaged` when the digest is there and is of something else. */
export function unsealJson(json: unknown, file: string): unknown {
	if (typeof json !== 'object' || json === null || !(CHECK in json)) {
		return json;
	}

	const { [CHECK]: check, ...rest } = json;
	const got = digestOf(rest);
	if (check !== got) {
		throw damaged(file, `was changed: expected the digest ${String(check).slice(0, 64)}, got ${got}`);
	}

	return rest;
}

function digestOf(value: object): string {
	return hash('sha256', JSON.stringify(value), 'hex');
}
