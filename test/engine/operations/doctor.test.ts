import { chmod, stat } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { startFakeRegistry } from '../../helpers/fake-registry.ts';
import { openTemporaryEngine } from '../../helpers/temporary-engine.ts';

test('the doctor finds a sound home and a registry that answers', async () => {
	await using registry = await startFakeRegistry();
	await using temporary = await openTemporaryEngine(registry.url);
	const { checks, fixed } = await temporary.engine.doctor({ ...temporary.call, fix: false });
	const states = Object.fromEntries(checks.map(({ id, state }) => [id, state]));
	expect(states).toMatchObject({ node: 'ok', 'home-permissions': 'ok', 'home-disk': 'ok', generations: 'ok', recovery: 'ok' });
	expect(states).toMatchObject({ registry: 'ok', 'registry-tls': 'ok', 'registry-auth': 'ok', clock: 'ok' });
	expect(checks.find(({ id }) => id === 'registry')?.text).toMatch(/answered \d+ in \d+ ms/);
	expect(fixed).toEqual([]);
});

test('the doctor closes a home that others can look into, when asked to', async () => {
	await using registry = await startFakeRegistry();
	await using temporary = await openTemporaryEngine(registry.url);
	const { engine, call, home } = temporary;
	await chmod(home, 0o755);
	const found = await engine.doctor({ ...call, fix: false });
	expect(found.checks.find(({ id }) => id === 'home-permissions')).toMatchObject({ state: 'warn', fix: 'plugward doctor --fix' });
	expect((await stat(home)).mode & 0o777, 'looking changes nothing').toBe(0o755);
	const { checks, fixed } = await engine.doctor({ ...call, fix: true });
	expect(fixed).toEqual(['Closed the home to other users.']);
	expect(checks.find(({ id }) => id === 'home-permissions')?.state).toBe('ok');
	expect((await stat(home)).mode & 0o777).toBe(0o700);
});

test('a registry that does not answer is a finding, and offline it is not asked', async () => {
	const registry = await startFakeRegistry();
	await using temporary = await openTemporaryEngine(registry.url);
	await registry[Symbol.asyncDispose]();
	const { checks } = await temporary.engine.doctor({ ...temporary.call, fix: false });
	expect(checks.find(({ id }) => id === 'registry')).toMatchObject({ state: 'fail' });
	expect(checks.some(({ id }) => id === 'clock')).toBe(false);
	const offline = await temporary.reopen({ offline: true });
	const quiet = await offline.doctor({ ...temporary.call, fix: false });
	expect(quiet.checks.find(({ id }) => id === 'registry')).toMatchObject({ state: 'ok' });
});
