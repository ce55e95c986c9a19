/**
 * Kills the built command with SIGKILL at random moments of real installs, updates, removals, rollbacks and collections, and requires
 * after each that the home is whole, at the generation before or after, and that the next install works.
 * Run: npm run proof:kill -- [kills] [seed]
 */
import { equal, ok } from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { openMachine, type Machine } from '../end-to-end/command.ts';
import { startFakeRegistry } from '../helpers/fake-registry.ts';
import { pick, randomFrom } from './random.ts';
import { NAMES, serveSmallPackages, VERSIONS } from './small-packages.ts';
import { type HomeView, requireWholeHome } from './whole-home.ts';

export type KillReport = {
	readonly kills: number;
	/** The kill came before the change, after it, or during a collection that had removed a part. */
	readonly before: number;
	readonly after: number;
	readonly between: number;
	/** The command had ended before the kill; not counted as one. */
	readonly tooLate: number;
	readonly verified: number;
	readonly installsAfterwards: number;
	readonly byCommand: Readonly<Record<string, { readonly kills: number; readonly after: number }>>;
};

const VERBS = ['install', 'install', 'install', 'update', 'remove', 'rollback', 'gc'] as const;

function chooseCommand(random: () => number, { current, packages, generations }: HomeView): readonly [string, ...string[]] {
	const installed = NAMES.filter((name) => packages.some((one) => one.startsWith(`${name}@`)));
	const verb = pick(random, VERBS);
	const [one, ...more] = installed;
	if (one === undefined || verb === 'install') {
		return ['install', `${pick(random, NAMES)}@${pick(random, VERSIONS)}`, '--yes'];
	}

	switch (verb) {
		case 'update':
			return ['update', '--yes'];
		case 'remove':
			return ['remove', pick(random, [one, ...more]), '--yes'];
		case 'rollback': {
			const [other = current, ...others] = generations.filter((number) => number !== current);
			return ['rollback', String(pick(random, [other, ...others])), '--yes'];
		}
		case 'gc':
			return ['gc', '--keep', '2', '--yes'];
	}
}

/** `installEvery`: after every how many kills a real install and a real `verify` must work. */
export async function killAtRandom({
	kills,
	seed,
	installEvery,
}: {
	readonly kills: number;
	readonly seed: number;
	readonly installEvery: number;
}): Promise<KillReport> {
	const random = randomFrom(seed);
	await using registry = await startFakeRegistry();
	serveSmallPackages(registry);
	await using machine = await openMachine(registry.url);
	const counts = { kills: 0, before: 0, after: 0, between: 0, tooLate: 0, verified: 0, installsAfterwards: 0 };
	const byCommand: Record<string, { kills: number; after: number }> = {};
	const aim = createAim(random);
	let view = await installOne(machine, random);
	while (counts.kills < kills) {
		const command = chooseCommand(random, view);
		const [verb] = command;
		const killed = await runAndKill(machine, command, aim.delay(verb));
		const next = await requireWholeHome(machine.home);
		counts.verified += 1;
		if (!killed) {
			counts.tooLate += 1;
			aim.learn(verb, 'too-late');
		} else {
			const outcome = outcomeOf(verb, view, next);
			counts.kills += 1;
			counts[outcome] += 1;
			aim.learn(verb, outcome);
			const row = (byCommand[verb] ??= { kills: 0, after: 0 });
			row.kills += 1;
			row.after += outcome === 'after' ? 1 : 0;
			if (counts.kills % installEvery === 0) {
				view = await installOne(machine, random);
				counts.installsAfterwards += 1;
				continue;
			}
		}

		view = next;
	}

	return { ...counts, byCommand };
}

/** True when the kill came before the end. */
async function runAndKill(machine: Machine, command: readonly [string, ...string[]], milliseconds: number): Promise<boolean> {
	const running = machine.start(command);
	await Promise.race([sleep(milliseconds), running.ended]);
	if (running.child.exitCode === null) {
		running.child.kill('SIGKILL');
	}

	const { exitCode, stderr } = await running.ended;
	// 3: there is no such generation.
	ok(exitCode === null || exitCode === 0 || exitCode === 3, `${command.join(' ')} exits with ${exitCode}: ${stderr}`);
	return exitCode === null;
}

/** A random delay around the moment of change, which is looked for as it goes: it depends on the machine and on what else it does. */
function createAim(random: () => number): {
	readonly delay: (verb: string) => number;
	readonly learn: (verb: string, outcome: 'before' | 'after' | 'between' | 'too-late') => void;
} {
	const FACTORS = { before: 1.1, between: 1, after: 0.93, 'too-late': 0.85 };
	const centres = new Map<string, number>();
	const centreOf = (verb: string) => centres.get(verb) ?? 400;
	return {
		// One in four anywhere, the others near.
		delay: (verb) => centreOf(verb) * (random() < 0.25 ? random() * 1.3 : 0.8 + random() * 0.4),
		learn: (verb, outcome) => {
			centres.set(verb, centreOf(verb) * FACTORS[outcome]);
		},
	};
}

function outcomeOf(verb: string, before: HomeView, after: HomeView): 'before' | 'after' | 'between' {
	const added = after.generations.filter((number) => !before.generations.includes(number));
	const lost = before.generations.filter((number) => !after.generations.includes(number));
	if (verb === 'gc') {
		equal(after.current, before.current, 'a collection leaves current');
		equal(added.length, 0, 'a collection adds nothing');
		// `--keep 2` and the current one stay.
		return lost.length === 0 ? 'before' : after.generations.length <= 3 ? 'after' : 'between';
	}

	equal(lost.length, 0, `${verb} removes no generation`);
	if (after.current === before.current) {
		equal(added.length, 0, 'a generation that did not become current is gone');
		return 'before';
	}

	if (verb !== 'rollback') {
		equal(added.length, 1, 'one generation more');
		equal(after.current, added[0], 'and it is current');
	}

	return 'after';
}

async function installOne(machine: Machine, random: () => number): Promise<HomeView> {
	const spec = `${pick(random, NAMES)}@${pick(random, VERSIONS)}`;
	const { exitCode, stderr } = await machine.plugward(['install', spec, '--yes']);
	equal(exitCode, 0, `install ${spec}: ${stderr}`);
	const verified = await machine.plugward(['verify']);
	equal(verified.exitCode, 0, `verify: ${verified.stdout}${verified.stderr}`);
	return requireWholeHome(machine.home);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
	const [kills = '500', seed = '1'] = process.argv.slice(2);
	console.log(JSON.stringify(await killAtRandom({ kills: Number(kills), seed: Number(seed), installEvery: 3 }), null, '\t'));
}
