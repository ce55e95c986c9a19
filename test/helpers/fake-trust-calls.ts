import type { TrustCalls } from '../../source/engine/trust-calls.ts';

/** The default policy of a user who set nothing. */
export const fakeTrustCalls: TrustCalls = {
	checkPolicy: async () => ({ files: [], rules: [], exceptions: [], refused: [] }),
	signPolicy: async () => ({ key: `ed25519:${'A'.repeat(43)}`, bundle: {} }),
};
