import { parseRow } from '../cells/row.ts';
import { joinPieces } from './joined-row.ts';
import type { Piece, Transformer } from './joined-row.ts';

/** Half-open: `x2` and `y2` are outside. An edge that is missing is open. */
type Clip = {
	readonly x1?: number | undefined;
	readonly x2?: number | undefined;
	readonly y1?: number | undefined;
	readonly y2?: number | undefined;
};
type WriteOptions = { readonly transformers: readonly Transformer[] };

/** What Ink draws a frame into: texts at places, then all of it as lines. */
export type FrameOutput = {
	readonly width: number;
	readonly height: number;
	readonly write: (x: number, y: number, text: string, options: WriteOptions) => void;
	readonly clip: (clip: Clip) => void;
	readonly unclip: () => void;
	readonly get: () => { readonly output: string; readonly height: number };
};

export type FrameOutputClass = new (size: { readonly width: number; readonly height: number }) => FrameOutput;

/**
 * Ink's output, but for rows that are made of the same texts as in the frame before, which are taken from there: a key changes two or three
 * rows of forty, and to put each cell of each row together again takes most of the time of a frame. A row that changes is put together of whole
 * texts where that looks the same.
 */
export function cacheRows(Original: FrameOutputClass): FrameOutputClass {
	const drawn = new DrawnRows(Original);
	return class RowCachedOutput implements FrameOutput {
		readonly width: number;
		readonly height: number;
		readonly #rows: Piece[][];
		readonly #clips: Clip[] = [];
		/** All of it again, for Ink's own output. */
		readonly #replay: ((output: FrameOutput) => void)[] = [];
		#isByRow = true;

		constructor({ width, height }: { readonly width: number; readonly height: number }) {
			this.width = width;
			this.height = height;
			this.#rows = Array.from({ length: height }, () => []);
		}

		write(x: number, y: number, text: string, options: WriteOptions): void {
			this.#replay.push((output) => output.write(x, y, text, options));
			const { x1, x2, y1 = 0, y2 = this.height } = this.#clips.at(-1) ?? {};
			const lines = text.split('\n');
			this.#isByRow &&= lines.length === 1 || lines.every(isClosed);
			for (const [index, line] of lines.entries()) {
				const row = y + index;
				if (line !== '' && row >= y1 && row < y2) {
					this.#rows[row]?.push({ x, text: line, index, transformers: options.transformers, x1, x2 });
				}
			}
		}

		clip(clip: Clip): void {
			this.#replay.push((output) => output.clip(clip));
			const outer = this.#clips.at(-1) ?? {};
			this.#clips.push({
				x1: tighter(Math.max, outer.x1, clip.x1),
				x2: tighter(Math.min, outer.x2, clip.x2),
				y1: tighter(Math.max, outer.y1, clip.y1),
				y2: tighter(Math.min, outer.y2, clip.y2),
			});
		}

		unclip(): void {
			this.#replay.push((output) => output.unclip());
			this.#clips.pop();
		}

		get(): { readonly output: string; readonly height: number } {
			if (!this.#isByRow) {
				const output = new Original(this);
				for (const again of this.#replay) {
					again(output);
				}

				return output.get();
			}

			drawn.nextFrame();
			return { output: this.#rows.map((pieces) => drawn.rowOf(this.width, pieces)).join('\n'), height: this.height };
		}
	};
}

/** The rows of this frame and of the one before, by what they are made of. */
class DrawnRows {
	readonly #Original: FrameOutputClass;
	#current = new Map<string, string>();
	#before = new Map<string, string>();
	readonly #numbers = new WeakMap<Transformer, number>();
	#lastNumber = 0;

	constructor(Original: FrameOutputClass) {
		this.#Original = Original;
	}

	nextFrame(): void {
		[this.#current, this.#before] = [new Map(), this.#current];
	}

	rowOf(width: number, pieces: readonly Piece[]): string {
		const key = this.#keyOf(width, pieces);
		const row = this.#current.get(key) ?? this.#before.get(key) ?? joinPieces(pieces, width) ?? drawRow(this.#Original, width, pieces);
		this.#current.set(key, row);
		return row;
	}

	#keyOf(width: number, pieces: readonly Piece[]): string {
		return pieces.reduce((key, { x, text, index, transformers, x1, x2 }) => {
			const numbers = transformers.map((transformer) => this.#numberOf(transformer)).join(' ');
			return `${key}\n${x} ${x1} ${x2} ${index} ${numbers}\t${text}`;
		}, String(width));
	}

	#numberOf(transformer: Transformer): number {
		const known = this.#numbers.get(transformer);
		if (known !== undefined) {
			return known;
		}

		this.#lastNumber += 1;
		this.#numbers.set(transformer, this.#lastNumber);
		return this.#lastNumber;
	}
}

function drawRow(Original: FrameOutputClass, width: number, pieces: readonly Piece[]): string {
	const output = new Original({ width, height: 1 });
	for (const { x, text, index, transformers, x1, x2 } of pieces) {
		output.clip({ x1, x2 });
		output.write(x, 0, text, { transformers: transformers.map((transformer) => (line: string) => transformer(line, index)) });
		output.unclip();
	}

	return output.get().output;
}

const closed = new Map<string, boolean>();

/** No style goes on in the next line. */
function isClosed(line: string): boolean {
	if (!line.includes('\u001B')) {
		return true;
	}

	let known = closed.get(line);
	if (known === undefined) {
		known = parseRow(line) !== null;
		// Nearly always pieces of a border, of which there are a handful.
		if (closed.size < 1000) {
			closed.set(line, known);
		}
	}

	return known;
}

function tighter(choose: (a: number, b: number) => number, a: number | undefined, b: number | undefined): number | undefined {
	return a === undefined ? b : b === undefined ? a : choose(a, b);
}
