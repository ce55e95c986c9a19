import { EngineError } from '../../source/engine/errors.ts';
import type { TrustCalls } from '../../source/engine/trust-calls.ts';

function notHere(): never {
	throw new EngineError('not-installed', 'The sample engine keeps no statements.', { hint: 'Use a real home.' });
}

/** A user who set nothing and whom nobody told anything. */
export const fakeTrustCalls: TrustCalls = {
	checkPolicy: async () => ({ files: [], rules: [], exceptions: [], refused: [] }),
	signPolicy: async () => notHere(),
	why: async () => notHere(),
	audit: async () => ({ generation: 0, packages: [], roots: [] }),
	diff: async () => notHere(),
	review: async () => notHere(),
	revoke: async () => notHere(),
	vouch: async () => notHere(),
	people: async () => [],
	addPerson: async () => notHere(),
	removePerson: async () => notHere(),
	pin: async () => notHere(),
	unpin: async () => notHere(),
	roots: async () => [],
	addRoot: async () => notHere(),
	removeRoot: async () => notHere(),
	importStatements: async () => ({ added: 0, known: 0, refused: [] }),
	exportStatements: async () => [],
	ownId: async () => `ed25519:${'A'.repeat(43)}`,
};
