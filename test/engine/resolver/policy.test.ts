import { describe, expect, it } from 'vitest';
import { verifyResolution } from '../../../source/engine/resolver/index.ts';
import type { Resolution } from '../../../source/engine/resolver/index.ts';
import type { Lock } from '../../../source/engine/lock.ts';
import { parseIntegrity } from '../../../source/engine/integrity.ts';
import { at, NOW, NPM_RULES, Universe, versions } from '../../helpers/universe.ts';

const DAY = 86_400_000;
const THREE_DAYS = { policy: { minimumAgeMilliseconds: 3 * DAY } };

function daysAgo(days: number): string {
	return new Date(NOW - days * DAY).toISOString();
}

describe('the minimum age', () => {
	const universe = new Universe()
		.serve('a', '1.0.0', { publishedAt: daysAgo(100) })
		.serve('a', '1.1.0', { publishedAt: daysAgo(50) })
		.serve('a', '1.2.0', { publishedAt: daysAgo(1) })
		.tag('a', 'latest', '1.2.0');

	it('prefers an older version, also to the one a tag names', async () => {
		expect(versions(await universe.solved({ a: '^1.0.0' }, THREE_DAYS))).toEqual(['a@1.1.0']);
		expect(versions(await universe.solved({ a: 'latest' }, THREE_DAYS))).toEqual(['a@1.1.0']);
		expect(versions(await universe.solved({ a: 'latest' }))).toEqual(['a@1.2.0']);
	});

	it('gives way to a version named exactly and tells when it was published', async () => {
		const resolution = await universe.solved({ a: '1.2.0' }, THREE_DAYS);
		expect(at(resolution, 'a').publishedAt).toBe(NOW - DAY);
	});

	it('gives way to a young version that another package pins', async () => {
		const pinning = new Universe()
			.serve('b', '1.0.0', { publishedAt: daysAgo(1), dependencies: { a: '1.2.0' } })
			.serve('a', '1.1.0', { publishedAt: daysAgo(50) })
			.serve('a', '1.2.0', { publishedAt: daysAgo(1) });
		expect(versions(await pinning.solved({ b: '1.0.0' }, THREE_DAYS))).toEqual(['a@1.2.0', 'b@1.0.0']);
	});

	it('does not judge a version without a time, nor an exempt package', async () => {
		const untimed = new Universe().serve('a', '1.0.0').serve('b', '1.0.0', { publishedAt: daysAgo(0) });
		expect(
			versions(await untimed.solved({ a: '*', b: '*' }, { policy: { minimumAgeMilliseconds: DAY, ageExempt: (name) => name === 'b' } })),
		).toEqual(['a@1.0.0', 'b@1.0.0']);
	});

	it('is named with the date it lifts when nothing older fits, and proves that asking exactly would do', async () => {
		const outcome = await universe.resolve({ a: '^1.2.0' }, THREE_DAYS);
		expect(outcome).toMatchObject({
			type: 'unsolvable',
			failure: {
				kind: 'conflict',
				sentences: [
					'You asked for a@^1.2.0.',
					'a 1.2.0 would fit but is 24 hours old, and the minimum is 3 days; allowed from 2030-01-12 00:00 UTC.',
					'So a@^1.2.0 cannot be installed.',
				],
				conflicts: [
					{
						facts: [
							{ type: 'root', name: 'a' },
							{ type: 'too-young', name: 'a', versions: '1.2.0', minimumHours: 72, lifts: '2030-01-12T00:00:00.000Z' },
						],
					},
				],
			},
		});
		expect(outcome.type === 'unsolvable' && outcome.failure.suggestions.map(({ type }) => type)).toEqual(['allow-young', 'change-root']);
	});
});

describe('resolving as of a date', () => {
	it('sees nothing that was published later', async () => {
		const universe = new Universe()
			.serve('a', '1.0.0', { publishedAt: daysAgo(100), dependencies: { b: '*' } })
			.serve('a', '2.0.0', { publishedAt: daysAgo(10) })
			.serve('b', '1.0.0', { publishedAt: daysAgo(90) })
			.serve('b', '1.1.0', { publishedAt: daysAgo(9) })
			.tag('a', 'latest', '2.0.0');
		expect(versions(await universe.solved({ a: 'latest' }, { policy: { asOf: NOW - 50 * DAY } }))).toEqual(['a@1.0.0', 'b@1.0.0']);
		expect((await universe.sentences({ a: '^2.0.0' }, { policy: { asOf: NOW - 50 * DAY } }))[1]).toMatch(
			/^a 2\.0\.0 would fit but is later than 2029-11-21/,
		);
	});
});

describe('revocations', () => {
	it('are gone around, and named when they cannot be', async () => {
		const universe = new Universe().serve('a', '1.0.0').serve('a', '1.1.0');
		const policy = { revoked: [{ name: 'a', version: '1.1.0', reason: 'stolen token' }] };
		expect(versions(await universe.solved({ a: '*' }, { policy }))).toEqual(['a@1.0.0']);
		expect(await universe.sentences({ a: '1.1.0' }, { policy })).toEqual([
			'You asked for a@1.1.0.',
			'a 1.1.0 would fit but is revoked: stolen token.',
			'So a@1.1.0 cannot be installed.',
		]);
	});
});

