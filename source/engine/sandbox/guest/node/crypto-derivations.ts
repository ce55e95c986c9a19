import { compute } from '../compute.ts';
import { bufferOf, bytesOf } from './crypto-bytes.ts';

type Callback = (error: unknown, derived?: unknown) => void;
type ScryptOptions = Readonly<Record<string, unknown>>;

function pbkdf2Sync(...[password, salt, iterations, length, digest]: readonly unknown[]): Uint8Array {
	const more = { key: bytesOf(password).toBase64(), salt: bytesOf(salt).toBase64(), number: iterations, length, hash: digest };
	return bufferOf(compute('pbkdf2', more));
}

function hkdfSync(...[digest, key, salt, info, length]: readonly unknown[]): ArrayBuffer {
	const more = { key: bytesOf(key).toBase64(), salt: bytesOf(salt).toBase64(), additional: bytesOf(info).toBase64(), length, hash: digest };
	return Uint8Array.from(bufferOf(compute('hkdf', more))).buffer;
}

function scryptSync(...[password, salt, length, options = {}]: readonly unknown[]): Uint8Array {
	const { N, r, p, cost, blockSize, parallelization } = options as ScryptOptions;
	const given = Object.entries({ N: N ?? cost, r: r ?? blockSize, p: p ?? parallelization }).filter(([, value]) => value !== undefined);
	const more = { key: bytesOf(password).toBase64(), salt: bytesOf(salt).toBase64(), length, options: Object.fromEntries(given) };
	return bufferOf(compute('scrypt', more));
}

/** The form with a callback, which is called a turn later. */
function later(work: (...args: unknown[]) => unknown): (...args: unknown[]) => void {
	return (...args) => {
		const callback = args.pop() as Callback;
		queueMicrotask(() => {
			let outcome: [unknown, unknown?];
			try {
				outcome = [null, work(...args)];
			} catch (error) {
				outcome = [error];
			}

			callback(...outcome);
		});
	};
}

export const derivations: Readonly<Record<string, unknown>> = {
	pbkdf2Sync,
	pbkdf2: later(pbkdf2Sync),
	hkdfSync,
	hkdf: later(hkdfSync),
	scryptSync,
	scrypt: later(scryptSync),
};
