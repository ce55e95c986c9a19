import { expect, it } from 'vitest';
import { verifyResolution } from '../../../source/engine/resolver/index.ts';
import { at, NPM_RULES, Universe, versions } from '../../helpers/universe.ts';

it('who asks for little takes the copy that another is held to, without a second solve', async () => {
	const universe = new Universe()
		.serve('a', '1.0.0', { dependencies: { shared: '>=1.0.0' } })
		.serve('b', '1.0.0', { dependencies: { shared: '~1.0.0' } })
		.serve('shared', '1.0.0')
		.serve('shared', '2.0.0');
	const resolution = await universe.solved({ a: '*', b: '*' });
	expect(versions(resolution)).toEqual(['a@1.0.0', 'b@1.0.0', 'shared@1.0.0']);
	expect(resolution.statistics.refinements).toBe(0);
});

it('a root keeps the version it could have, whoever is held to an older one', async () => {
	const universe = new Universe()
		.serve('b', '1.0.0', { dependencies: { shared: '~1.0.0' } })
		.serve('shared', '1.0.0')
		.serve('shared', '2.0.0');
	expect(versions(await universe.solved({ shared: '*', b: '*' }))).toEqual(['b@1.0.0', 'shared@1.0.0', 'shared@2.0.0']);
});

it('copies that became one version still see the peers of where they are', async () => {
	const universe = surroundings('*');
	const resolution = await universe.solved({ a: '*', b: '*' });
	expect(versions(resolution).filter((text) => text.startsWith('within'))).toEqual(['within@1.2.0']);
	expect(at(resolution, 'a', 'within', 'core').version).toBe('1.0.0');
	expect(at(resolution, 'b', 'within', 'core').version).toBe('2.0.0');
	expect(verifyResolution(resolution, universe.request({ a: '*', b: '*' }), NPM_RULES)).toEqual([]);
});

it('an older copy whose peers would not do in a place does not come there', async () => {
	const resolution = await surroundings('2.0.0').solved({ a: '*', b: '*' });
	expect(at(resolution, 'a', 'within').version).toBe('1.3.0');
	expect(at(resolution, 'b', 'within').version).toBe('1.2.0');
});

/** Two packages bring different versions of `core` and both use `within`, which one of them holds to 1.2.0. */
function surroundings(peerOfOlder: string): Universe {
	return new Universe()
		.serve('a', '1.0.0', { dependencies: { core: '1.0.0', within: '^1.2.0' } })
		.serve('b', '1.0.0', { dependencies: { core: '2.0.0', within: '1.2.0' } })
		.serve('core', '1.0.0')
		.serve('core', '2.0.0')
		.serve('within', '1.2.0', { peerDependencies: { core: peerOfOlder } })
		.serve('within', '1.3.0', { peerDependencies: { core: '*' } });
}
