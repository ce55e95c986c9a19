import { describe, expect, it } from 'vitest';
import type { Evidence, EvidenceKind, EvidenceState, Level, SourceIdentity, Verdict } from '../../../source/engine/evidence.ts';
import type { JudgeRequest } from '../../../source/engine/trust/index.ts';
import { DEFAULT_POLICY, judge, NO_STANDING } from '../../../source/engine/trust/index.ts';

const NAME = '@acme/plug';
const NOW = Date.parse('2026-06-01T00:00:00Z');
const identity: SourceIdentity = {
	issuer: 'https://token.actions.githubusercontent.com',
	subject: 'https://github.com/acme/plug/.github/workflows/publish.yml@refs/tags/v1.2.3',
	repository: 'https://github.com/acme/plug',
	repositoryId: '1',
	ownerId: '2',
	workflow: '.github/workflows/publish.yml',
	ref: 'refs/tags/v1.2.3',
	commit: null,
	trigger: 'push',
	runner: 'github-hosted',
};
const PIN = { repository: 'https://github.com/acme/plug' };
const CERTIFIED = { ...NO_STANDING, certification: { state: 'verified' as const, by: 'Acme Security' } };
const ENDORSED = { ...NO_STANDING, endorsements: { quorum: 'endorsed through Ana, whom you trust highly', text: '' } };
const PINNING = { ...DEFAULT_POLICY, pins: { [NAME]: PIN } };

type States = Partial<Record<EvidenceKind, EvidenceState>>;

function evidence(states: States, code: string | null = null): readonly Evidence[] {
	return (['integrity', 'registry-signature', 'provenance', 'publish-attestation', 'openpgp'] as const).map((kind) => {
		const state = states[kind] ?? (kind === 'integrity' ? 'verified' : 'unavailable');
		const isProven = kind === 'provenance' && state === 'verified';
		return { kind, state, reason: `${kind} is ${state}.`, code: isProven ? code : null, identity: isProven ? identity : null };
	});
}

function verdict(changes: Partial<JudgeRequest> = {}): Verdict {
	return judge({
		name: NAME,
		version: '1.2.3',
		evidence: evidence({}),
		identityPin: null,
		previousEvidence: null,
		ageHours: 1000,
		policy: DEFAULT_POLICY,
		hasInstallScript: false,
		deprecated: null,
		isInstalled: false,
		isOwnRegistry: false,
		now: NOW,
		...changes,
	});
}

const lineOf = ({ reasons }: Verdict, rule: string): string | undefined => reasons.find((reason) => reason.rule === rule)?.text;

const PROVEN = { evidence: evidence({ provenance: 'verified' }) };

/** A row for each way up the ladder: what is there, the level it makes, and the line that says why. */
const REACHED: readonly (readonly [string, Partial<JudgeRequest>, Level, string])[] = [
	['unknown: integrity alone', {}, 'unknown', 'known needs a registry signature (unavailable) or provenance (unavailable).'],
	[
		'known: a registry signature',
		{ evidence: evidence({ 'registry-signature': 'verified' }) },
		'known',
		'known: the bytes are what was expected and the registry signed it.',
	],
	['known: provenance', PROVEN, 'known', 'known: the bytes are what was expected and its build is proven.'],
	[
		'known: provenance that no repository in package.json is bound to',
		{ evidence: evidence({ provenance: 'verified' }, 'repository-unbound') },
		'known',
		'known: the bytes are what was expected and its build is proven.',
	],
	[
		'known: an OpenPGP key that the user named',
		{ evidence: evidence({ openpgp: 'verified' }) },
		'known',
		'known: the bytes are what was expected and a key that you named signed it.',
	],
	[
		'known: the same builder as the version approved before',
		{ ...PROVEN, identityPin: identity },
		'known',
		'known: the bytes are what was expected and its build is proven.',
	],
	[
		'trusted: a pin that the builder matches',
		{ ...PROVEN, policy: PINNING },
		'trusted',
		'trusted: its builder is the one your policy pins.',
	],
	[
		'trusted: a quorum of people, without any signature',
		{ standing: ENDORSED },
		'trusted',
		'trusted: endorsed through Ana, whom you trust highly.',
	],
	[
		'verified: bound provenance, the same builder, certified',
		{ ...PROVEN, identityPin: identity, standing: CERTIFIED },
		'verified',
		'verified: certified by Acme Security.',
	],
	[
		'verified: bound provenance by the pinned builder, certified',
		{ ...PROVEN, policy: PINNING, standing: CERTIFIED },
		'verified',
		'verified: certified by Acme Security.',
	],
	[
		'core: on the core list of the organisation, built as the list says',
		{ ...PROVEN, standing: { ...NO_STANDING, corePin: PIN } },
		'core',
		'core: on the core list of your organisation, and built as it says.',
	],
];

