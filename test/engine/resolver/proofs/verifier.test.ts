import { describe, expect, it } from 'vitest';
import { verifyResolution } from '../../../../source/engine/resolver/index.ts';
import type { Resolution, ResolvedPackage, ResolveRequest } from '../../../../source/engine/resolver/index.ts';
import { NPM_RULES, Universe } from '../../../helpers/universe.ts';
import { damages } from './damage-tree.ts';
import { hostsAndLibraries, nested, wild } from './random-universes.ts';

describe('the checker', { timeout: 60_000 }, () => {
	it('reports every kind of damage to a tree, in random universes', async () => {
		const tried = new Map<string, number>();
		const unseen: string[] = [];
		for (const make of [nested, hostsAndLibraries, wild]) {
			for (let seed = 1; seed <= 25; seed += 1) {
				const { universe, roots, ask } = make(seed);
				const outcome = await universe.resolve(roots, ask);
				if (outcome.type !== 'resolved') {
					continue;
				}

				const request = universe.request(roots, ask);
				expect(check(outcome.resolution, request)).toEqual([]);
				for (const damage of damages(outcome.resolution, request)) {
					tried.set(damage.kind, (tried.get(damage.kind) ?? 0) + 1);
					if (check(damage.resolution, damage.request).length === 0) {
						unseen.push(`${make.name} ${seed}: ${damage.kind}: ${damage.what}`);
					}
				}
			}
		}

		expect(unseen).toEqual([]);
		expect(Object.fromEntries([...tried].filter(([, count]) => count < 3))).toEqual({});
		expect(tried.size).toBe(16);
	});

	it('reports an edge to a package of another name, but lets what is called so be a peer', async () => {
		const universe = new Universe()
			.serve('a', '1.0.0', { dependencies: { b: '^1.0.0' } })
			.serve('b', '1.0.0')
			.serve('c', '1.0.0')
			.serve('plugin', '1.0.0', { peerDependencies: { b: '^1.0.0' } });
		const damaged = await damagedBy(universe, { a: '*', c: '*' }, (package_) =>
			package_.name === 'a' ? { ...package_, dependencies: { b: 'c@1.0.0' } } : package_,
		);
		expect(damaged.map(({ text }) => text)).toContain('a@1.0.0 needs b@^1.0.0 and gets c@1.0.0.');
		expect(await damagedBy(universe, { b: 'npm:c', plugin: '*' }, (package_) => package_)).toEqual([]);
	});

	it('reports a required package for another computer that nobody is warned of', async () => {
		const universe = new Universe().serve('a', '1.0.0', { os: ['win32'] }).serve('b', '1.0.0', { libc: ['musl'] });
		const request = universe.request({ a: '*', b: '*' });
		const resolution = await universe.solved({ a: '*', b: '*' });
		expect(check(resolution, request)).toEqual([]);
		expect(check({ ...resolution, warnings: resolution.warnings.slice(1) }, request)).toEqual([
			{ code: 'platform', at: 'a@1.0.0', text: 'a@1.0.0 is required and not for this computer, and no warning says so.' },
		]);
	});

	it('reports an optional peer that is left out although it is to be seen', async () => {
		const universe = new Universe()
			.serve('host', '1.0.0')
			.serve('plugin', '1.0.0', { peerDependencies: { host: '*' }, optionalPeers: ['host'] });
		const damaged = await damagedBy(universe, { host: '*', plugin: '*' }, (package_) =>
			package_.name === 'plugin' ? { ...package_, dependencies: {}, peers: [] } : package_,
		);
		expect(damaged.map(({ text }) => text)).toEqual(['plugin@1.0.0 sees host as host@1.0.0 and has no peer edge to it.']);
	});

	it('reports a young version that only another package of that version is named by', async () => {
		const young = '2030-01-09T12:00:00Z';
		const universe = new Universe().serve('a', '1.0.0', { publishedAt: young }).serve('b', '1.0.0', { dependencies: { a: '^1.0.0' } });
		const resolution = await universe.solved({ b: '1.0.0' });
		const request = universe.request({ b: '1.0.0' }, { policy: { minimumAgeMilliseconds: 72 * 3_600_000 } });
		expect(check(resolution, request).map(({ code, at }) => [code, at])).toEqual([['policy', 'a@1.0.0']]);
	});
});

function check(resolution: Resolution, request: ResolveRequest): ReturnType<typeof verifyResolution> {
	return verifyResolution(resolution, request, NPM_RULES);
}

async function damagedBy(
	universe: Universe,
	roots: Readonly<Record<string, string>>,
	change: (package_: ResolvedPackage) => ResolvedPackage,
): Promise<ReturnType<typeof check>> {
	const resolution = await universe.solved(roots);
	return check({ ...resolution, packages: resolution.packages.map(change) }, universe.request(roots));
}
