import { Writable } from 'node:stream';

import { dressLine, dressStyle, isUndressed, PLAIN_DRESS } from './cells/dress.ts';
import type { Dress } from './cells/dress.ts';
import { isErasure, parseInkFrame } from './cells/ink-frame.ts';
import type { InkFrame } from './cells/ink-frame.ts';
import { paintChanges } from './cells/paint.ts';
import { clipRow, parseRow } from './cells/row.ts';
import type { Row } from './cells/row.ts';
import {
	CLEAR_AND_HOME,
	ENTER_ALTERNATE_SCREEN,
	HIDE_CURSOR,
	LEAVE_ALTERNATE_SCREEN,
	MOUSE_OFF,
	MOUSE_ON,
	SHOW_CURSOR,
	SYNCHRONISED_END,
	SYNCHRONISED_START,
} from './modes.ts';

/** What the screen writer needs of a terminal's output: a `tty.WriteStream` or a stand-in. */
export type TerminalOutput = {
	readonly isTTY?: boolean;
	readonly columns?: number;
	readonly rows?: number;
	readonly write: (text: string, callback?: (error?: Error | null) => void) => boolean;
	readonly on: (event: 'resize', listener: () => void) => unknown;
	readonly off: (event: 'resize', listener: () => void) => unknown;
};

export type ScreenWriterOptions = {
	/** The least time between two frames; what changes in between is shown at its end. 0 shows each frame at once. */
	readonly frameMilliseconds?: () => number;
	readonly dress?: Dress;
	/** Frames go to the terminal as Ink writes them. */
	readonly isPlain?: boolean;
	/** The alternate screen is on already. */
	readonly isEntered?: boolean;
	/** Hears when the alternate screen is entered and left. */
	readonly onScreen?: (isAlternate: boolean) => void;
};

/** A few cells: nobody can see them half drawn, and the marks of a frame would cost more than they do. */
const SMALL_FRAME = 40;

/** While a window is dragged its size changes with each column, and each time all of it is drawn: a slow line would lag behind for seconds. */
const WHOLE_MILLISECONDS = 100;
/** Ink draws what there is, cut off, before the screens hear of the new size. */
const SETTLED_MILLISECONDS = 40;

/**
 * Stands between Ink and the terminal. Ink writes whole frames; the terminal gets only the cells that differ from what it shows, in one
 * write, so that a slow line carries little and never shows half a frame. A frame that cannot be read as rows of cells ends that: from then
 * on everything goes to the terminal as Ink writes it.
 */
export class ScreenWriter extends Writable {
	readonly isTTY = true;
	readonly #output: TerminalOutput;
	readonly #frameMilliseconds: () => number;
	#dress: Dress;
	#isPlain: boolean;
	#isSynchronised = false;
	#isEntered: boolean;
	readonly #onScreen: (isAlternate: boolean) => void;
	/** What Ink wrote since the start of a frame; null between frames. */
	#collected: string | null = null;
	#frame: InkFrame | null = null;
	#wanted: readonly Row[] = [];
	/** What the terminal shows; null when nobody knows. */
	#shown: readonly Row[] | null = null;
	#isCursorShown = false;
	/** Whether reports of the mouse are wanted; they are asked for only while the alternate screen is on. */
	#wantsMouse = false;
	#isOnScreen = false;
	#cursor: InkFrame['cursor'] = null;
	/** The rows of the last frame, since most lines of a frame are those of the one before. */
	#parsed: ReadonlyMap<string, Row> = new Map();
	#timer: NodeJS.Timeout | undefined;
	#lastPaint = Number.NEGATIVE_INFINITY;
	#lastWhole = Number.NEGATIVE_INFINITY;
	#resizedAt = Number.NEGATIVE_INFINITY;