describe('what policy denies', () => {
	const universe = new Universe()
		.serve('tool', '1.0.0', { dependencies: { a: '^1.0.0' } })
		.serve('a', '1.0.0')
		.serve('a', '1.1.0')
		.serve('a', '1.2.0');
	const denied = (range: string, lifts: string | null = null) => ({
		policy: { denied: [{ name: 'a', range, reason: 'its provenance names another repository', lifts }] },
	});

	it('is gone around while another version fits', async () => {
		expect(versions(await universe.solved({ tool: '*' }, denied('>=1.1.0')))).toEqual(['a@1.0.0', 'tool@1.0.0']);
	});

	it('is named with its reason and the time it ends when nothing else fits', async () => {
		const outcome = await universe.resolve({ tool: '*' }, denied('*', '2030-02-01T00:00:00.000Z'));
		expect(outcome).toMatchObject({
			type: 'unsolvable',
			failure: {
				sentences: [
					'You asked for tool.',
					'tool 1.0.0 depends on a ^1.0.0.',
					'a 1.0.0 to 1.2.0 would fit but are denied: its provenance names another repository; allowed from 2030-02-01 00:00 UTC.',
					'So tool cannot be installed.',
				],
			},
		});
		expect(outcome.type === 'unsolvable' && outcome.failure.conflicts[0]?.facts).toContainEqual({
			type: 'denied',
			name: 'a',
			versions: '1.0.0 to 1.2.0',
			reason: 'its provenance names another repository',
			lifts: '2030-02-01T00:00:00.000Z',
		});
	});

	it('is seen by the checker', async () => {
		const resolution = await universe.solved({ a: '1.2.0' });
		expect(verifyResolution(resolution, universe.request({ a: '1.2.0' }, denied('^1.2.0')), NPM_RULES)).toEqual([
			{ code: 'policy', at: 'a@1.2.0', text: 'a@1.2.0 is denied and in the tree: its provenance names another repository.' },
		]);
	});
});

describe('the node a package needs', () => {
	const universe = new Universe()
		.serve('a', '1.0.0', { engines: { node: '>=18' } })
		.serve('a', '2.0.0', { engines: { node: '>=99' } })
		.serve('only', '1.0.0', { engines: { node: '>=99' } });

	it('is a preference by default, with a warning when nothing fits it', async () => {
		const resolution = await universe.solved({ a: '*', only: '*' });
		expect(versions(resolution)).toEqual(['a@1.0.0', 'only@1.0.0']);
		expect(resolution.warnings).toEqual(['only 1.0.0 is for another node: expected >=99, got 26.0.0.']);
	});

	it('is a rule when the request says so, named when nothing fits it', async () => {
		const required = { policy: { engines: 'required' as const } };
		expect(versions(await universe.solved({ a: '*' }, required))).toEqual(['a@1.0.0']);
		expect(await universe.sentences({ only: '*' }, required)).toEqual([
			'You asked for only.',
			'only 1.0.0 would fit but needs node >=99, and this is 26.0.0.',
			'So only cannot be installed.',
		]);
		expect(verifyResolution(await universe.solved({ only: '*' }), universe.request({ only: '*' }, required), NPM_RULES)).toMatchObject([
			{ code: 'policy', at: 'only@1.0.0' },
		]);
	});
});

describe('a lock', () => {
	const universe = new Universe()
		.serve('a', '1.0.0', { dependencies: { b: '^1.0.0' } })
		.serve('a', '1.1.0', { dependencies: { b: '^1.0.0' } })
		.serve('b', '1.0.0')
		.serve('b', '1.1.0')
		.serve('c', '1.0.0', { dependencies: { b: '*' } })
		.tag('a', 'latest', '1.1.0');

	it('keeps what it has, also when a plugin is added and when the tag has moved on', async () => {
		const lock = lockOf(await universe.solved({ a: '1.0.0' }), { a: 'latest', 'b@1.1.0': 'b@1.0.0' });
		expect(versions(await universe.solved({ a: 'latest', c: '*' }, { lock }))).toEqual(['a@1.0.0', 'b@1.0.0', 'c@1.0.0']);
	});

	it('frees only the roots an update names', async () => {
		const lock = lockOf(await universe.solved({ a: '1.0.0' }), { a: '^1.0.0', 'b@1.1.0': 'b@1.0.0' });
		expect(versions(await universe.solved({ a: '^1.0.0' }, { lock, unlocked: ['a'] }))).toEqual(['a@1.1.0', 'b@1.0.0']);
		expect(versions(await universe.solved({ a: '^1.0.0' }, { lock, unlocked: 'all' }))).toEqual(['a@1.1.0', 'b@1.1.0']);
	});

	it('is only a preference', async () => {
		const lock = lockOf(await universe.solved({ a: '1.0.0' }), { a: '^1.0.0' });
		expect(versions(await universe.solved({ a: '1.1.0' }, { lock }))).toEqual(['a@1.1.0', 'b@1.1.0']);
	});

	it('gives the same tree again', async () => {
		const first = await universe.solved({ a: '*', c: '*' });
		const again = await universe.solved({ a: '*', c: '*' }, { lock: lockOf(first, {}) });
		expect(again.packages).toEqual(first.packages);
	});
});

/** A lock of the tree; `changes` replaces a root's spec, or with `name@version` a locked version. */
function lockOf(resolution: Resolution, changes: Readonly<Record<string, string>>): Lock {
	const integrity = parseIntegrity(`sha512-${'A'.repeat(86)}==`);
	if (integrity === null) {
		throw new Error('Expected an integrity.');
	}

	return {
		format: 1,
		roots: Object.fromEntries(
			Object.entries(resolution.roots).map(([name, root]) => [name, { ...root, spec: changes[name] ?? root.spec }]),
		),
		packages: Object.fromEntries(
			resolution.packages.map(({ id, name, version, dependencies, peers, dropped, optional }) => [
				id,
				{
					name,
					version: changes[id]?.split('@')[1] ?? version,
					integrity,
					dependencies,
					peers,
					dropped,
					optional,
					os: [],
					cpu: [],
					libc: [],
					tarballPath: null,
				},
			]),
		),
	};
}
