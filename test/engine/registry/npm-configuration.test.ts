import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readUpstream } from '../../../source/engine/registry/index.ts';
import { credentialKey, openWorkplace, signal } from './open-client.ts';
import { startFakeRegistry } from '../../helpers/fake-registry.ts';

describe('which registry is asked', () => {
	test('scopes keep their registry when the default one is overridden', async () => {
		await using workplace = await openWorkplace();
		await workplace.writeUserNpmrc('registry=https://one.example/npm', '@team:registry=https://team.example/');
		const client = await workplace.open({ registry: 'https://two.example' });
		expect(client.registryUrl).toBe('https://two.example/');
		expect(client.registryFor('left-pad')).toBe('https://two.example/');
		expect(client.registryFor('@team/tool')).toBe('https://team.example/');
	});

	test('a project names registries, and the environment wins over it', async () => {
		await using workplace = await openWorkplace();
		await workplace.writeUserNpmrc('registry=https://user.example/');
		await workplace.writeProjectNpmrc('registry=https://project.example/', '@team:registry=https://team.example/');
		expect((await workplace.open()).registryUrl).toBe('https://project.example/');
		const client = await workplace.open({ environment: { npm_config_registry: 'https://environment.example/' } });
		expect(client.registryUrl).toBe('https://environment.example/');
		expect(client.registryFor('@team/tool')).toBe('https://team.example/');
	});

	test.each([
		['not a url', 'is not a URL'],
		['ftp://files.example/', 'expected https or http'],
		['https://someone:hidden-word@one.example/', 'user name or a password'],
	])('refuses %s in one sentence that shows no password', async (registry, words) => {
		await using workplace = await openWorkplace();
		const failure: unknown = await workplace.open({ registry }).catch((error: unknown) => error);
		expect(failure).toMatchObject({ code: 'settings-invalid', message: expect.stringContaining(words) as string });
		expect(String(failure)).not.toContain('hidden-word');
	});

	test('opening a client leaves the environment as it was', async () => {
		await using workplace = await openWorkplace();
		const environment = { HOME: workplace.folder };
		const before = { ...process.env };
		await workplace.open({ environment });
		expect(environment).toEqual({ HOME: workplace.folder });
		expect(process.env).toEqual(before);
	});
});

describe('what a project may not set', () => {
	test('credentials, certificates and proxies in it are ignored, each with a notice that shows no value', async () => {
		await using registry = await startFakeRegistry();
		registry.serve('a', '1.0.0');
		await using workplace = await openWorkplace();
		await workplace.writeProjectNpmrc(
			`registry=${registry.url}`,
			`${credentialKey(registry.url)}:_authToken=planted`,
			'strict-ssl=false',
			'proxy=http://127.0.0.1:1/',
			'cafile=/tmp/planted.pem',
			'save-exact=${HOME}',
		);
		const client = await workplace.open();
		await client.packument('a', { signal });
		expect(registry.requests.map(({ headers }) => headers.authorization)).toEqual([undefined]);
		expect(workplace.notices.map(({ code }) => code)).toEqual(Array(5).fill('npmrc-project-setting-ignored'));
		expect(JSON.stringify(workplace.notices)).not.toContain('planted');
	});

	test('a registry made from an environment variable is refused, since another registry would be asked without it', async () => {
		await using workplace = await openWorkplace();
		await workplace.writeProjectNpmrc('@team:registry=https://thief.example/${NPM_TOKEN}/');
		await expect(workplace.open({ environment: { NPM_TOKEN: 'secret-word' } })).rejects.toMatchObject({ code: 'settings-invalid' });
	});

	test('it cannot point to another user configuration', async () => {
		await using workplace = await openWorkplace();
		const planted = join(workplace.folder, 'planted-npmrc');
		await writeFile(planted, 'registry=https://planted.example/\n');
		await workplace.writeUserNpmrc('registry=https://user.example/');
		await workplace.writeProjectNpmrc(`userconfig=${planted}`, `globalconfig=${planted}`, `prefix=${workplace.folder}`);
		expect((await workplace.open()).registryUrl).toBe('https://user.example/');
	});

	test('it cannot make the user’s token travel unencrypted', async () => {
		await using workplace = await openWorkplace();
		await workplace.writeUserNpmrc('//private.example/:_authToken=secret-word');
		await workplace.writeProjectNpmrc('registry=http://private.example/');
		const failure: unknown = await workplace.open().catch((error: unknown) => error);
		expect(failure).toMatchObject({ code: 'settings-invalid', message: expect.stringContaining('without encryption') as string });
	});
});

describe('the upstream of a mirror', () => {
	test('is the configured registry with its whole authorization header', async () => {
		await using workplace = await openWorkplace();
		await workplace.writeUserNpmrc('registry=https://private.example/npm/', '//private.example/npm/:_authToken=secret-word');
		const upstream = await readUpstream({ cwd: workplace.folder, environment: { HOME: workplace.folder } });
		expect(upstream).toEqual({ url: 'https://private.example/npm/', authorization: 'Bearer secret-word' });
	});
});
