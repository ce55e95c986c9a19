import { describe, expect, it } from 'vitest';
import { specsOfText } from '../../source/commands/install.ts';
import { type Engine, EngineError, type InstalledState, type Plan, type Requirement } from '../../source/engine/index.ts';
import { applyingEngine, netRequirement, packageOf, planOf, standInEngine } from './engine-stand-in.ts';
import { plugward } from './run-command-line.ts';

const LOCK: Plan['lock'] = { format: 1, roots: { 'left-pad': { spec: '^1.0.0', instance: 'left-pad@1.3.0' } }, packages: {} };

/** A home with what is in that lock. */
const stateOf = ({ isHeld }: { readonly isHeld: boolean }): InstalledState => ({
	generation: 3,
	plugins: [
		{
			name: 'left-pad',
			version: '1.3.0',
			spec: '^1.0.0',
			description: '',
			level: 'unknown',
			tasks: null,
			permissions: [],
			grants: [],
			acceptances: [],
			identity: null,
			isHeld,
			isDisabled: false,
			stays: false,
			dependencyCount: 0,
			sizeBytes: 0,
			wanted: null,
			latest: null,
			problem: null,
		},
	],
	packageCount: 1,
	storeBytes: 0,
	overrides: [],
});

describe('install', () => {
	it('applies the plan with --yes and says what is current and how to go back', async () => {
		const { engine, applications } = applyingEngine(planOf());
		const { exitCode, stdout, stderr } = await plugward(['install', 'left-pad', '--yes'], { engine });
		expect(exitCode).toBe(0);
		expect(applications).toHaveLength(1);
		expect(stdout).toContain('Installed left-pad. Generation 4 is current.');
		expect(stdout).toContain('+  left-pad  1.3.0  unknown\n     nobody says where it was built\n');
		expect(stdout).toContain('plugward rollback 3');
		expect(stderr).toBe('');
	});

	it('needs --yes where there is no terminal, and applies nothing without it', async () => {
		const { engine, applications } = applyingEngine(planOf());
		const { exitCode, stdout, stderr } = await plugward(['install', 'left-pad'], { engine });
		expect(exitCode).toBe(9);
		expect(applications).toEqual([]);
		expect(stdout).toBe('');
		expect(stderr).toBe(
			'error: The plan "install left-pad" needs a yes, and there is no terminal to ask on.\nhint: Add --yes to apply it, or --dry-run to look at it.\n',
		);
	});

	it('shows the plan and asks a person, whose default is no', async () => {
		const { engine, applications } = applyingEngine(planOf());
		const refused = await plugward(['install', 'left-pad', '--no-color'], { engine, answers: [''] });
		expect(refused.exitCode).toBe(9);
		expect(refused.stderr).toContain('Plan: install left-pad  generation 3 -> 4');
		expect(refused.stderr).toContain('Apply? [y/N]');
		expect(applications).toEqual([]);
		const accepted = await plugward(['install', 'left-pad', '--no-color'], { engine, answers: ['y'] });
		expect(accepted.exitCode).toBe(0);
		expect(accepted.stdout, 'the plan was read already').not.toContain('nobody says where it was built');
		expect(applications).toHaveLength(1);
	});

	it.each([['--json'], ['--events']])('asks no question in the middle of %s', async (flag) => {
		const { engine } = applyingEngine(planOf());
		const { exitCode, stderr } = await plugward(['install', 'left-pad', flag], { engine, answers: ['y'] });
		expect(exitCode).toBe(9);
		expect(stderr).not.toContain('[y/N]');
	});

	it('grants by --allow alone and says of the rest how to grant it', async () => {
		const plan = planOf({ requirements: [netRequirement('left-pad', 'a.example'), netRequirement('left-pad', 'b.example')] });
		const { engine, applications } = applyingEngine(plan);
		const { stdout } = await plugward(['install', 'left-pad', '--yes', '--allow', 'net:a.example'], { engine });
		expect(applications[0]?.accepted).toEqual(['permission:left-pad@1.0.0:net:a.example:443']);
		expect(applications[0]?.denied).toEqual(['permission:left-pad@1.0.0:net:b.example:443']);
		expect(stdout).toContain('granted  net:a.example:443');
		expect(stdout).toContain('denied   net:b.example:443');
		expect(stdout).toContain('--allow left-pad=net:b.example:443');
		expect(stdout).toContain('left-pad: "To ask the server"');
	});

	it('never takes --yes for a lowered level', async () => {
		const requirement: Requirement = {
			type: 'lower-level',
			id: 'l',
			package: 'left-pad',
			version: '1.3.0',
			level: 'unknown',
			minimum: 'known',
		};
		const { engine, applications } = applyingEngine(planOf({ requirements: [requirement] }));
		const refused = await plugward(['install', 'left-pad', '--yes'], { engine });
		expect(refused.exitCode).toBe(9);
		expect(refused.stderr).toContain('left-pad 1.3.0 is at level unknown; the policy wants known.');
		expect(refused.stderr).toContain('hint: Accept by name: --accept-trust unknown');
		expect(applications).toEqual([]);
		const accepted = await plugward(['install', 'left-pad', '--yes', '--accept-trust', 'unknown'], { engine });
		expect(accepted.exitCode).toBe(0);
		expect(applications[0]?.accepted).toEqual(['l']);
	});

	it('changes nothing with --dry-run and shows the plan on standard output', async () => {
		const { engine, applications } = applyingEngine(planOf());
		const { exitCode, stdout } = await plugward(['install', 'left-pad', '--dry-run'], { engine });
		expect(exitCode).toBe(0);
		expect(stdout).toContain('Plan: install left-pad');
		expect(stdout).toContain('1 package, 4.2 kB: fetched, verified, not yet in use.');
		expect(stdout).toContain('Dry run: nothing was changed.');
		expect(applications).toEqual([]);
	});

	it('asks about nothing when nothing changes', async () => {
		const { engine } = applyingEngine(planOf({ changes: [] }), {
			applyPlan: async () => ({ fromGeneration: 3, toGeneration: 3, changes: [], granted: [], denied: [], unchanged: true }),
		});
		const { exitCode, stdout } = await plugward(['install', 'left-pad'], { engine });
		expect(exitCode).toBe(0);
		expect(stdout).toBe('Already installed; nothing to change. Generation 3 stays current.\n');
	});

	it('asks before it grants something to what is installed already', async () => {
		const { engine, applications } = applyingEngine(planOf({ changes: [], requirements: [netRequirement('left-pad', 'a.example')] }));
		expect((await plugward(['install', 'left-pad', '--allow', 'net:a.example'], { engine })).exitCode).toBe(9);
		expect(applications).toEqual([]);
	});

	it('counts dependencies instead of listing hundreds', async () => {
		const dependencies = Array.from({ length: 40 }, (_, index) => ({
			type: 'add' as const,
			name: `dependency-${index}`,
			to: '1.0.0',
			isRoot: false,
		}));
		const { engine } = applyingEngine(planOf({ changes: [...planOf().changes, ...dependencies] }));
		const { stdout } = await plugward(['install', 'left-pad', '--yes'], { engine });
		expect(stdout).toContain('and 40 added among their dependencies');
		expect(stdout).not.toContain('dependency-7');
	});

	it('reads more plugins from standard input', async () => {
		const { engine } = applyingEngine(planOf(), { planInstall: async (specs) => planOf({ command: `install ${specs.join(' ')}` }) });
		const { stdout } = await plugward(['install', 'a', '--from-file', '-', '--dry-run'], { engine, input: 'b@1 # why\n\n# nothing\nc\n' });
		expect(stdout).toContain('Plan: install a b@1 c');
		expect(specsOfText('a#b\n x \n#y')).toEqual(['a#b', 'x']);
	});

	it.each([
		['known', [{ rule: 'level-known', passed: true, text: 'known: the registry signed it.' }], 'the registry signed it.'],
		['unknown', [{ rule: 'level-known', passed: false, text: 'known needs a signature.' }], 'known needs a signature.'],
		[
			'unknown',
			[
				{ rule: 'level-known', passed: true, text: 'known: the registry signed it.' },
				{ rule: 'continuity', passed: false, text: 'Somebody else built it before.' },
			],
			'Somebody else built it before.',
		],
	] as const)('says why the level is %s', async (level, reasons, words) => {
		const planned = packageOf('left-pad', '1.3.0', { verdict: { level, decision: 'allow', reasons, wouldRaise: [] } });
		const { engine } = applyingEngine(planOf({ packages: [planned] }));
		const { stdout } = await plugward(['install', 'left-pad', '--dry-run'], { engine });
		expect(stdout).toContain(`left-pad  1.3.0  ${level}\n     ${words}\n`);
	});

	it('says where a package was built, when that is proven', async () => {
		const identity = { repository: 'https://github.com/a/b', workflow: 'release.yml' };
		const rest = { issuer: '', subject: '', repositoryId: null, ownerId: null, ref: null, commit: null, trigger: null, runner: null };
		const evidence = [
			{ kind: 'provenance' as const, state: 'verified' as const, reason: '', code: null, identity: { ...rest, ...identity } },
		];
		const { engine } = applyingEngine(planOf({ packages: [packageOf('left-pad', '1.3.0', { evidence })] }));
		const { stdout } = await plugward(['install', 'left-pad', '--dry-run'], { engine });
		expect(stdout).toContain('built from https://github.com/a/b by release.yml');
	});

	it('cleans what a package says about itself', async () => {
		const hostile = packageOf('left-pad', '1.3.0', { deprecated: '\u001B[2Jgone\u202E' });
		const { engine } = applyingEngine(planOf({ packages: [hostile] }));
		const { stdout } = await plugward(['install', 'left-pad', '--dry-run'], { engine });
		expect(stdout).toContain('deprecated: \uFFFDgone\uFFFD\n');
		// oxlint-disable-next-line no-control-regex
		expect(stdout).not.toMatch(/[\u001B\u202E]/);
	});
});

