import type { IdentityPin } from './identity.ts';

/**
 * What people and products say about one artefact, already verified and evaluated. It is kept apart from evidence, because it can change
 * while the bytes do not.
 */
export type Standing = {
	/** A certification of this digest by a certifier that the policy recognises. */
	readonly certification: { readonly state: 'verified' | 'denied' | 'revoked'; readonly by: string } | null;
	/** Endorsements of this digest by people the user trusts; `quorum` is null when they do not suffice. */
	readonly endorsements: { readonly quorum: string | null; readonly text: string } | null;
	/** A rejection by someone the user trusts directly. */
	readonly rejectedBy: string | null;
	/** The name's entry in the signed list of the organisation. */
	readonly corePin: IdentityPin | null;
};

export const NO_STANDING: Standing = { certification: null, endorsements: null, rejectedBy: null, corePin: null };
