import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { paintSkeleton } from '../../source/terminal/skeleton.ts';
import type { Skeleton } from '../../source/terminal/skeleton.ts';

let folder: string;
let descriptor: number;

beforeEach(() => {
	folder = mkdtempSync(path.join(tmpdir(), 'plugward-skeleton-'));
	descriptor = openSync(path.join(folder, 'painted'), 'w');
});

afterEach(() => {
	closeSync(descriptor);
	rmSync(folder, { recursive: true });
});

const painted = (): string => readFileSync(path.join(folder, 'painted'), 'utf8');

function paint(argv: readonly string[], { columns = 120, isTTY = true, environment = {} } = {}): Skeleton | null {
	return paintSkeleton({ argv, environment, terminal: () => ({ isTTY, columns, descriptor }) });
}

describe('the skeleton of the screen', () => {
	it.each([[[]], [['--home', '/h']], [['--offline', '--home=/h', '--theme', 'light']]])('is painted for %j', (argv) => {
		expect(paint(argv)).not.toBeNull();
		expect(painted()).toContain(' 1 Installed  2 Browse ');
	});

	it.each([[['list']], [['--home', '/h', 'list']], [['--version']], [['--help']], [['-h']], [['--json']]])(
		'is not painted for %j',
		(argv) => {
			expect(paint(argv)).toBeNull();
			expect(painted()).toBe('');
		},
	);

	it('is not painted without a terminal that places its cursor, or for a machine', () => {
		expect(paint([], { isTTY: false })).toBeNull();
		expect(paint([], { environment: { TERM: 'dumb' } })).toBeNull();
		expect(paint([], { environment: { CI: 'true' } })).toBeNull();
		expect(painted()).toBe('');
	});

	it('is not painted for who hears the screen, by flag or by setting', () => {
		expect(paint(['--screen-reader'])).toBeNull();
		mkdirSync(path.join(folder, 'plugward'));
		writeFileSync(path.join(folder, 'plugward/settings.json'), '{ "display": { "screenReader": true } }');
		expect(paint([], { environment: { XDG_CONFIG_HOME: folder } })).toBeNull();
		expect(paint(['--home', path.join(folder, 'plugward')])).toBeNull();
		expect(paint([`--home=${path.join(folder, 'plugward')}`])).toBeNull();
		expect(painted()).toBe('');
		expect(paint(['--home', folder])).not.toBeNull();
	});

	it('is no wider than the terminal', () => {
		paint([], { columns: 60 });
		const lines = stripVTControlCharacters(painted()).split('\r\n');
		expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(60);
	});

	it('goes once, and not at all after the app has taken over', () => {
		const failed = paint([]);
		failed?.leave();
		failed?.leave();
		expect(painted().split('\u001B[?1049l')).toHaveLength(2);
		const opened = paint([]);
		opened?.handOver();
		opened?.leave();
		expect(painted().split('\u001B[?1049l')).toHaveLength(2);
	});
});