/** A row for each thing a level needs: without it the level is not reached, and the line or what would raise it says what lacks. */
const LACKING: readonly (readonly [string, Partial<JudgeRequest>, Level, string, string])[] = [
	[
		'known without integrity',
		{ evidence: evidence({ integrity: 'unavailable', 'registry-signature': 'verified' }) },
		'unknown',
		'level-known',
		'verified integrity and',
	],
	[
		'known with a publish attestation alone',
		{ evidence: evidence({ 'publish-attestation': 'verified' }) },
		'unknown',
		'level-known',
		'known needs a registry signature',
	],
	[
		'trusted with a pin and no provenance',
		{ policy: { ...DEFAULT_POLICY, pins: {} }, evidence: evidence({ 'registry-signature': 'verified' }) },
		'known',
		'level-trusted',
		'trusted needs endorsements',
	],
	[
		'trusted with a pin that names nobody',
		{ ...PROVEN, policy: { ...DEFAULT_POLICY, pins: { [NAME]: { runner: 'github-hosted' } } } },
		'known',
		'level-trusted',
		'trusted needs endorsements',
	],
	[
		'trusted with a pin of the project',
		{ ...PROVEN, policy: { ...DEFAULT_POLICY, projectPins: { [NAME]: PIN } } },
		'known',
		'level-trusted',
		'trusted needs endorsements',
	],
	[
		'trusted with endorsements that do not suffice',
		{ standing: { ...NO_STANDING, endorsements: { quorum: null, text: 'Endorsed through Ana.' } } },
		'unknown',
		'level-trusted',
		'trusted needs endorsements',
	],
	[
		'trusted by people without integrity',
		{ standing: ENDORSED, evidence: evidence({ integrity: 'unavailable' }) },
		'unknown',
		'level-trusted',
		'trusted needs',
	],
	['verified without provenance', { standing: CERTIFIED }, 'unknown', 'level-verified', 'verified provenance'],
	[
		'verified with provenance that nothing binds',
		{ identityPin: identity, standing: CERTIFIED, evidence: evidence({ provenance: 'verified' }, 'repository-unbound') },
		'known',
		'level-verified',
		'a repository in its package.json',
	],
	['verified at the first install', { ...PROVEN, standing: CERTIFIED }, 'known', 'level-verified', 'an approved builder to compare with'],
	[
		'verified without a certification',
		{ ...PROVEN, identityPin: identity },
		'known',
		'level-verified',
		'a certification by a recognised certifier',
	],
	[
		'core without provenance',
		{ standing: { ...NO_STANDING, corePin: PIN }, evidence: evidence({ 'registry-signature': 'verified' }) },
		'known',
		'level-core',
		'core lacks verified provenance by the builder that the core list of your organisation names',
	],
	[
		'core by another builder than the list says',
		{ ...PROVEN, standing: { ...NO_STANDING, corePin: { repository: 'https://github.com/acme/other' } } },
		'known',
		'level-core',
		'core lacks verified provenance by the builder that the core list of your organisation names',
	],
	['core off the list', PROVEN, 'known', 'level-core', 'core is for what the signed core list of your organisation names'],
];

/** Everything that would make it core, were it not for what the row says. */
const BEST = {
	...PROVEN,
	identityPin: identity,
	policy: PINNING,
	standing: { ...CERTIFIED, ...ENDORSED, certification: CERTIFIED.certification, corePin: PIN },
};

const BLOCKED: readonly (readonly [string, Partial<JudgeRequest>, string])[] = [
	...(['integrity', 'registry-signature', 'provenance', 'publish-attestation', 'openpgp'] as const).map(
		(kind) =>
			[`false ${kind}`, { evidence: evidence({ provenance: 'verified', [kind]: 'invalid' }) }, 'False evidence is never accepted'] as const,
	),
	['a rejection by somebody the user trusts', { standing: { ...BEST.standing, rejectedBy: 'Ana' } }, 'Ana rejected this version.'],
	[
		'a certification that was denied',
		{ standing: { ...BEST.standing, certification: { state: 'denied', by: 'Acme Security' } } },
		'Acme Security has denied its certification.',
	],
	[
		'a certification that was taken back',
		{ standing: { ...BEST.standing, certification: { state: 'revoked', by: 'Acme Security' } } },
		'Acme Security has revoked its certification.',
	],
	[
		'an advisory that calls it malware',
		{ malware: { advisory: 'MAL-2026-1', summary: 'Sends tokens away' } },
		'MAL-2026-1 calls this version malware: Sends tokens away.',
	],
];

