import type { SignedEntity } from '@sigstore/verify';

type Timestamp = Extract<SignedEntity['timestamps'][number], { readonly $case: 'timestamp-authority' }>['timestamp'];

// RFC 3161, 2.4.2: any number of digits, and DER writes no zero at the end.
const FRACTIONAL = /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})\.\d*[1-9]Z$/;
const LIBRARY_READS = /\.\d{3}Z$/;
const TIME_INDEX = 4;

/**
 * The verifier reads fractions of a second of three digits only, and an authority that counts milliseconds writes fewer in one answer out
 * of ten. The signed bytes stay as they are; only what the verifier reads as their time is told to it, in whole seconds as it does itself.
 */
export function readAnyFraction(timestamp: Timestamp): void {
	const text = timestamp.tstInfo.root.subs[TIME_INDEX]?.value.toString('ascii') ?? '';
	const match = LIBRARY_READS.test(text) ? null : FRACTIONAL.exec(text);
	if (match !== null) {
		const [, year, month, day, hours, minutes, seconds] = match;
		const value = new Date(`${year}-${month}-${day}T${hours}:${minutes}:${seconds}Z`);
		Object.defineProperty(timestamp, 'signingTime', { value });
	}
}
