import { describe, expect, it } from 'vitest';
import type { CollectionRequest } from '../../source/engine/index.ts';
import { applyingEngine, planOf, standInEngine } from './engine-stand-in.ts';
import { plugward } from './run-command-line.ts';

describe('diff', () => {
	it('shows packages, specs, rights and marks, and compares with the current generation when one is named', async () => {
		const asked: (number | null)[] = [];
		const engine = standInEngine({
			diff: async (from, to) => {
				asked.push(from, to);
				return {
					from,
					to: to ?? 5,
					changes: [{ type: 'update', name: 'a', from: '1.0.0', to: '1.1.0', isRoot: true }],
					specs: [{ name: 'b', from: '^1', to: '1.2.3' }],
					grants: { added: [{ plugin: 'a', permission: 'env:TOKEN' }], removed: [] },
					held: { added: ['b'], removed: [] },
					overrides: { added: [], removed: [] },
					plugins: { added: [], removed: [] },
					disabled: { added: [], removed: ['c'] },
				};
			},
		});
		const { stdout, exitCode } = await plugward(['diff', '3'], { engine });
		expect(exitCode).toBe(0);
		expect(asked).toEqual([3, null]);
		expect(stdout).toContain('Generation 3 -> 5');
		expect(stdout).toContain('b  ^1 -> 1.2.3');
		expect(stdout).toContain('+  a env:TOKEN  granted');
		expect(stdout).toContain('-  c  enabled');
		expect((await plugward(['diff', '3', 'x'], { engine })).exitCode).toBe(2);
	});
});

describe('switch', () => {
	it('goes through a plan and says so', async () => {
		const { engine, applications } = applyingEngine(planOf({ kind: 'switch', command: 'switch 4', targetGeneration: 4 }));
		expect((await plugward(['switch', '4'], { engine })).exitCode).toBe(9);
		const { stdout } = await plugward(['switch', '4', '--yes'], { engine });
		expect(stdout).toContain('Switched from generation 3. Generation 4 is current.');
		expect(applications).toHaveLength(1);
	});
});

describe('keep', () => {
	it('marks a generation, and takes the mark away with --release', async () => {
		const calls: string[] = [];
		const engine = standInEngine({
			keepGeneration: async (number) => void calls.push(`keep ${number}`),
			releaseGeneration: async (number) => void calls.push(`release ${number}`),
		});
		expect((await plugward(['keep', '3'], { engine })).stdout).toBe('Generation 3 is kept; gc leaves it.\n');
		expect((await plugward(['keep', '3', '--release'], { engine })).stdout).toBe('Generation 3 is no longer kept.\n');
		expect(calls).toEqual(['keep 3', 'release 3']);
	});
});

describe('gc', () => {
	it('keeps the newest by default, and only what is young when only an age is given', async () => {
		const requests: CollectionRequest[] = [];
		const engine = standInEngine({
			collectGarbage: async (request) => {
				requests.push(request);
				return {
					removed: !request.isDryRun,
					generations: [1, 2],
					keptGenerations: [3],
					packageCount: 4,
					bundleCount: 1,
					bytes: 4200,
					forgottenHomes: [],
				};
			},
		});
		const { stdout } = await plugward(['gc', '--dry-run'], { engine });
		expect(stdout).toBe(
			'Would remove 2 generations (1, 2), 4 packages of at most 4.2 kB, 1 bundle. Dry run: nothing was\nchanged.\n\nStays: generation 3.\n',
		);
		expect((await plugward(['gc', '--older-than', '30'], { engine })).stdout).toContain('Removed 2 generations (1, 2)');
		await plugward(['gc', '--keep', '2', '--older-than', '30'], { engine });
		expect(requests).toEqual([
			{ newest: 5, olderThanDays: null, isDryRun: true, forgetsVanished: false },
			{ newest: 0, olderThanDays: 30, isDryRun: false, forgetsVanished: false },
			{ newest: 2, olderThanDays: 30, isDryRun: false, forgetsVanished: false },
		]);
		expect((await plugward(['gc', '--keep', '-1'], { engine })).exitCode).toBe(2);
	});
});

describe('undo and redo', () => {
	it('go through a plan that needs a yes', async () => {
		const { engine, applications } = applyingEngine(planOf({ kind: 'undo', command: 'undo 2' }));
		expect((await plugward(['undo', '2'], { engine })).exitCode).toBe(9);
		expect(applications).toEqual([]);
		expect((await plugward(['undo', '2', '--yes'], { engine })).stdout).toContain('Took back what generation 2 changed.');
		const redoing = applyingEngine(planOf({ kind: 'redo', command: 'redo', targetGeneration: 5 }));
		expect((await plugward(['redo', '--yes'], { engine: redoing.engine })).stdout).toContain('Did again what was taken back');
	});
});

describe('pin, hold and disable', () => {
	it.each([
		['pin', 'Pinned a.'],
		['unpin', 'Unpinned a.'],
		['hold', 'Held a; updates leave it alone.'],
		['unhold', 'Updates heed a again.'],
		['disable', 'Disabled a; it stays installed and does not run.'],
		['enable', 'Enabled a.'],
	] as const)('%s says what it did', async (word, sentence) => {
		const { engine } = applyingEngine(planOf({ kind: word, command: `${word} a`, changes: [] }));
		const { stdout, exitCode } = await plugward([word, 'a'], { engine });
		expect(exitCode).toBe(0);
		expect(stdout).toContain(`${sentence} Generation 4 is current.`);
	});
});

