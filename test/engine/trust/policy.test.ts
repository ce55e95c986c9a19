import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import {
	DEFAULT_POLICY,
	layerTrustPolicies,
	matchesAny,
	parseTrustPolicy,
	TRUST_POLICY_SCHEMA,
} from '../../../source/engine/trust/index.ts';

describe('a policy file', () => {
	it('takes the default for what it leaves out', () => {
		expect(parseTrustPolicy({ version: 1 })).toEqual(DEFAULT_POLICY);
		expect(DEFAULT_POLICY).toMatchObject({ minimumLevel: 'unknown', minimumAgeHours: 72 });
	});

	it('keeps what it says', () => {
		const json = {
			$schema: 'https://example.com/trust-policy.json',
			version: 1,
			minimumLevel: 'known',
			minimumAgeHours: 24,
			ageExempt: ['@acme/*'],
			requireProvenance: ['@acme/*', 'plug'],
			pins: { '@acme/plug': { repositoryId: '1', refs: ['refs/tags/*'], triggers: ['push'] } },
			ownRegistries: ['https://npm.acme.example/'],
			permissionCeilings: { unknown: { net: 'deny', fs: 'deny' } },
			exceptions: [{ package: 'x@1.2.3', rule: 'identity-change', reason: 'moved', expires: '2027-01-01' }],
		};
		const policy = parseTrustPolicy(json);
		expect(policy).toMatchObject({ minimumLevel: 'known', minimumAgeHours: 24, pins: json.pins, exceptions: json.exceptions });
		expect(policy.permissionCeilings).toMatchObject({ unknown: { net: 'deny', fs: 'deny', env: 'ask' }, known: { net: 'ask' } });
	});

	it.each([
		['a misspelt key', { minimumLevl: 'known' }, 'minimumLevl'],
		['a level that does not exist', { minimumLevel: 'good' }, 'minimumLevel'],
		['a negative age', { minimumAgeHours: -1 }, 'minimumAgeHours'],
		['a pattern that is none', { requireProvenance: ['@acme*'] }, 'requireProvenance.0'],
		['a pin with a misspelt field', { pins: { plug: { repo: 'x' } } }, 'pins.plug.repo'],
		['an exception without an end', { exceptions: [{ package: 'x', rule: 'fall', reason: 'y' }] }, 'exceptions.0.expires'],
		[
			'an exception without a reason',
			{ exceptions: [{ package: 'x', rule: 'fall', reason: '', expires: '2027-01-01' }] },
			'exceptions.0.reason',
		],
		[
			'an exception from false evidence',
			{ exceptions: [{ package: 'x', rule: 'evidence-invalid', reason: 'y', expires: '2027-01-01' }] },
			'exceptions.0.rule',
		],
	])('is refused with %s, and the key is named', (_what, change, key) => {
		expect(() => parseTrustPolicy({ version: 1, ...change })).toThrowError(
			expect.objectContaining({ code: 'settings-invalid', message: expect.stringContaining(key) as string }) as Error,
		);
	});

	it.each([[null], [[]], [{}], [{ version: 2 }]])('%j is refused', (json) => {
		expect(() => parseTrustPolicy(json)).toThrowError(expect.objectContaining({ code: 'settings-invalid' }) as Error);
	});
});

describe('the JSON Schema of a policy file', () => {
	const validate = new Ajv({ strict: false }).compile(TRUST_POLICY_SCHEMA);

	it.each([
		[{ version: 1 }],
		[{ version: 1, minimumLevel: 'known', pins: { plug: { refs: ['refs/tags/*'] } }, permissionCeilings: { unknown: { net: 'deny' } } }],
		[{ version: 2 }],
		[{ version: 1, minimumLevl: 'known' }],
		[{ version: 1, requireProvenance: ['@acme*'] }],
		[{ version: 1, pins: { plug: { repo: 'x' } } }],
		[{ version: 1, exceptions: [{ package: 'x', rule: 'fall', reason: 'y' }] }],
		[[]],
	])('accepts %j exactly when it can be read', (json) => {
		let isRead = true;
		try {
			parseTrustPolicy(json);
		} catch {
			// That it is refused is the answer.
			isRead = false;
		}

		expect(validate(json)).toBe(isRead);
	});
});