describe('a plan that another plugward made stale', () => {
	it('is made again with --yes', async () => {
		const { engine, calls } = busyHome([planOf(), planOf({ baseGeneration: 4 })]);
		const { exitCode, stderr } = await plugward(['install', 'left-pad', '--yes'], { engine });
		expect(exitCode).toBe(0);
		expect(calls).toEqual({ planned: 2, applied: [3, 4] });
		expect(stderr).toBe('');
	});

	it('needs consent anew for what only the new plan asks for', async () => {
		const level: Requirement = { type: 'lower-level', id: 'level', package: 'a', version: '1.0.0', level: 'unknown', minimum: 'known' };
		const { engine, calls } = busyHome([planOf(), planOf({ baseGeneration: 4, requirements: [level] })]);
		const { exitCode, stderr } = await plugward(['install', 'left-pad', '--yes'], { engine });
		expect(exitCode).toBe(9);
		expect(calls.applied).toEqual([3]);
		expect(stderr).toContain('--accept-trust unknown');
	});

	it('is made again three times at most', async () => {
		const { engine, calls } = busyHome([planOf(), planOf(), planOf(), planOf(), planOf()]);
		const { exitCode, stderr } = await plugward(['install', 'left-pad', '--yes'], { engine });
		expect(exitCode).not.toBe(0);
		expect(calls.applied).toHaveLength(4);
		expect(stderr).toContain('error: Stale.');
	});

	it('is refused when a person has read it, or when it goes back', async () => {
		const read = busyHome([planOf(), planOf()]);
		await plugward(['install', 'left-pad'], { engine: read.engine, answers: ['y'] });
		expect(read.calls.planned).toBe(1);
		const back = busyHome([planOf({ kind: 'rollback', targetGeneration: 2 }), planOf()]);
		await plugward(['rollback', '--yes'], { engine: back.engine });
		expect(back.calls.planned).toBe(1);
	});
});

