import { describe, expect, test } from 'vitest';
import { startFakeRegistry, type FakeRegistryOptions } from '../../helpers/fake-registry.ts';
import { openWorkplace, signal } from './open-client.ts';

async function openWith(options: FakeRegistryOptions = {}) {
	const registry = await startFakeRegistry(options);
	const workplace = await openWorkplace();
	const client = await workplace.open({ registry: registry.url, environment: { npm_config_fetch_retries: '0' } });
	return {
		registry,
		client,
		async [Symbol.asyncDispose]() {
			await workplace[Symbol.asyncDispose]();
			await registry[Symbol.asyncDispose]();
		},
	};
}

describe('signing keys', () => {
	const key = {
		keyid: 'SHA256:x',
		keytype: 'ecdsa-sha2-nistp256',
		scheme: 'ecdsa-sha2-nistp256',
		key: 'AAAA',
		expires: null,
		names: ['@own/*'],
	};

	test('are asked for once, by registry or by package', async () => {
		await using setup = await openWith();
		setup.registry.serveSignatures([key, { keyid: 5 }]);
		expect(await setup.client.signingKeys('left-pad', { signal })).toEqual([key]);
		expect(await setup.client.signingKeys(setup.registry.url, { signal })).toEqual([key]);
		expect(setup.registry.requests).toHaveLength(1);
	});

	test('are null where a registry serves none', async () => {
		await using setup = await openWith();
		expect(await setup.client.signingKeys('left-pad', { signal })).toBeNull();
	});

	test('that cannot be asked for are an error, not an absence', async () => {
		await using setup = await openWith();
		setup.registry.serveSignatures([key]);
		setup.registry.fault({ path: '/-/npm/v1/keys', kind: 'status', status: 503, times: 1 });
		await expect(setup.client.signingKeys('left-pad', { signal })).rejects.toMatchObject({ code: 'registry-unreachable' });
		expect(await setup.client.signingKeys('left-pad', { signal })).toEqual([key]);
	});
});

describe('attestations', () => {
	test('come from the package’s own registry, whatever host the packument names', async () => {
		await using setup = await openWith({ pathPrefix: '/npm/team' });
		setup.registry.serve('@s/a', '1.0.0');
		setup.registry.serveAttestations('@s/a', '1.0.0', { attestations: [] });
		const served = { type: 'served', json: { attestations: [] } };
		for (const url of [
			null,
			`${setup.registry.url}-/npm/v1/attestations/@s%2fa@1.0.0`,
			'https://registry.npmjs.org/-/npm/v1/attestations/@s%2fa@1.0.0',
			'not a url',
		]) {
			expect(await setup.client.attestations({ name: '@s/a', version: '1.0.0', url }, { signal })).toEqual(served);
		}
	});

	test('that a registry does not serve are said to be so', async () => {
		await using setup = await openWith();
		expect(await setup.client.attestations({ name: 'a', version: '1.0.0', url: null }, { signal })).toMatchObject({ type: 'not-served' });
	});
});
