import { describe, expect, it } from 'vitest';
import { layerTrustPolicies, parseTrustPolicy } from '../../../source/engine/trust/index.ts';

const PIN = { repository: 'https://github.com/acme/plug' };

describe('the quorum of a policy', () => {
	it('can only be tightened by later files', () => {
		const organisation = { version: 1, quorum: { high: 2, depth: 1 } };
		const user = { version: 1, quorum: { high: 1, medium: 5, depth: 3, budget: 20 } };
		const { policy, refused } = layerTrustPolicies({ organisation, user, project: null });
		expect(policy.quorum).toEqual({ high: 2, medium: 5, depth: 1, budget: 4 });
		expect(refused).toEqual(['The user policy cannot loosen quorum, which the organisation policy states.']);
	});

	it.each([{ high: 0 }, { medium: 21 }, { depth: 5 }, { budget: 21 }, { high: 1.5 }])('has bounds: %j', (quorum) => {
		expect(() => parseTrustPolicy({ version: 1, quorum })).toThrow(/quorum/);
	});
});

describe('the core list', () => {
	it("counts in an organisation's policy, and nowhere else", () => {
		const core = { '@acme/plug': PIN };
		expect(layerTrustPolicies({ organisation: { version: 1, core }, user: null, project: null }).policy.core).toEqual(core);
		for (const source of ['user', 'project'] as const) {
			const layers = { organisation: null, user: null, project: null, [source]: { version: 1, core } };
			const { policy, refused } = layerTrustPolicies(layers);
			expect(policy.core).toEqual({});
			expect(refused).toEqual([`The ${source} policy cannot name core packages, which only an organisation's policy may.`]);
		}
	});
});
