import type { Evidence } from '../../evidence.ts';
import type { CollectRequest } from './collect-request.ts';
import { compareManifests } from './manifest-match.ts';
import { invalid, quote, unavailable, verified } from './outcome.ts';

/** The bytes are those that the lock or the registry names, and they describe themselves as the registry does. Throws `EvidenceFault`. */
export function checkIntegrity(request: CollectRequest): Evidence {
	const evidence = compareDigests(request);
	compareManifests(request);
	return evidence;
}

function compareDigests({ integrity, expected, bytesShasum }: CollectRequest): Evidence {
	const who = expected.source === 'lock' ? 'the lock' : 'the registry';
	const sha512 = (expected.integrity ?? '')
		.split(/\s+/)
		.map((entry) => entry.split('?')[0] ?? '')
		.filter((entry) => entry.startsWith('sha512-'));
	if (sha512.length > 0) {
		if (!sha512.includes(integrity)) {
			throw invalid('integrity-mismatch', `${capitalize(who)} names ${quote(sha512.join(' '))}, the bytes are ${integrity}.`);
		}

		return verified('integrity', `The bytes have the sha512 that ${who} names.`);
	}

	if (expected.shasum === null || bytesShasum === undefined || bytesShasum === null) {
		throw unavailable('no-sha512', `${capitalize(who)} names no sha512 for this version, so its bytes cannot be held against anything.`);
	}

	if (expected.shasum.toLowerCase() !== bytesShasum.toLowerCase()) {
		throw invalid('integrity-mismatch', `${capitalize(who)} names sha1 ${quote(expected.shasum)}, the bytes are sha1 ${bytesShasum}.`);
	}

	return verified('integrity', `The bytes have the sha1 that ${who} names; it names no sha512, and sha1 is weak.`, { code: 'sha1-only' });
}

function capitalize(text: string): string {
	return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