	constructor(output: TerminalOutput, options: ScreenWriterOptions = {}) {
		super({ decodeStrings: false });
		this.#output = output;
		this.#frameMilliseconds = options.frameMilliseconds ?? (() => 0);
		this.#dress = options.dress ?? PLAIN_DRESS;
		this.#isPlain = options.isPlain ?? false;
		this.#isEntered = options.isEntered ?? false;
		this.#onScreen = options.onScreen ?? (() => undefined);
		output.on('resize', this.#resized);
	}

	get columns(): number {
		return this.#output.columns ?? 80;
	}

	get rows(): number {
		return this.#output.rows ?? 24;
	}

	/** The terminal said that it can hold a frame back until it is whole. */
	synchronise(): void {
		this.#isSynchronised = true;
	}

	/** Asks the terminal for what the mouse does, or no more. */
	listenToMouse(wantsMouse: boolean): void {
		if (this.#isOnScreen && wantsMouse !== this.#wantsMouse) {
			this.#output.write(wantsMouse ? MOUSE_ON : MOUSE_OFF);
		}

		this.#wantsMouse = wantsMouse;
	}

	/** Shows everything in another dress, also what is on the screen already. */
	dressAs(dress: Dress): void {
		this.#dress = dress;
		this.#parsed = new Map();
		if (this.#frame !== null && !this.#isPlain) {
			this.#wanted = this.#parseRows(this.#frame.lines) ?? this.#wanted;
			this.#paintSoon();
		}
	}

	/**
	 * Shows lines with styles before Ink has drawn anything. Only on an alternate screen that is entered already; what Ink draws then
	 * changes what differs.
	 */
	preview(lines: readonly string[]): void {
		if (!this.#isEntered || this.#isPlain) {
			return;
		}

		// Shown first and read afterwards: reading it cell by cell takes longer than all else that is drawn before the app is loaded.
		const isShown = isUndressed(this.#dress) && this.#shown === null;
		if (isShown) {
			this.#output.write(CLEAR_AND_HOME + lines.slice(0, this.rows).join('\r\n'));
		}

		const rows = this.#parseRows(lines);
		if (rows !== null) {
			this.#wanted = rows;
			this.#shown = isShown ? rows : this.#shown;
			this.#paint();
		}
	}

	override _write(chunk: string | Buffer, _encoding: BufferEncoding, callback: (error?: Error | null) => void): void {
		const text = chunk.toString();
		if (text === SYNCHRONISED_START) {
			this.#collected = '';
		} else if (this.#collected !== null && text !== SYNCHRONISED_END) {
			this.#collected += text;
		} else if (this.#collected !== null) {
			this.#takeFrame(this.#collected);
			this.#collected = null;
		} else if (text !== '') {
			this.#passOn(text);
		}

		// The terminal keeps the order of writes itself, so waiting for each would only delay a signal's clean-up.
		callback();
	}

	override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
		clearTimeout(this.#timer);
		this.#output.off('resize', this.#resized);
		callback(error);
	}

	/** What is written outside frames: modes, and answers for the terminal. */
	#passOn(text: string): void {
		if (!this.#isPlain && isErasure(text)) {
			// What is to be seen then comes with the next frame.
			this.#frame = null;
			return;
		}

		this.#isCursorShown = text.includes(SHOW_CURSOR) || (this.#isCursorShown && !text.includes(HIDE_CURSOR));
		if (text.includes(ENTER_ALTERNATE_SCREEN)) {
			this.#enterScreen(text);
			return;
		}

		const isLeaving = text.includes(LEAVE_ALTERNATE_SCREEN);
		this.#output.write(isLeaving && this.#wantsMouse ? MOUSE_OFF + text : text);
		if (isLeaving) {
			this.#isOnScreen = false;
			clearTimeout(this.#timer);
			this.#timer = undefined;
			this.#shown = null;
			this.#onScreen(false);
		}
	}

	#enterScreen(text: string): void {
		this.#onScreen(true);
		this.#isOnScreen = true;
		const mouse = this.#wantsMouse ? MOUSE_ON : '';
		if (this.#isEntered) {
			// What was painted there before stays until the first frame replaces it.
			this.#isEntered = false;
			this.#output.write(text.replaceAll(ENTER_ALTERNATE_SCREEN, '') + mouse);
			return;
		}

		this.#shown = [];
		// Entering the alternate screen leaves the cursor where the shell had it.
		this.#output.write(text.replaceAll(ENTER_ALTERNATE_SCREEN, ENTER_ALTERNATE_SCREEN + CLEAR_AND_HOME) + mouse);
	}

	#takeFrame(written: string): void {
		if (written === '') {
			return;
		}

		if (this.#isPlain) {
			this.#output.write(SYNCHRONISED_START + written + SYNCHRONISED_END);
			return;
		}

		const frame = parseInkFrame(written, this.#frame);
		const rows = frame === null ? null : this.#parseRows(frame.lines);
		if (frame === null || rows === null) {
			this.#becomePlain(written);
			return;
		}

		this.#frame = frame;
		this.#wanted = rows;
		this.#paintSoon();
	}

	#parseRows(lines: readonly string[]): readonly Row[] | null {
		const parsed = new Map<string, Row>();
		const rows: Row[] = [];
		for (const line of lines) {
			const row = parsed.get(line) ?? this.#parsed.get(line) ?? this.#parseLine(line);
			if (row === null) {
				return null;
			}

			parsed.set(line, row);
			rows.push(row);
		}

		this.#parsed = parsed;
		// While a terminal shrinks, Ink still draws for the size before.
		return rows.slice(0, this.rows).map((row) => clipRow(row, this.columns));
	}

