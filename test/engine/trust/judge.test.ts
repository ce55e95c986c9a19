import { describe, expect, it } from 'vitest';
import type { Evidence, EvidenceKind, EvidenceState, SourceIdentity } from '../../../source/engine/evidence.ts';
import type { JudgeRequest } from '../../../source/engine/trust/index.ts';
import { DEFAULT_POLICY, judge, judgeClosure, levelAtLeast, NO_STANDING } from '../../../source/engine/trust/index.ts';

const identity: SourceIdentity = {
	issuer: 'https://token.actions.githubusercontent.com',
	subject: 'https://github.com/acme/plug/.github/workflows/publish.yml@refs/tags/v1.2.3',
	repository: 'https://github.com/acme/plug',
	repositoryId: '1',
	ownerId: '2',
	workflow: '.github/workflows/publish.yml',
	ref: 'refs/tags/v1.2.3',
	commit: 'ba214227977e57973d87219493ad93eeda9c7d6c',
	trigger: 'push',
	runner: 'github-hosted',
};
const NOW = Date.parse('2026-06-01T00:00:00Z');

function entry(kind: EvidenceKind, state: EvidenceState, changes: Partial<Evidence> = {}): Evidence {
	return { kind, state, reason: `${kind} is ${state}.`, code: state === 'verified' ? null : 'some-code', identity: null, ...changes };
}

function evidence(states: Partial<Record<EvidenceKind, EvidenceState>>, by: SourceIdentity = identity): readonly Evidence[] {
	return (['integrity', 'registry-signature', 'provenance', 'publish-attestation'] as const).map((kind) => {
		const state = states[kind] ?? (kind === 'integrity' ? 'verified' : 'unavailable');
		return entry(kind, state, kind === 'provenance' && state === 'verified' ? { identity: by } : {});
	});
}

