import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startFakeRegistry } from '../../helpers/fake-registry.ts';
import { openTemporaryEngine } from '../../helpers/temporary-engine.ts';

test('what will most likely be chosen is fetched while the rest is still being worked out', async () => {
	await using registry = await startFakeRegistry();
	registry.serve('app', '1.0.0', { dependencies: { slow: '^1' } });
	registry.serve('slow', '1.0.0', { dependencies: { deeper: '^1' } });
	registry.serve('deeper', '1.0.0');
	registry.fault({ path: '/slow', kind: 'delay', milliseconds: 400 });
	await using place = await openTemporaryEngine(registry.url);
	const plan = await place.install(['app']);
	const paths = registry.requests.map(({ path }) => path);
	expect(paths.indexOf('/app/-/app-1.0.0.tgz')).toBeLessThan(paths.indexOf('/deeper'));
	// Each is fetched once, counted, and told to be finished.
	expect(paths.filter((path) => path.endsWith('.tgz'))).toHaveLength(3);
	expect(plan.fetchedCount).toBe(3);
	const finished = place.events.flatMap((event) => (event.type === 'fetch-progress' && event.finished ? [event.id] : []));
	expect(new Set(finished)).toEqual(new Set(['app@1.0.0', 'slow@1.0.0', 'deeper@1.0.0']));
});

test('what was fetched ahead and is not chosen does not stay', async () => {
	await using registry = await startFakeRegistry();
	registry.serve('app', '1.0.0', { dependencies: { part: '>=1', slow: '^1' } });
	registry.serve('part', '1.0.0');
	registry.serve('part', '2.0.0');
	registry.serve('slow', '1.0.0');
	registry.fault({ path: '/slow', kind: 'delay', milliseconds: 400 });
	await using place = await openTemporaryEngine(registry.url);
	const plan = await place.engine.planInstall(['app'], { ...place.call, overrides: ['part=1.0.0'] });
	await place.engine.applyPlan(plan, { ...place.call, decisions: [] });
	expect(registry.requestsTo('/part/-/part-2.0.0.tgz')).toHaveLength(1);
	expect(place.events).toContainEqual(expect.objectContaining({ type: 'notice', code: 'fetched-ahead', severity: 'info' }));
	expect(Object.keys(plan.lock.packages)).toEqual(['app@1.0.0', 'part@1.0.0', 'slow@1.0.0']);
	expect(await readdir(join(place.home, 'store', 'packages'))).toHaveLength(3);
	await place.engine[Symbol.asyncDispose]();
	expect(await readdir(join(place.home, 'store', 'staging'))).toEqual([]);
});

test('nothing is fetched ahead that is young, deprecated, for another system or known by a peer alone', async () => {
	await using registry = await startFakeRegistry();
	const optionalDependencies = { elsewhere: '1' };
	registry.serve('app', '1.0.0', { dependencies: { young: '^1', old: '^1', plugin: '1' }, optionalDependencies });
	registry.serve('young', '1.0.0');
	registry.serve('young', '1.1.0');
	registry.setTime('young', '1.1.0', new Date().toISOString());
	registry.serve('old', '1.0.0');
	registry.serve('old', '1.1.0', { deprecated: 'no more' });
	registry.serve('elsewhere', '1.0.0', { os: ['aix'] });
	registry.serve('plugin', '1.0.0', { peerDependencies: { host: '*' } });
	registry.serve('host', '1.0.0');
	registry.serve('host', '2.0.0');
	await using place = await openTemporaryEngine(registry.url);
	await place.engine.planInstall(['app', 'host@1'], place.call);
	const fetched = registry.requests.flatMap(({ path }) => (path.endsWith('.tgz') ? [path.split('/').at(-1)] : [])).toSorted();
	expect(fetched).toEqual(['app-1.0.0.tgz', 'host-1.0.0.tgz', 'old-1.0.0.tgz', 'plugin-1.0.0.tgz', 'young-1.0.0.tgz']);
});
