import { refuseConstruction, INTERNAL } from '../web/streams/algorithms.ts';

export type KeyType = 'secret' | 'private' | 'public';
export type KeyAlgorithm = Readonly<Record<string, unknown>> & { readonly name: string };
export type KeyFacts = {
	readonly type: KeyType;
	readonly algorithm: KeyAlgorithm;
	readonly extractable: boolean;
	readonly usages: readonly string[];
	/** Raw bytes of a secret, PKCS #8 of a private and SPKI of a public key. */
	readonly material: Uint8Array;
};

export let factsOf: (key: CryptoKey) => KeyFacts;

/** A key: kept in the isolate, sent to the host with each operation. */
export class CryptoKey {
	readonly #facts: KeyFacts;

	static {
		factsOf = (key) => key.#facts;
	}

	constructor(token: unknown, facts?: KeyFacts) {
		refuseConstruction(token);
		this.#facts = facts as KeyFacts;
	}

	get type(): KeyType {
		return this.#facts.type;
	}

	get extractable(): boolean {
		return this.#facts.extractable;
	}

	get algorithm(): KeyAlgorithm {
		return this.#facts.algorithm;
	}

	get usages(): string[] {
		return [...this.#facts.usages];
	}

	get [Symbol.toStringTag](): string {
		return 'CryptoKey';
	}
}

export function makeKey(facts: KeyFacts): CryptoKey {
	return new CryptoKey(INTERNAL, facts);
}