describe('update', () => {
	it('passes the names and --latest on', async () => {
		const asked: unknown[] = [];
		const { engine } = applyingEngine(planOf({ kind: 'update' }), {
			planUpdate: async (names, { toLatest }) => {
				asked.push(names, toLatest);
				return planOf({ kind: 'update' });
			},
		});
		await plugward(['update', 'left-pad', '--latest', '--yes'], { engine });
		expect(asked).toEqual([['left-pad'], true]);
	});

	it('tells by the exit code whether there is something to do, when asked', async () => {
		const { engine } = applyingEngine(planOf({ kind: 'update' }));
		expect((await plugward(['update', '--dry-run'], { engine })).exitCode).toBe(0);
		expect((await plugward(['update', '--dry-run', '--exit-code'], { engine })).exitCode).toBe(10);
		const plan = planOf({ kind: 'update', changes: [], lock: LOCK });
		const nothing = { ...applyingEngine(plan).engine, list: async () => stateOf({ isHeld: false }) };
		expect(await plugward(['update', '--dry-run', '--exit-code'], { engine: nothing })).toMatchObject({
			exitCode: 0,
			stdout: 'Everything is up to date. Generation 3 stays current.\n',
		});
	});

	it('tells in a dry run that only what is asked for would change', async () => {
		const plan = planOf({
			kind: 'hold',
			command: 'hold left-pad',
			changes: [],
			lock: LOCK,
			settings: { held: ['left-pad'], disabled: [] },
		});
		const engine = { ...applyingEngine(plan).engine, planMark: async () => plan, list: async () => stateOf({ isHeld: false }) };
		const { exitCode, stdout } = await plugward(['hold', 'left-pad', '--dry-run', '--exit-code'], { engine });
		expect(exitCode).toBe(10);
		expect(stdout).toMatch(/^No package would come or go; .*\n\nDry run: nothing was changed\.\n$/su);
		const held = { ...engine, list: async () => stateOf({ isHeld: true }) };
		expect((await plugward(['hold', 'left-pad', '--dry-run'], { engine: held })).stdout).toBe(
			'left-pad is held already. Generation 3 stays current.\n',
		);
	});

	it('shows versions from and to', async () => {
		const { engine } = applyingEngine(
			planOf({ kind: 'update', changes: [{ type: 'update', name: 'left-pad', from: '1.2.0', to: '1.3.0', isRoot: true }] }),
		);
		expect((await plugward(['update', '--yes'], { engine })).stdout).toContain('1.2.0 -> 1.3.0');
	});
});