function verdict(changes: Partial<JudgeRequest> = {}) {
	return judge({
		name: '@acme/plug',
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

function failed(result: ReturnType<typeof verdict>, rule: string): string | undefined {
	return result.reasons.find((reason) => reason.rule === rule && !reason.passed)?.text;
}

describe('the level', () => {
	it('is unknown with integrity alone, allowed with a warning, and says what it lacks', () => {
		const result = verdict();
		expect(result).toMatchObject({ level: 'unknown', decision: 'warn' });
		expect(failed(result, 'level-known')).toContain('a registry signature (unavailable) or provenance (unavailable)');
		expect(result.wouldRaise[0]).toContain('would raise it to known');
	});

	it.each(['registry-signature', 'provenance'] as const)('is known with a verified %s', (kind) => {
		expect(verdict({ evidence: evidence({ [kind]: 'verified' }) })).toMatchObject({ level: 'known', decision: 'allow' });
	});

	it('is not known without verified integrity, whatever else is proven', () => {
		const result = verdict({ evidence: evidence({ integrity: 'unavailable', 'registry-signature': 'verified', provenance: 'verified' }) });
		expect(result.level).toBe('unknown');
	});

	it('is trusted when the verified builder is the one that the policy pins', () => {
		const policy = { ...DEFAULT_POLICY, pins: { '@acme/plug': { repositoryId: '1', refs: ['refs/tags/*'] } } };
		expect(verdict({ policy, evidence: evidence({ provenance: 'verified' }) })).toMatchObject({ level: 'trusted', decision: 'allow' });
	});

	it('is trusted with a quorum of endorsements, even where no registry signs', () => {
		const standing = { ...NO_STANDING, endorsements: { quorum: 'Ana and Ben endorse it', text: '' } };
		expect(verdict({ standing })).toMatchObject({ level: 'trusted', decision: 'allow' });
	});

	it('is verified with bound provenance, the same builder as before and a certification', () => {
		const standing = { ...NO_STANDING, certification: { state: 'verified' as const, by: 'Acme Security' } };
		const request = { standing, identityPin: identity, evidence: evidence({ provenance: 'verified' }) };
		expect(verdict(request)).toMatchObject({ level: 'verified' });
		expect(failed(verdict({ ...request, identityPin: null }), 'level-verified')).toContain('an approved builder');
		expect(failed(verdict({ ...request, standing: NO_STANDING }), 'level-verified')).toContain('a certification');
		const unbound = request.evidence.map((one) => (one.kind === 'provenance' ? { ...one, code: 'repository-unbound' } : one));
		expect(failed(verdict({ ...request, evidence: unbound }), 'level-verified')).toContain('a repository in its package.json');
	});

	it('is core only by an entry of the product list that the verified builder matches', () => {
		const standing = { ...NO_STANDING, corePin: { repositoryId: '1' } };
		expect(verdict({ standing, evidence: evidence({ provenance: 'verified' }) }).level).toBe('core');
		expect(verdict({ standing, evidence: evidence({ 'registry-signature': 'verified' }) }).level).toBe('known');
		expect(
			verdict({ standing: { ...standing, corePin: { repositoryId: '9' } }, evidence: evidence({ provenance: 'verified' }) }).level,
		).toBe('known');
	});

	it('has a reason for each rule, also for those that hold', () => {
		const rules = verdict().reasons.map(({ rule }) => rule);
		for (const rule of [
			'integrity',
			'registry-signature',
			'provenance',
			'publish-attestation',
			'level-known',
			'level-trusted',
			'level-verified',
			'level-core',
			'continuity',
			'minimum-age',
		]) {
			expect(rules).toContain(rule);
		}
	});
});

describe('what blocks', () => {
	it.each(['integrity', 'registry-signature', 'provenance', 'publish-attestation'] as const)(
		'false %s is denied, whatever else holds',
		(kind) => {
			const result = verdict({
				evidence: evidence({ 'registry-signature': 'verified', provenance: 'verified', [kind]: 'invalid' }),
				policy: { ...DEFAULT_POLICY, exceptions: [{ package: '@acme/plug', rule: 'minimum-level', reason: 'x', expires: '2099-01-01' }] },
			});
			expect(result).toMatchObject({ level: 'unknown', decision: 'deny', wouldRaise: [] });
		},
	);

	it.each(['absent', 'unavailable'] as const)('evidence that is %s is not denied', (state) => {
		expect(verdict({ evidence: evidence({ 'registry-signature': state, provenance: state }) }).decision).toBe('warn');
	});

	it('a rejection by someone the user trusts is denied', () => {
		expect(verdict({ standing: { ...NO_STANDING, rejectedBy: 'Ana' } })).toMatchObject({ level: 'unknown', decision: 'deny' });
	});

	it('a withdrawn certification is denied', () => {
		const standing = { ...NO_STANDING, certification: { state: 'revoked' as const, by: 'Acme Security' } };
		expect(verdict({ standing }).decision).toBe('deny');
	});

	it('provenance that the policy requires and that is not verified is denied, unless an exception still runs', () => {
		const policy = { ...DEFAULT_POLICY, requireProvenance: ['@acme/*'] };
		expect(verdict({ policy }).decision).toBe('deny');
		expect(verdict({ policy, name: 'other' }).decision).toBe('warn');
		const exceptions = [
			{ package: '@acme/plug@1.2.3', rule: 'require-provenance' as const, reason: 'built by hand', expires: '2026-07-01' },
		];
		const excepted = verdict({ policy: { ...policy, exceptions } });
		expect(excepted.decision).toBe('warn');
		expect(excepted.reasons.find(({ rule }) => rule === 'require-provenance')?.text).toContain('built by hand');
		expect(verdict({ policy: { ...policy, exceptions }, now: Date.parse('2026-08-01') }).decision).toBe('deny');
		expect(verdict({ policy: { ...policy, exceptions }, version: '1.2.4' }).decision).toBe('deny');
	});

	it('a builder other than the pinned one is denied, and so is none at all', () => {
		const policy = { ...DEFAULT_POLICY, pins: { '@acme/plug': { repository: 'https://github.com/acme/plu' } } };
		const result = verdict({ policy, evidence: evidence({ provenance: 'verified' }) });
		expect(result.decision).toBe('deny');
		expect(failed(result, 'pin')).toContain('https://github.com/acme/plu, but it was built with repository https://github.com/acme/plug');
		expect(verdict({ policy }).decision).toBe('deny');
	});
});

describe('continuity in one major line', () => {
	const next = (changes: Partial<SourceIdentity>) => ({
		identityPin: identity,
		evidence: evidence({ provenance: 'verified' }, { ...identity, ...changes }),
	});

	it('holds for the next tag of the same workflow', () => {
		const subject = identity.subject.replace('v1.2.3', 'v1.3.0');
		expect(verdict(next({ subject, ref: 'refs/tags/v1.3.0', commit: '0'.repeat(40) }))).toMatchObject({
			level: 'known',
			decision: 'allow',
		});
	});

	it.each([
		['repository', { repository: 'https://github.com/evil/plug', repositoryId: '99' }],
		['repositoryId', { repositoryId: '99' }],
		['ownerId', { ownerId: null }],
		['workflow', { workflow: '.github/workflows/other.yml' }],
		['signer', { subject: 'https://github.com/evil/build/.github/workflows/x.yml@refs/tags/v1.2.3' }],
		['issuer', { issuer: 'https://gitlab.com' }],
		['runner', { runner: 'self-hosted' }],
	] as const)('asks when the %s changed, and shows old and new', (field, change) => {
		const result = verdict(next(change));
		expect(result).toMatchObject({ level: 'unknown', decision: 'ask' });
		expect(failed(result, 'continuity')).toContain(`builder changed from ${field}`);
	});

	it.each(['absent', 'unavailable'] as const)('asks when provenance was verified before and is now %s', (state) => {
		const result = verdict({ identityPin: identity, evidence: evidence({ provenance: state, 'registry-signature': 'verified' }) });
		expect(result).toMatchObject({ level: 'unknown', decision: 'ask' });
		expect(failed(result, 'continuity')).toContain('had verified provenance, this one has a verified registry signature');
	});

	it('asks when a registry signature was verified before and nothing is now', () => {
		const previousEvidence = evidence({ 'registry-signature': 'verified' });
		expect(verdict({ previousEvidence }).decision).toBe('ask');
		expect(verdict({ previousEvidence, evidence: evidence({ provenance: 'verified' }) }).decision).toBe('allow');
	});

	it('does not take a claim without proof for evidence that could be lost', () => {
		expect(verdict({ previousEvidence: evidence({ provenance: 'unavailable', 'registry-signature': 'absent' }) })).toMatchObject({
			decision: 'warn',
		});
	});

	it('accepts a change for as long as an exception for this version runs', () => {
		const exceptions = [{ package: '@acme/plug@1.2.3', rule: 'identity-change' as const, reason: 'moved', expires: '2026-07-01' }];
		const moved = next({ repository: 'https://github.com/new/plug', ownerId: '9' });
		expect(verdict({ ...moved, policy: { ...DEFAULT_POLICY, exceptions } })).toMatchObject({ level: 'known', decision: 'allow' });
		expect(verdict({ ...moved, policy: { ...DEFAULT_POLICY, exceptions }, version: '1.2.4' }).decision).toBe('ask');
	});
});

describe('what is asked and warned of', () => {
	it('a level below the minimum is asked', () => {
		expect(verdict({ policy: { ...DEFAULT_POLICY, minimumLevel: 'known' } }).decision).toBe('ask');
		expect(
			verdict({ policy: { ...DEFAULT_POLICY, minimumLevel: 'known' }, evidence: evidence({ 'registry-signature': 'verified' }) }).decision,
		).toBe('allow');
	});

	it('a version younger than 72 hours is asked', () => {
		expect(failed(verdict({ ageHours: 71 }), 'minimum-age')).toContain('71 hours');
		expect(verdict({ ageHours: 71 }).decision).toBe('ask');
		expect(verdict({ ageHours: 72 }).decision).toBe('warn');
	});

	it('the age of an exempt name, of an own registry or without a known time is not judged', () => {
		expect(verdict({ ageHours: 1, policy: { ...DEFAULT_POLICY, ageExempt: ['@acme/*'] } }).decision).toBe('warn');
		expect(verdict({ ageHours: 1, isOwnRegistry: true }).decision).toBe('warn');
		expect(verdict({ ageHours: null }).decision).toBe('warn');
	});

	it('the age of what is installed already is not judged, and the reason does not blame the registry', () => {
		const installed = verdict({ ageHours: 1, isInstalled: true });
		expect(installed.decision).toBe('warn');
		const reason = installed.reasons.find(({ rule }) => rule === 'minimum-age');
		expect(reason).toMatchObject({ passed: true, text: 'It is installed already, so its age is not judged.' });
	});

	it('a deprecated version is warned of, an install script only named', () => {
		const good = evidence({ 'registry-signature': 'verified' });
		expect(verdict({ evidence: good, deprecated: 'use other' }).decision).toBe('warn');
		const scripted = verdict({ evidence: good, hasInstallScript: true });
		expect(scripted.decision).toBe('allow');
		expect(scripted.reasons.find(({ rule }) => rule === 'install-script')?.text).toContain('never run');
	});

	it('the same facts give the same verdict', () => {
		expect(verdict()).toEqual(verdict());
	});
});

describe('the level of a closure', () => {
	const member = (id: string, level: 'unknown' | 'known' | 'trusted') => ({ id, verdict: { level } });

	it('is the lowest of it, and names the dependency that limits it', () => {
		expect(
			judgeClosure(member('plug@1', 'trusted'), [member('b@1', 'known'), member('c@1', 'unknown'), member('a@1', 'unknown')]),
		).toMatchObject({
			level: 'unknown',
			limitedBy: 'a@1',
		});
	});

	it('is that of the plugin when nothing is lower', () => {
		expect(judgeClosure(member('plug@1', 'known'), [member('b@1', 'known')])).toMatchObject({ level: 'known', limitedBy: null });
		expect(judgeClosure(member('plug@1', 'known'), [])).toMatchObject({ level: 'known', limitedBy: null });
	});

	it('is ordered from unknown to core', () => {
		expect(levelAtLeast('core', 'verified')).toBe(true);
		expect(levelAtLeast('known', 'known')).toBe(true);
		expect(levelAtLeast('unknown', 'known')).toBe(false);
	});
});
