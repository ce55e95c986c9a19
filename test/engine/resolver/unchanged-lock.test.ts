import { describe, expect, it } from 'vitest';
import { parseIntegrity } from '../../../source/engine/integrity.ts';
import type { Lock } from '../../../source/engine/lock.ts';
import { lockOfResolution } from '../../../source/engine/operations/locks/lock-of-resolution.ts';
import { resolve, type MetadataProvider, type Resolution } from '../../../source/engine/resolver/index.ts';
import { type Ask, Universe, versions } from '../../helpers/universe.ts';

const INTEGRITY = parseIntegrity(`sha512-${'A'.repeat(86)}==`);

function lockOf(resolution: Resolution): Lock {
	const integrities = new Map(resolution.packages.flatMap(({ name, version }) => (INTEGRITY ? [[`${name}@${version}`, INTEGRITY]] : [])));
	return lockOfResolution(resolution, { integrities, specs: new Map() });
}

function universe(): Universe {
	return new Universe()
		.serve('a', '1.0.0', { dependencies: { b: '^1.0.0' }, peerDependencies: { host: '^1.0.0' } })
		.serve('b', '1.0.0', { optionalDependencies: { missing: '*' } })
		.serve('host', '1.0.0');
}

async function solve(from: Universe, changes: Ask): Promise<{ resolution: Resolution; asked: string[][] }> {
	const asked: string[][] = [];
	const provider: MetadataProvider = {
		load: (names) => {
			asked.push([...names]);
			return from.load(names);
		},
	};
	const request = from.request({ a: '^1.0.0', host: '*' }, changes);
	const outcome = await resolve(request, { provider, signal: new AbortController().signal, budgetMilliseconds: 60_000 });
	if (outcome.type !== 'resolved') {
		throw new Error(JSON.stringify(outcome));
	}

	return { resolution: outcome.resolution, asked };
}

describe('a lock that is asked for again', () => {
	it('is kept without a search, whatever is newer, and reads its metadata in one batch', async () => {
		const old = (await solve(universe(), {})).resolution;
		const newer = universe().serve('a', '1.1.0').serve('b', '1.2.0').serve('host', '1.3.0');
		const { resolution, asked } = await solve(newer, { lock: lockOf(old), unlocked: [] });
		expect({ ...resolution, statistics: null }).toEqual({ ...old, statistics: null });
		expect(resolution.statistics.decisions).toBe(0);
		expect(asked).toEqual([['a', 'b', 'host']]);
	});

	it('gives the same bytes as searching does', async () => {
		const { resolution } = await solve(universe(), {});
		const kept = await solve(universe(), { lock: lockOf(resolution), unlocked: [] });
		expect(JSON.stringify(lockOf(kept.resolution))).toBe(JSON.stringify(lockOf(resolution)));
	});

	it('is searched again when policy no longer allows a version of it', async () => {
		const from = universe().serve('b', '1.2.0');
		const { resolution } = await solve(from, {});
		const revoked = [{ name: 'b', version: '1.2.0', reason: 'bad' }];
		const kept = await solve(from, { lock: lockOf(resolution), unlocked: [], policy: { revoked } });
		expect(versions(kept.resolution)).toEqual(['a@1.0.0', 'b@1.0.0', 'host@1.0.0']);
	});

	it('is searched again when a version of it is gone, a manifest asks for something else, or an update was asked for', async () => {
		const { resolution } = await solve(universe().serve('b', '1.2.0'), {});
		const lock = lockOf(resolution);
		expect(versions((await solve(universe(), { lock, unlocked: [] })).resolution)).toContain('b@1.0.0');
		const changed = universe()
			.serve('b', '1.2.0', { dependencies: { c: '*' } })
			.serve('c', '1.0.0');
		expect(versions((await solve(changed, { lock, unlocked: [] })).resolution)).toContain('c@1.0.0');
		const newer = universe().serve('b', '1.2.0').serve('b', '1.3.0');
		expect(versions((await solve(newer, { lock, unlocked: 'all' })).resolution)).toContain('b@1.3.0');
	});
});