describe('layers of policies', () => {
	const none = { organisation: null, user: null, project: null };

	it('are the default when there are none', () => {
		expect(layerTrustPolicies(none)).toEqual({ policy: DEFAULT_POLICY, lockedBy: {}, setBy: {}, refused: [] });
	});

	it('let the user choose where the organisation says nothing', () => {
		const { policy, refused } = layerTrustPolicies({ ...none, user: { version: 1, minimumAgeHours: 0, ageExempt: ['@acme/*'] } });
		expect(policy).toMatchObject({ minimumAgeHours: 0, ageExempt: ['@acme/*'] });
		expect(refused).toEqual([]);
	});

	it('hold the user to what the organisation states, and say who locked it', () => {
		const organisation = {
			version: 1,
			minimumLevel: 'known',
			minimumAgeHours: 72,
			requireProvenance: ['@acme/*'],
			pins: { plug: { repositoryId: '1' } },
			permissionCeilings: { unknown: { net: 'deny' } },
		};
		const user = {
			version: 1,
			minimumLevel: 'unknown',
			minimumAgeHours: 100,
			requireProvenance: ['other'],
			pins: { plug: { repositoryId: '9' }, mine: { repositoryId: '2' } },
			permissionCeilings: { unknown: { net: 'allow', fs: 'deny' } },
		};
		const { policy, lockedBy, refused } = layerTrustPolicies({ organisation, user, project: null });
		expect(policy).toMatchObject({
			minimumLevel: 'known',
			minimumAgeHours: 100,
			requireProvenance: ['@acme/*', 'other'],
			pins: { plug: { repositoryId: '1' }, mine: { repositoryId: '2' } },
			permissionCeilings: { unknown: { net: 'deny', fs: 'deny', env: 'ask' } },
		});
		expect(lockedBy).toMatchObject({ minimumLevel: 'organisation', pins: 'organisation' });
		expect(refused).toEqual([
			'The user policy cannot loosen minimumLevel, which the organisation policy states.',
			'The user policy cannot loosen pins, which the organisation policy states.',
			'The user policy cannot loosen permissionCeilings, which the organisation policy states.',
		]);
	});

	it('let a project tighten and never loosen', () => {
		const exceptions = [{ package: 'x', rule: 'fall', reason: 'y', expires: '2099-01-01' }];
		const project = {
			version: 1,
			minimumLevel: 'known',
			minimumAgeHours: 0,
			ageExempt: ['*'],
			ownRegistries: ['https://evil.example/'],
			exceptions,
		};
		const { policy, refused } = layerTrustPolicies({ ...none, project });
		expect(policy).toMatchObject({ minimumLevel: 'known', minimumAgeHours: 72, ageExempt: [], ownRegistries: [], exceptions: [] });
		expect(refused).toHaveLength(4);
	});

	it('let a project demand a builder without making it trusted, and name nobody to believe', () => {
		const person = { id: `ed25519:${'A'.repeat(43)}`, name: 'Eve', level: 'high', expires: '2099-01-01' };
		const project = { version: 1, pins: { plug: { repositoryId: '666' } }, people: [person], certifiers: [{ id: person.id, name: 'Eve' }] };
		const user = { version: 1, pins: { plug: { repositoryId: '1' } } };
		const { policy, setBy, refused } = layerTrustPolicies({ ...none, user, project });
		expect(policy).toMatchObject({
			pins: { plug: { repositoryId: '1' } },
			projectPins: { plug: { repositoryId: '666' } },
			people: [],
			certifiers: [],
		});
		expect(setBy).toMatchObject({ pins: 'project' });
		expect(refused).toEqual([
			'The project policy cannot loosen people, which a project never may.',
			'The project policy cannot loosen certifiers, which a project never may.',
		]);
	});

	it('let the user except a package only from what the organisation does not state', () => {
		const exception = { package: 'x', reason: 'y', expires: '2099-01-01' };
		const user = {
			version: 1,
			exceptions: [
				{ ...exception, rule: 'minimum-age' },
				{ ...exception, rule: 'minimum-level' },
			],
		};
		const { policy, refused } = layerTrustPolicies({ ...none, organisation: { version: 1, minimumAgeHours: 72 }, user });
		expect(policy.exceptions.map(({ rule }) => rule)).toEqual(['minimum-level']);
		expect(refused).toEqual(['The user policy cannot except x from minimum-age, which the organisation policy states.']);
	});
});

describe('a name pattern', () => {
	it.each([
		['*', 'anything', true],
		['plug', 'plug', true],
		['plug', 'plugs', false],
		['@acme/*', '@acme/plug', true],
		['@acme/*', '@acme/', false],
		['@acme/*', '@acme-evil/plug', false],
		['@acme/*', 'acme/plug', false],
		['pl*', 'plug', false],
	])('%s and %s: %s', (pattern, name, expected) => {
		expect(matchesAny([pattern], name)).toBe(expected);
	});
});
