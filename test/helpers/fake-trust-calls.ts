import type { InstalledPlugin } from '../../source/engine/installed-state.ts';
import { EngineError } from '../../source/engine/errors.ts';
import type { Evidence, Level, Verdict } from '../../source/engine/evidence.ts';
import type { TrustCalls } from '../../source/engine/trust-calls.ts';

function notHere(): never {
	throw new EngineError('not-installed', 'The sample engine keeps no statements.', { hint: 'Use a real home.' });
}

/** A user who set nothing and whom nobody told anything. */
const emptyTrustCalls: TrustCalls = {
	checkPolicy: async () => ({ files: [], rules: [], exceptions: [], acceptances: [], refused: [] }),
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
	addException: async () => notHere(),
	removeException: async () => notHere(),
	raw: async () => notHere(),
	roots: async () => [],
	addRoot: async () => notHere(),
	removeRoot: async () => notHere(),
	advisories: async () => notHere(),
	importAdvisories: async () => notHere(),
	signAdvisories: async () => notHere(),
	refreshRoots: async () => notHere(),
	importStatements: async () => ({ added: 0, known: 0, refused: [] }),
	publishStatements: async () => notHere(),
	exportStatements: async () => [],
	ownId: async () => `ed25519:${'A'.repeat(43)}`,
};

type Sample = {
	/** What the engine was asked to do. */
	readonly calls: string[];
	readonly plugins: () => readonly InstalledPlugin[];
	readonly verdictOf: (level: Level) => Verdict;
	readonly evidenceOf: (level: Level) => readonly Evidence[];
};

/** Somebody to trust, a builder that changed, and a dependency that holds a plugin down. */
export function sampleTrustCalls({ calls, plugins, verdictOf, evidenceOf }: Sample): TrustCalls {
	const find = (name: string): InstalledPlugin => plugins().find((plugin) => plugin.name === name) ?? notHere();
	return {
		...emptyTrustCalls,
		async why(name) {
			const { version, level, identity } = find(name);
			const id = `${name}@${version}`;
			const isHeldDown = name === 'log-summary';
			return {
				id,
				verdict: verdictOf(level),
				effective: isHeldDown
					? { level: 'unknown', limitedBy: 'tiny-pad@1.0.0', text: `${id} counts as unknown because it depends on tiny-pad@1.0.0.` }
					: { level, limitedBy: null, text: `${id} and all it depends on are at least ${level}.` },
				evidence: evidenceOf(level),
				identity,
				acceptances: [],
				ownReviews: name === 'log-summary' ? [{ sha256: 'cd'.repeat(32), verdict: 'endorse', expires: '2027-01-01T00:00:00.000Z' }] : [],
				identityChanges:
					name === '@acme/links'
						? [{ field: 'repository', from: 'https://github.com/acme/links', to: 'https://github.com/acrne/links' }]
						: [],
				paths: isHeldDown ? [{ path: 'you > Ana > Ben', text: 'endorses it (trusted medium, until 2027-01-01): read all of it' }] : [],
			};
		},
		audit: async () => ({
			generation: 12,
			packages: plugins().map(({ name, version, level, identity }) => ({
				id: `${name}@${version}`,
				plugin: name,
				level,
				effectiveLevel: name === 'log-summary' ? 'unknown' : level,
				limitedBy: name === 'log-summary' ? 'tiny-pad@1.0.0' : null,
				provenance: identity === null ? 'unavailable' : 'verified',
				signature: level === 'unknown' ? 'absent' : 'verified',
				repository: identity?.repository ?? null,
				decision: 'allow',
			})),
			roots: [],
		}),
		raw: async (name) => ({
			id: `${name}@${find(name).version}`,
			evidence: evidenceOf(find(name).level),
			attestations: { attestations: [{ predicateType: 'https://slsa.dev/provenance/v1' }] },
			attestationsNote: null,
			statements: [],
		}),
		async review(request) {
			calls.push(`trust.review ${request.spec} ${request.notes} ${request.expires.slice(0, 10)}`);
			return {
				signer: `ed25519:${'A'.repeat(43)}`,
				sha256: 'ab'.repeat(32),
				subject: request.spec,
				expires: request.expires,
				isNewKey: true,
				bundle: {},
			};
		},
		async pin(name) {
			calls.push(`trust.pin ${name}`);
			return find(name).identity ?? notHere();
		},
		async addException({ package: name, rule, reason }) {
			calls.push(`trust.addException ${name} ${rule} ${reason}`);
		},
	};
}
