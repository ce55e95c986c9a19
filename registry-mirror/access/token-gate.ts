import { hash, timingSafeEqual } from 'node:crypto';
import { MirrorError } from '../mirror-error.ts';
import type { Principal } from './principal.ts';

const TOKEN_HOLDER: Principal = { type: 'token-holder', username: 'local' };
const ANONYMOUS: Principal = { type: 'anonymous', username: 'anonymous' };

/** Turns an `authorization` header into a principal. Throws 401; null as token lets everybody in as `anonymous`. */
export type TokenGate = (authorization: string | undefined) => Principal;

export function createTokenGate(token: string | null): TokenGate {
	if (token === null) {
		return () => ANONYMOUS;
	}

	// Digests have equal lengths whatever was sent, so the comparison tells nothing about the token, not even its length.
	const expected = digest(token);
	return (authorization) => {
		const given = /^bearer +(\S+)$/iu.exec(authorization ?? '')?.[1];
		if (given !== undefined && timingSafeEqual(digest(given), expected)) {
			return TOKEN_HOLDER;
		}

		throw new MirrorError(
			401,
			'authentication-required',
			given === undefined ? 'This mirror asks for a token and none was sent.' : 'The token that was sent is not the token of this mirror.',
			{ headers: { 'www-authenticate': 'Bearer realm="plugward-mirror"' } },
		);
	};
}

function digest(text: string): Buffer {
	return hash('sha256', text, 'buffer');
}
