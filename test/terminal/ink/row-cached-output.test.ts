import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { beforeAll, describe, expect, it } from 'vitest';

import { parseRow } from '../../../source/terminal/cells/row.ts';
import { cacheRows } from '../../../source/terminal/ink/row-cached-output.ts';
import type { FrameOutput, FrameOutputClass } from '../../../source/terminal/ink/row-cached-output.ts';
import { randomFrom } from '../../proofs/random.ts';

let InkOutput: FrameOutputClass;

beforeAll(async () => {
	// Ink does not offer this module; the build takes it from where it lies.
	const file = join(import.meta.dirname, '../../../node_modules/ink/build/output.js');
	const loaded = (await import(pathToFileURL(file).href)) as { readonly default: FrameOutputClass };
	InkOutput = loaded.default;
});

const TEXTS = [
	'plain',
	'is it',
	'a',
	'\u001B[2mdim\u001B[22m \u001B[1;31mboth\u001B[22;39m ',
	'a longer text with spaces  ',
	'\u001B[1mbold\u001B[22m rest',
	'数字 wide',
	'│\n│\n│',
	'\u001B[36m│\u001B[39m\n\u001B[36m│\u001B[39m',
	'\u001B[31mred on\nboth lines\u001B[39m',
	'📦 box',
	'…',
	'',
];
const upper = (line: string, index: number): string => `${line.toUpperCase()}${index}`;
const marked = (line: string): string => `\u001B[7m${line}\u001B[27m`;

/** What a terminal would show: the same styles can be spelt in several ways. */
function seen(output: FrameOutput): unknown {
	const frame = output.get();
	return { height: frame.height, rows: frame.output.split('\n').map((row) => parseRow(row) ?? row) };
}

type Step = (output: FrameOutput) => void;

function randomSteps(random: (below: number) => number): readonly Step[] {
	const steps: Step[] = [];
	let depth = 0;
	for (let count = random(30); count >= 0; count -= 1) {
		const [x, y, kind] = [random(34) - 2, random(14) - 2, random(8)];
		if (kind === 0) {
			const clip = { x1: x, x2: x + random(20), ...(random(2) === 0 ? { y1: y, y2: y + random(6) } : {}) };
			steps.push((output) => output.clip(clip));
			depth += 1;
		} else if (kind === 1 && depth > 0) {
			steps.push((output) => output.unclip());
			depth -= 1;
		} else {
			const text = TEXTS[random(TEXTS.length)] ?? '';
			const transformers = [[], [], [], [upper], [marked, upper]][random(5)] ?? [];
			steps.push((output) => output.write(x, y, text, { transformers }));
		}
	}

	return steps;
}

describe('the output that keeps rows', () => {
	it.each([1, 2, 3, 4])('says of random frames, some of which are nearly alike, what the output of Ink says (seed %i)', (seed) => {
		const next = randomFrom(seed);
		const random = (below: number): number => Math.floor(next() * below);
		const Cached = cacheRows(InkOutput);
		let steps = randomSteps(random);
		for (let frame = 0; frame < 500; frame += 1) {
			steps = random(3) === 0 ? randomSteps(random) : [...steps.slice(0, random(steps.length)), ...randomSteps(random).slice(0, 2)];
			const size = { width: 30, height: 10 };
			const [plain, cached] = [new InkOutput(size), new Cached(size)];
			for (const step of steps) {
				step(plain);
				step(cached);
			}

			expect(seen(cached)).toEqual(seen(plain));
		}
	});

	it('puts rows together of whole texts, and leaves to Ink only what is cut off, overlaps, or has wide characters', () => {
		let made = 0;
		const Counting: FrameOutputClass = class extends InkOutput {
			constructor(size: { readonly width: number; readonly height: number }) {
				super(size);
				made += 1;
			}
		};
		const output = new (cacheRows(Counting))({ width: 20, height: 6 });
		output.write(0, 0, '│ \u001B[31mred\u001B[39m', { transformers: [] });
		output.write(19, 0, '│', { transformers: [] });
		output.write(10, 0, 'marked', { transformers: [marked] });
		output.write(15, 1, 'cut off', { transformers: [] });
		output.write(0, 2, 'one', { transformers: [] });
		output.write(2, 2, 'two', { transformers: [] });
		output.write(0, 3, '数字', { transformers: [] });
		const rows = output.get().output.split('\n');
		expect(rows[0]).toBe('│ \u001B[31mred\u001B[39m     \u001B[7mmarked\u001B[27m   │');
		expect(rows.slice(1)).toEqual(['               cut off', 'ontwo', '数字', '', '']);
		expect(made).toBe(3);
	});

	it('draws only those rows that have changed', () => {
		let made = 0;
		const Counting: FrameOutputClass = class extends InkOutput {
			constructor(size: { readonly width: number; readonly height: number }) {
				super(size);
				made += 1;
			}
		};
		const Cached = cacheRows(Counting);
		const draw = (selected: number): string => {
			const output = new Cached({ width: 20, height: 10 });
			for (let row = 0; row < 10; row += 1) {
				output.write(0, row, `${row === selected ? '>' : ' '} 字 ${row}`, { transformers: [] });
			}

			return output.get().output;
		};
		draw(0);
		made = 0;
		expect(draw(1)).toContain('> 字 1');
		expect(made).toBe(2);
	});
});
