/**
 * `npm run captures`: opens the built app in a pseudo-terminal against the registry with the example plugins, goes through every screen by
 * keys, and writes each as text and as a picture into docs/screens/, with docs/screens.md to look at them.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { openDemonstration } from '../examples/demonstration.ts';
import type { Demonstration } from '../examples/demonstration.ts';
import { openTerminal } from '../test/helpers/pseudo-terminal.ts';
import type { PseudoTerminal } from '../test/helpers/pseudo-terminal.ts';
import { DARK, drawScreen } from './draw-screen.ts';
import { SCENES } from './scenes.ts';
import type { Scene, Shot } from './scene.ts';

const ROOT = join(import.meta.dirname, '..');
const OUT = join(ROOT, 'docs/screens');
const COMMAND = join(ROOT, 'dist/plugward.cjs');
/** A screen is taken when nothing has moved for so long. */
const STILL_MILLISECONDS = 400;

// Its path is seen on some screens, so it has a name that says what it is.
const folder = join(tmpdir(), 'plugward-captures');
await mkdir(folder, { mode: 0o700 });
try {
	await using demonstration = await openDemonstration({ folder, home: join(folder, 'home'), command: COMMAND });
	await rm(OUT, { recursive: true, force: true });
	await mkdir(OUT, { recursive: true });
	for (const scene of SCENES) {
		await play(demonstration, scene);
	}

	const shots = SCENES.flatMap(({ steps }) => steps.flatMap(({ shot }) => shot ?? []));
	await writeFile(join(ROOT, 'docs/screens.md'), indexOf(shots));
	process.stdout.write(`${shots.length} screens in docs/screens/\n`);
} finally {
	await rm(folder, { recursive: true, force: true });
}

async function play(demonstration: Demonstration, scene: Scene): Promise<void> {
	for (const parameters of scene.before ?? []) {
		const { exitCode, stderr } = await demonstration.plugward(parameters);
		if (exitCode !== 0) {
			throw new Error(`plugward ${parameters.join(' ')} ended with ${exitCode}: ${stderr}`);
		}
	}

	await using terminal = openTerminal({
		file: COMMAND,
		words: scene.words ?? [],
		columns: scene.columns,
		rows: scene.rows,
		cwd: demonstration.cwd,
		environment: {
			...setOnly(demonstration.environment),
			TERM: 'xterm-256color',
			COLORTERM: 'truecolor',
			// Each scene begins where nothing is remembered.
			XDG_STATE_HOME: await mkdtemp(join(folder, 'state-')),
		},
		ground: (scene.colours ?? DARK).ground,
	});
	await using _beside = scene.beside === undefined ? undefined : demonstration.keepRunning(scene.beside);
	for (const { keys = '', until, shot, isRegistryGone = false } of scene.steps) {
		if (isRegistryGone) {
			await demonstration.closeRegistry();
		}

		terminal.send(keys);
		await terminal.until(until);
		if (shot !== undefined) {
			await still(terminal);
			await writeFile(join(OUT, `${shot.name}.txt`), `${terminal.rows().join('\n').trimEnd()}\n`);
			if (shot.isText !== true) {
				await writeFile(join(OUT, `${shot.name}.png`), drawScreen(terminal.screen, scene.colours ?? DARK));
			}
		}
	}

	terminal.send(scene.leave ?? '\u0003\u0003');
	await terminal.exited;
}

async function still(terminal: PseudoTerminal): Promise<void> {
	let length = -1;
	while (length !== terminal.received().length) {
		({ length } = terminal.received());
		await sleep(STILL_MILLISECONDS);
	}
}

function setOnly(environment: NodeJS.ProcessEnv): Readonly<Record<string, string>> {
	return Object.fromEntries(Object.entries(environment).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}

function indexOf(shots: readonly Shot[]): string {
	const parts = shots.map(({ name, title, caption, isText }) =>
		isText === true
			? `## ${title}\n\n${caption} ([a session](screens/${name}.txt))\n`
			: `## ${title}\n\n${caption} ([as text](screens/${name}.txt))\n\n![${title}](screens/${name}.png)\n`,
	);
	return `# Screens\n\nTaken from the app itself by \`npm run captures\`, over the registry that \`npm start\` opens.\n\n${parts.join('\n')}`;
}