const CAPPED: readonly (readonly [string, Partial<JudgeRequest>])[] = [
	['another builder than before', { policy: DEFAULT_POLICY, identityPin: { ...identity, repositoryId: '9' } }],
	['provenance that is gone', { policy: DEFAULT_POLICY, evidence: evidence({ 'registry-signature': 'verified' }) }],
	[
		'a signature that is gone',
		{ policy: DEFAULT_POLICY, identityPin: null, evidence: evidence({}), previousEvidence: evidence({ 'registry-signature': 'verified' }) },
	],
];

describe('a level', () => {
	it.each(REACHED)('is reached: %s', (_what, request, level, line) => {
		const result = verdict(request);
		expect(result.level).toBe(level);
		expect(lineOf(result, `level-${level === 'unknown' ? 'known' : level}`)).toBe(line);
	});

	it.each(LACKING)('is not reached: %s', (_what, request, level, rule, words) => {
		const result = verdict(request);
		expect(result.level).toBe(level);
		expect(result.reasons.find((reason) => reason.rule === rule)).toMatchObject({ passed: false });
		expect(lineOf(result, rule)).toContain(words);
	});

	it.each(BLOCKED)('is not given at all, nor raised by anything: %s', (_what, request, line) => {
		expect(verdict(BEST).level).toBe('core');
		const result = verdict({ ...BEST, ...request });
		expect(result).toMatchObject({ level: 'unknown', decision: 'deny', wouldRaise: [] });
		expect(result.reasons.at(-1)).toMatchObject({ passed: false });
		expect(result.reasons.at(-1)?.text).toContain(line);
	});

	it.each(CAPPED)('is held at unknown until it is accepted: %s', (_what, request) => {
		const result = verdict({ ...BEST, ...request });
		expect(result).toMatchObject({ level: 'unknown', decision: 'ask' });
		expect(result.wouldRaise).toEqual([
			'Accepting the change for this version, or pinning the new builder in your policy, would let its own evidence count.',
		]);
	});

	it('says what would raise it, for each level above and no other', () => {
		expect(verdict().wouldRaise).toHaveLength(4);
		expect(verdict(PROVEN).wouldRaise).toEqual([
			'A pin of its builder in your policy, or enough endorsements by people you trust, would raise it to trusted.',
			'To be verified it lacks an approved builder to compare with, a certification by a recognised certifier.',
			"An entry on your organisation's signed core list that its verified builder matches would make it core.",
		]);
		expect(verdict(BEST).wouldRaise).toEqual([]);
	});

	it('does not count provenance under a trust root that the policy has taken away, and says so', () => {
		const under = (root: string) =>
			evidence({ provenance: 'verified' }).map((entry) => (entry.kind === 'provenance' ? { ...entry, root } : entry));
		const roots = [{ id: 'acme', file: '/r.json', scopes: ['@acme/*'], registries: [] }];
		expect(verdict({ evidence: under('acme'), policy: { ...DEFAULT_POLICY, roots } }).level).toBe('known');
		expect(verdict({ evidence: under('public') }).level).toBe('known');
		const removed = verdict({ evidence: under('acme') });
		expect(removed.level).toBe('unknown');
		expect(lineOf(removed, 'provenance')).toBe(
			'Provenance unavailable: It was verified under the trust root "acme", which may not vouch for this package any more.',
		);
		// A private root that is bound to the name is the only one, also for what the public one vouched for before.
		expect(verdict({ evidence: under('public'), policy: { ...DEFAULT_POLICY, roots } }).level).toBe('unknown');
		const elsewhere = [{ id: 'acme', file: '/r.json', scopes: ['@other/*'], registries: [] }];
		expect(verdict({ evidence: under('acme'), policy: { ...DEFAULT_POLICY, roots: elsewhere } }).level).toBe('unknown');
		expect(verdict({ evidence: under('public'), policy: { ...DEFAULT_POLICY, roots: elsewhere } }).level).toBe('known');
	});
});
