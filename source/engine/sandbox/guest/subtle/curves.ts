/* oxlint-disable typescript/no-base-to-string -- callers are untyped JavaScript. */
import { type Algorithm, fault, missing } from './algorithms.ts';

type Curve = { readonly node: string; readonly pointBytes: number; readonly spki: string };

/** What stands before the bare point in SPKI, in hexadecimal. */
export const CURVES: Readonly<Record<string, Curve>> = {
	'P-256': { node: 'prime256v1', pointBytes: 65, spki: '3059301306072a8648ce3d020106082a8648ce3d030107034200' },
	'P-384': { node: 'secp384r1', pointBytes: 97, spki: '3076301006072a8648ce3d020106052b81040022036200' },
	'P-521': { node: 'secp521r1', pointBytes: 133, spki: '30819b301006072a8648ce3d020106052b8104002303818600' },
};
const OKP: Readonly<Record<string, string>> = { Ed25519: '302a300506032b6570032100', X25519: '302a300506032b656e032100' };
const OKP_BYTES = 32;

/** Rejects with NotSupportedError. */
export function curveNamed(name: unknown): Curve {
	if (name === undefined) {
		throw missing('namedCurve');
	}

	const curve = Object.hasOwn(CURVES, String(name)) ? CURVES[String(name)] : undefined;
	if (curve === undefined) {
		throw fault('NotSupportedError', 'Unrecognized namedCurve');
	}

	return curve;
}

/** A bare public point as SPKI. Rejects with DataError. */
export function rawToSpki(algorithm: Algorithm, raw: Uint8Array): Uint8Array {
	const head = OKP[algorithm.name] ?? (algorithm.name.startsWith('EC') ? curveNamed(algorithm['namedCurve']).spki : null);
	const length = Object.hasOwn(OKP, algorithm.name) ? OKP_BYTES : Object.values(CURVES).find(({ spki }) => spki === head)?.pointBytes;
	if (head === null) {
		throw fault('NotSupportedError', 'Unable to import this key using raw format');
	}

	if (raw.length !== length) {
		throw fault('DataError', 'Invalid keyData');
	}

	return Uint8Array.fromHex(head + raw.toHex());
}

/** The bare point at the end of an SPKI. */
export function rawPoint(algorithm: Algorithm, spki: Uint8Array): Uint8Array<ArrayBuffer> {
	const length = Object.hasOwn(OKP, algorithm.name) ? OKP_BYTES : curveNamed(algorithm['namedCurve']).pointBytes;
	return Uint8Array.from(spki.subarray(spki.length - length));
}
