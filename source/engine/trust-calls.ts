import type { CallOptions } from './events.ts';

export type PolicyLayer = 'organisation' | 'user' | 'project';

/** The policy as it holds, and whose word each part of it is. */
export type PolicyReport = {
	readonly files: readonly {
		readonly source: PolicyLayer;
		readonly path: string;
		readonly isPresent: boolean;
		/** Id of the key that signed it; null for a file that needs no signature. */
		readonly signedBy: string | null;
	}[];
	readonly rules: readonly {
		readonly key: string;
		readonly value: unknown;
		readonly setBy: 'default' | PolicyLayer;
		/** Who stated it first, so that later layers can only tighten it; null when nobody did. */
		readonly lockedBy: PolicyLayer | null;
		/** What it means, in one sentence. */
		readonly text: string;
	}[];
	readonly exceptions: readonly {
		readonly package: string;
		readonly rule: string;
		readonly reason: string;
		readonly expires: string;
		readonly isExpired: boolean;
	}[];
	/** What a file wanted to loosen and may not, one sentence each. */
	readonly refused: readonly string[];
};

export type SignedPolicy = {
	/** Id of the key that signed. */
	readonly key: string;
	/** A Sigstore bundle as JSON. */
	readonly bundle: unknown;
};

/** What the user believes, and what others say. Nothing here changes a generation. */
export type TrustCalls = {
	/** Tells what the policy says, and by whose word. */
	readonly checkPolicy: (options: CallOptions) => Promise<PolicyReport>;
	/** Signs an organisation's policy with the user's own key, which is made when there is none. Throws `settings-invalid`. */
	readonly signPolicy: (file: string, options: CallOptions) => Promise<SignedPolicy>;
};
