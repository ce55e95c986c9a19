import { expect, test } from 'vitest';
import { startFakeRegistry } from '../../helpers/fake-registry.ts';
import { credentialKey, openWorkplace, signal } from './open-client.ts';

test('a token of the user’s .npmrc goes to its registry', async () => {
	await using registry = await startFakeRegistry({ token: 'secret-word' });
	registry.serve('a', '1.0.0');
	await using workplace = await openWorkplace();
	await workplace.writeUserNpmrc(`registry=${registry.url}`, `${credentialKey(registry.url)}:_authToken=\${TOKEN}`);
	const client = await workplace.open({ environment: { HOME: workplace.folder, TOKEN: 'secret-word' } });
	expect((await client.packument('a', { signal })).name).toBe('a');
});

test('a token of one registry is not sent to the registry of a scope', async () => {
	await using registry = await startFakeRegistry();
	await using other = await startFakeRegistry();
	other.serve('@team/tool', '1.0.0');
	await using workplace = await openWorkplace();
	await workplace.writeUserNpmrc(
		`registry=${registry.url}`,
		`@team:registry=${other.url}`,
		`${credentialKey(registry.url)}:_authToken=secret-word`,
	);
	const client = await workplace.open();
	await client.packument('@team/tool', { signal });
	expect(other.requests.map(({ path, headers }) => [path, headers.authorization])).toEqual([['/@team/tool', undefined]]);
});

test('a redirect to another port of the same host is followed without the token', async () => {
	await using registry = await startFakeRegistry({ token: 'secret-word' });
	await using elsewhere = await startFakeRegistry();
	const served = elsewhere.serve('a', '1.0.0');
	registry.serve('a', '1.0.0');
	registry.fault({ path: '/a/-/a-1.0.0.tgz', kind: 'redirect', location: served.tarballUrl });
	await using workplace = await openWorkplace();
	await workplace.writeUserNpmrc(`registry=${registry.url}`, `${credentialKey(registry.url)}:_authToken=secret-word`);
	const client = await workplace.open();
	const { stream } = await client.openTarball({ name: 'a', version: '1.0.0', tarball: `${registry.url}a/-/a-1.0.0.tgz` }, { signal });
	const received = Buffer.concat(await stream.toArray());
	expect(received.equals(served.tarball)).toBe(true);
	expect(registry.requests[0]?.headers.authorization).toBe('Bearer secret-word');
	expect(elsewhere.requests.map(({ headers }) => headers.authorization)).toEqual([undefined]);
});

test.each([401, 403])('a registry that answers %i asks for a login', async (status) => {
	await using registry = await startFakeRegistry();
	registry.fault({ path: '/a', kind: 'status', status });
	await using workplace = await openWorkplace();
	const client = await workplace.open({ registry: registry.url });
	await expect(client.packument('a', { signal })).rejects.toMatchObject({ code: 'authentication-required', exitCode: 4 });
});
