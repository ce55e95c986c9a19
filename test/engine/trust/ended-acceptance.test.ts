import { expect, it } from 'vitest';
import { DEFAULT_POLICY, judge, layerTrustPolicies } from '../../../source/engine/trust/index.ts';

const signed = [
	{ kind: 'integrity', state: 'verified', reason: 'equal', code: null, identity: null },
	{ kind: 'registry-signature', state: 'verified', reason: 'signed', code: null, identity: null },
] as const;

function verdict(isOfBuilder: boolean) {
	return judge({
		name: 'plug',
		version: '1.0.0',
		evidence: signed,
		identityPin: null,
		previousEvidence: signed,
		ageHours: null,
		isInstalled: true,
		policy: DEFAULT_POLICY,
		hasInstallScript: false,
		deprecated: null,
		isOwnRegistry: false,
		endedAcceptance: { text: 'It was built by someone else.', expires: '2026-05-01T00:00:00.000Z', isOfBuilder },
	});
}

it('another builder whose acceptance has ended holds the level down, and the reason says since when', () => {
	const { level, decision, reasons } = verdict(true);
	expect({ level, decision }).toEqual({ level: 'unknown', decision: 'ask' });
	expect(reasons).toContainEqual({
		rule: 'acceptance',
		passed: false,
		text: 'It was accepted until 2026-05-01, which has passed: It was built by someone else.',
	});
});

it('the end of another acceptance is asked about and takes no level', () => {
	expect(verdict(false)).toMatchObject({ level: 'known', decision: 'ask' });
});

it('what accepting needs can only be tightened', () => {
	const organisation = { version: 1, acceptances: { reason: 'required', days: 30 } };
	const user = { version: 1, acceptances: { reason: 'optional', days: 60 } };
	const { policy, refused } = layerTrustPolicies({ organisation, user, project: null });
	expect(policy.acceptances).toEqual({ reason: 'required', days: 30 });
	expect(refused).toEqual(['The user policy cannot loosen acceptances, which the organisation policy states.']);
});
