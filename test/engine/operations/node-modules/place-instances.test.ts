import { expect, test } from 'vitest';
import { type Place, placeInstances, segmentsOf } from '../../../../source/engine/operations/generations/node-modules/place-instances.ts';
import type { Lock } from '../../../../source/engine/lock.ts';
import { parseIntegrity } from '../../../../source/engine/integrity.ts';

const integrity = parseIntegrity(`sha512-${Buffer.alloc(64).toString('base64')}`);

/** `{'a@1': {b: 'b@2'}}`, where the roots are named by their instances. */
function lockOf(edges: Readonly<Record<string, Readonly<Record<string, string>>>>, roots: readonly string[]): Lock {
	if (integrity === null) {
		throw new Error('expected a digest');
	}

	const nameOf = (instance: string) => instance.slice(0, instance.indexOf('@', 1));
	return {
		format: 1,
		roots: Object.fromEntries(roots.map((instance) => [nameOf(instance), { spec: '*', instance }])),
		packages: Object.fromEntries(
			Object.entries(edges).map(([instance, dependencies]) => [
				instance,
				{
					name: nameOf(instance),
					version: '1.0.0',
					integrity,
					dependencies,
					peers: [],
					dropped: {},
					optional: false,
					os: [],
					cpu: [],
					libc: [],
					tarballPath: null,
				},
			]),
		),
	};
}

function placesIn(root: Place): readonly Place[] {
	return [...root.children.values()].flatMap((place) => [place, ...placesIn(place)]);
}

/** Walks up as node does; a link is followed first. Fails unless every edge of every place leads to its instance. */
function expectExact(root: Place, lock: Lock): void {
	for (const place of placesIn(root).filter(({ linkTo }) => linkTo === null)) {
		for (const [name, target] of Object.entries(lock.packages[place.instance ?? '']?.dependencies ?? {})) {
			let at: Place | null = place;
			while (at !== null && !at.children.has(name)) {
				at = at.parent;
			}

			expect(`${segmentsOf(place).join('/')} -> ${at?.children.get(name)?.instance}`).toBe(`${segmentsOf(place).join('/')} -> ${target}`);
		}
	}
}

function paths(root: Place): readonly string[] {
	return placesIn(root)
		.map(
			(place) =>
				`${segmentsOf(place).join('/').replaceAll('/node_modules/', ' > ')} = ${place.instance}${place.linkTo === null ? '' : ' (link)'}`,
		)
		.toSorted();
}

test('what collides is nested, everything else lies at the top once', () => {
	const lock = lockOf({ 'a@1': { c: 'c@1' }, 'b@1': { c: 'c@2', d: 'd@1' }, 'c@1': {}, 'c@2': {}, 'd@1': {} }, ['a@1', 'b@1']);
	const root = placeInstances(lock, () => true);
	expect(paths(root)).toEqual(['a = a@1', 'b = b@1', 'b > c = c@2', 'c = c@1', 'd = d@1']);
	expectExact(root, lock);
});

test('nothing is put later between a package and what it already resolves further up', () => {
	const edges = { 'a@1': { x: 'x@1', b: 'b@1' }, 'b@1': { c: 'c@1' }, 'b@2': {}, 'c@1': { x: 'x@2' }, 'x@1': {}, 'x@2': {}, 'c@2': {} };
	const lock = lockOf(edges, ['a@1', 'b@2', 'c@2', 'x@1']);
	const root = placeInstances(lock, () => true);
	expect(paths(root)).toContain('a > c > x = x@2');
	expectExact(root, lock);
});

test('two versions that need each other in a ring end in a link instead of growing for ever', () => {
	const lock = lockOf({ 'a@1': { b: 'b@1' }, 'b@1': { a: 'a@2' }, 'a@2': { b: 'b@2' }, 'b@2': { a: 'a@1' } }, ['a@1', 'b@1']);
	const root = placeInstances(lock, () => true);
	expectExact(root, lock);
	expect(paths(root).some((path) => path.endsWith('(link)'))).toBe(true);
});

test('random trees with many versions resolve exactly as their edges say', () => {
	let seed = 7;
	const random = (below: number) => {
		seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
		return Math.floor((seed / 2 ** 31) * below);
	};
	const names = ['a', 'b', 'c', 'd', 'e'];
	for (let round = 0; round < 150; round += 1) {
		const instances = names.flatMap((name) => [`${name}@1`, `${name}@2`, `${name}@3`]);
		const edges = Object.fromEntries(
			instances.map((instance) => [
				instance,
				Object.fromEntries(names.filter(() => random(3) === 0).map((name) => [name, `${name}@${1 + random(3)}`])),
			]),
		);
		const lock = lockOf(edges, ['a@1', 'b@2']);
		expectExact(
			placeInstances(lock, () => true),
			lock,
		);
	}
});
