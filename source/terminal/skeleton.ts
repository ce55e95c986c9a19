import { readFileSync, writeSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

import { titleLabels } from '../sections.ts';
import { CLEAR_AND_HOME, ENTER_ALTERNATE_SCREEN, HIDE_CURSOR, LEAVE_ALTERNATE_SCREEN, SHOW_CURSOR } from './modes.ts';

/** The frame of the screen before there is anything to show in it. */
export type Skeleton = {
	/** The app draws from here on, and leaves the alternate screen itself. */
	readonly handOver: () => void;
	/** Back to the normal screen, unless the app has taken over. Must come before anything is printed there. */
	readonly leave: () => void;
};

type Surroundings = {
	readonly argv: readonly string[];
	readonly environment: Readonly<Record<string, string | undefined>>;
	/** Asked only when the rest fits, since making node's streams takes longer than the skeleton. */
	readonly terminal: () => { readonly isTTY: boolean; readonly columns: number; readonly descriptor: number };
};

/** Flags that a value follows, of those that can stand before no command at all. */
const VALUED = new Set(['--home', '--profile', '--store', '--registry', '--wait', '--screen', '--theme']);
/** With these nothing full-screen comes, or nothing that a skeleton looks like. */
const ELSEWHERE = new Set(['--help', '-h', '--version', '-V', '--json', '--events', '--screen-reader']);
/** As wide as what will stand at the right end, so that the names need not move. */
const USUAL_RIGHT = 'gen 1';

/**
 * Paints the title bar at once, before the app is loaded, when it is nearly certain that the app comes. Null when it does not. Whoever
 * must know exactly parses the command line.
 */
export function paintSkeleton({ argv, environment, terminal }: Surroundings): Skeleton | null {
	if (!opensScreen(argv) || isForLines(environment) || isSpoken(argv, environment)) {
		return null;
	}

	const { isTTY, columns, descriptor } = terminal();
	if (!isTTY) {
		return null;
	}

	writeSync(descriptor, ENTER_ALTERNATE_SCREEN + CLEAR_AND_HOME + HIDE_CURSOR + titleBar(columns));
	let isOver = false;
	const leave = (): void => {
		if (!isOver) {
			isOver = true;
			writeSync(descriptor, SHOW_CURSOR + LEAVE_ALTERNATE_SCREEN);
		}
	};
	return {
		leave,
		handOver() {
			isOver = true;
		},
	};
}

function opensScreen(argv: readonly string[]): boolean {
	return argv.every((word, index) =>
		word.startsWith('-') ? !ELSEWHERE.has(word.split('=', 1)[0] ?? '') : VALUED.has(argv[index - 1] ?? ''),
	);
}

/** A terminal without a cursor to place, or a machine that watches. */
function isForLines(environment: Surroundings['environment']): boolean {
	const { CI, TERM } = environment;
	return (
		TERM === 'dumb' ||
		(CI !== undefined && CI !== '' && CI !== 'false' && CI !== '0') ||
		(environment['CONTINUOUS_INTEGRATION'] ?? '') !== ''
	);
}

/** The settings ask for lines of text: whoever hears the screen must not hear it drawn and taken away. They are parsed by those who obey them. */
function isSpoken(argv: readonly string[], environment: Surroundings['environment']): boolean {
	const named = argv.findLast((word, index) => word.startsWith('--home=') || argv[index - 1] === '--home');
	const config = environment['XDG_CONFIG_HOME'] ?? '';
	const folder = named?.replace(/^--home=/, '') ?? join(isAbsolute(config) ? config : join(homedir(), '.config'), 'plugward');
	try {
		return /"screenReader"\s*:\s*true/.test(readFileSync(join(folder, 'settings.json'), 'utf8'));
	} catch {
		// Most users have no such file, and one that cannot be read is told of later.
		return false;
	}
}

function titleBar(columns: number): string {
	const { brand, labels } = titleLabels({ columns, current: null, right: USUAL_RIGHT, badges: {} });
	const text = `${brand}${labels.map((label) => label.text).join('')}`;
	return `${text.slice(0, columns)}\r\n\r\n Opening ...`;
}