describe('remove and rollback', () => {
	it('remove needs a name', async () => {
		const { exitCode, stderr } = await plugward(['remove'], { engine: standInEngine({}) });
		expect(exitCode).toBe(2);
		expect(stderr).toContain('hint: Type: plugward remove <plugin...>');
	});

	it('remove names what was removed though its package stays', async () => {
		const plan = planOf({ kind: 'remove', command: 'remove other', changes: [], packages: [] });
		const { engine } = applyingEngine(plan, { data: { ...standInEngine({}).data, list: async () => [] } });
		expect((await plugward(['remove', 'other', '--yes'], { engine })).stdout).toContain(
			'Removed other; what it stood for stays, since something else needs it. Generation 4 is current.',
		);
	});

	it('rollback takes the number of a generation, or the one before', async () => {
		const asked: unknown[] = [];
		const { engine } = applyingEngine(planOf(), {
			planRollback: async (generation) => {
				asked.push(generation);
				return planOf({ kind: 'rollback', command: 'rollback', targetGeneration: 2 });
			},
		});
		expect((await plugward(['rollback', '--yes'], { engine })).stdout).toContain('Rolled back from generation 3.');
		await plugward(['rollback', '2', '--yes'], { engine });
		expect(asked).toEqual([null, 2]);
		expect((await plugward(['rollback', 'two', '--yes'], { engine })).exitCode).toBe(2);
	});

	it('reports what the engine refuses, with its exit code', async () => {
		const engine = standInEngine({
			planRollback: async () => {
				throw new EngineError('generation-not-found', 'There is no generation 9.', { hint: 'See them: plugward history' });
			},
		});
		const { exitCode, stderr } = await plugward(['rollback', '9', '--yes'], { engine });
		expect(exitCode).toBe(3);
		expect(stderr).toBe('error: There is no generation 9.\nhint: See them: plugward history\n');
	});
});

/** Every plan but the last is stale by the time it is applied. */
function busyHome(plans: readonly Plan[]): { readonly engine: Engine; readonly calls: { planned: number; applied: number[] } } {
	const calls: { planned: number; applied: number[] } = { planned: 0, applied: [] };
	const makePlan = async () => plans[calls.planned++] ?? planOf();
	const engine = standInEngine({
		planInstall: makePlan,
		planRollback: makePlan,
		applyPlan: async (plan) => {
			calls.applied.push(plan.baseGeneration);
			if (plan !== plans.at(-1)) {
				throw new EngineError('plan-stale', 'Stale.');
			}

			return { fromGeneration: 4, toGeneration: 5, changes: plan.changes, granted: [], denied: [], unchanged: false };
		},
	});
	return { engine, calls };
}