	#parseLine(line: string): Row | null {
		const row = parseRow(dressLine(line, this.#dress));
		return row === null || isUndressed(this.#dress) ? row : { ...row, styles: row.styles.map((style) => dressStyle(style, this.#dress)) };
	}

	#paintSoon(): void {
		if (this.#timer !== undefined) {
			return;
		}

		const now = performance.now();
		const untilWhole =
			this.#shown === null ? Math.max(SETTLED_MILLISECONDS - (now - this.#resizedAt), WHOLE_MILLISECONDS - (now - this.#lastWhole)) : 0;
		const rest = Math.max(untilWhole, this.#frameMilliseconds() - (now - this.#lastPaint));
		if (rest <= 0) {
			this.#paint();
			return;
		}

		this.#timer = setTimeout(() => {
			this.#timer = undefined;
			this.#paint();
		}, rest);
	}

	#paint(): void {
		if (this.#shown === null) {
			this.#lastWhole = performance.now();
		}

		const changes = (this.#shown === null ? CLEAR_AND_HOME : '') + paintChanges(this.#shown ?? [], this.#wanted, this.columns);
		const frame = this.#withCursor(changes);
		this.#shown = this.#wanted;
		if (frame !== '') {
			const isHeldBack = this.#isSynchronised && frame.length > SMALL_FRAME;
			this.#output.write(isHeldBack ? SYNCHRONISED_START + frame + SYNCHRONISED_END : frame);
			this.#lastPaint = performance.now();
		}
	}

	/** The cursor is hidden while something is drawn, and put back to its place if it has one. */
	#withCursor(changes: string): string {
		const before = this.#isCursorShown ? this.#cursor : null;
		const cursor = this.#frame?.cursor ?? null;
		if (changes === '' && isSamePlace(before, cursor)) {
			return '';
		}

		const hide = before !== null && (changes !== '' || cursor === null) ? HIDE_CURSOR : '';
		const show = before === null || hide !== '' ? SHOW_CURSOR : '';
		this.#isCursorShown = cursor !== null;
		this.#cursor = cursor;
		return hide + changes + (cursor === null ? '' : `\u001B[${cursor.row + 1};${cursor.column + 1}H${show}`);
	}

	/** Puts the cursor where Ink believes it is and lets Ink draw from there. */
	#becomePlain(written: string): void {
		this.#isPlain = true;
		clearTimeout(this.#timer);
		this.#timer = undefined;
		const before = this.#frame;
		const place = before?.cursor ?? { row: Math.max(0, (before?.lines.length ?? 1) - 1), column: 0 };
		this.#output.write(`${SYNCHRONISED_START}\u001B[${place.row + 1};${place.column + 1}H${written}${SYNCHRONISED_END}`);
	}

	readonly #resized = (): void => {
		// Terminals break and join lines as they like when their width changes.
		this.#shown = null;
		this.#resizedAt = performance.now();
		this.emit('resize');
	};
}

function isSamePlace(left: InkFrame['cursor'], right: InkFrame['cursor']): boolean {
	return left?.row === right?.row && left?.column === right?.column;
}