describe('doctor', () => {
	it('says what is wrong and what to do, and fails only for what fails', async () => {
		let asked: boolean | null = null;
		const check = (state: 'ok' | 'warn' | 'fail') => ({
			id: `a-${state}`,
			state,
			text: `It is ${state}.`,
			fix: state === 'ok' ? null : 'Do it.',
		});
		const engine = (states: readonly ('ok' | 'warn' | 'fail')[]) =>
			standInEngine({
				doctor: async ({ fix }) => {
					asked = fix;
					return { checks: states.map(check), fixed: fix ? ['Closed the home.'] : [] };
				},
			});
		const warned = await plugward(['doctor'], { engine: engine(['ok', 'warn']) });
		expect(warned.exitCode).toBe(0);
		expect(warned.stdout).toBe('ok a-ok: It is ok.\nwarn a-warn: It is warn.\n     Do it.\n\n1 thing to look at.\n');
		expect(asked).toBe(false);
		const failed = await plugward(['doctor', '--fix', '--json'], { engine: engine(['fail']) });
		expect(failed.exitCode).toBe(1);
		expect(JSON.parse(failed.stdout).data).toEqual({ checks: [check('fail')], fixed: ['Closed the home.'] });
	});
});

describe('cache', () => {
	it('shows sizes, fails on findings, and refuses other words', async () => {
		const info = { metadataBytes: 1200, storeBytes: 4200, packageCount: 2, bundleCount: 1 };
		const finding = { id: 'a@1.0.0', problem: 'extra' as const, path: 'x', text: 'x is not part of the package.' };
		const engine = standInEngine({
			cacheInfo: async () => info,
			cleanCache: async () => info,
			verifyCache: async () => ({ packagesChecked: 2, findings: [finding] }),
		});
		expect((await plugward(['cache', 'info'], { engine })).stdout).toBe(
			'Metadata 1.2 kB; content store 4.2 kB with 2 packages; 1 bundle.\n',
		);
		expect((await plugward(['cache', 'clean'], { engine })).stdout).toContain('Cleaned. Left: Metadata');
		const { exitCode, stdout } = await plugward(['cache', 'verify'], { engine });
		expect(exitCode).toBe(5);
		expect(stdout).toBe('! a@1.0.0: x is not part of the package.\n2 packages read again.\n');
		expect((await plugward(['cache', 'burn'], { engine })).exitCode).toBe(2);
	});
});

describe('profile', () => {
	it('lists, makes, switches and removes, and says what comes next', async () => {
		const calls: unknown[] = [];
		const work = { name: 'work', generation: 3, isSelected: false, pluginCount: 2 };
		const engine = standInEngine({
			profiles: async () => [{ name: 'default', generation: 4, isSelected: true, pluginCount: 1 }, work],
			makeProfile: async (request) => (calls.push(request), work),
			selectProfile: async (name) => (calls.push(`switch ${name}`), work),
			removeProfile: async (name) => (calls.push(`remove ${name}`), work),
		});
		const { stdout } = await plugward(['profile', 'list'], { engine });
		expect(stdout).toMatch(/\* +default +generation 4 +1 plugin\n +work +generation 3 +2 plugins/);
		expect((await plugward(['profile', 'new', 'work'], { engine })).stdout).toContain('Made the profile work: generation 3');
		await plugward(['profile', 'new', 'work', '--from', '2'], { engine });
		await plugward(['profile', 'new', 'work', '--empty'], { engine });
		expect((await plugward(['profile', 'switch', 'work'], { engine })).stdout).toContain('Working in the profile work from now on');
		expect((await plugward(['profile', 'remove', 'work'], { engine })).stdout).toContain('plugward profile new work --from 3');
		expect(calls).toEqual([
			{ name: 'work', from: null },
			{ name: 'work', from: 2 },
			{ name: 'work', from: 0 },
			'switch work',
			'remove work',
		]);
		for (const words of [[], ['new'], ['sing', 'work'], ['new', 'work', '--empty', '--from', '2'], ['list', 'work']]) {
			expect((await plugward(['profile', ...words], { engine })).exitCode, words.join(' ')).toBe(2);
		}
	});
});

describe('export and import', () => {
	it('tells the archive, its digest and what comes next', async () => {
		const asked: unknown[] = [];
		const engine = standInEngine({
			exportHome: async (request) => {
				asked.push(request);
				const rest = { packageCount: 3, withoutProof: 1, bytes: 2048, integrity: 'sha512-abc' };
				return { file: '/tmp/h.tar', generation: 4, generations: [4], ...rest };
			},
		});
		const { stdout } = await plugward(['export', '--archive', 'h.tar', '--generation', '4'], { engine });
		expect(asked).toEqual([{ file: 'h.tar', generation: 4, all: false }]);
		expect(stdout).toContain('Exported generation 4 with 3 packages');
		expect(stdout).toContain('sha512-abc');
		expect(stdout).toContain('1 package without proofs');
		for (const words of [['--archive', 'a', '--node-modules', 'b'], [], ['--node-modules', 'b', '--all']]) {
			expect((await plugward(['export', ...words], { engine })).exitCode, words.join(' ')).toBe(2);
		}
	});

	it('imports by a plan', async () => {
		const plan = planOf({ kind: 'import', command: "import 'h.tar'" });
		const asked: unknown[] = [];
		const { engine } = applyingEngine(plan, { planImport: async (request) => (asked.push(request), plan) });
		expect((await plugward(['import', 'h.tar'], { engine })).exitCode).toBe(9);
		expect((await plugward(['import', 'h.tar', '--generation', '2', '--yes'], { engine })).stdout).toContain("Imported 'h.tar'.");
		expect(asked).toEqual([
			{ file: 'h.tar', generation: null },
			{ file: 'h.tar', generation: 2 },
		]);
	});
});
