import { Writable } from 'node:stream';

/** What the screen writer needs of a terminal's output: a `tty.WriteStream` or a stand-in. */
export type TerminalOutput = {
	readonly isTTY?: boolean;
	readonly columns?: number;
	readonly rows?: number;
	readonly write: (text: string, callback?: (error?: Error | null) => void) => boolean;
	readonly on: (event: 'resize', listener: () => void) => unknown;
	readonly off: (event: 'resize', listener: () => void) => unknown;
};

const SYNCHRONISED_START = '\u001B[?2026h';
const SYNCHRONISED_END = '\u001B[?2026l';
const ENTER_ALTERNATE_SCREEN = '\u001B[?1049h';
const CLEAR_AND_HOME = '\u001B[2J\u001B[H';

/**
 * Stands between Ink and the terminal. Each frame leaves in one write, so that it never arrives half drawn over a slow line, and the
 * alternate screen starts from its corner, since entering it leaves the cursor where the shell had it.
 */
export class ScreenWriter extends Writable {
	readonly isTTY = true;
	readonly #output: TerminalOutput;
	#frame: string | null = null;

	constructor(output: TerminalOutput) {
		super({ decodeStrings: false });
		this.#output = output;
		output.on('resize', this.#resized);
	}

	get columns(): number {
		return this.#output.columns ?? 80;
	}

	get rows(): number {
		return this.#output.rows ?? 24;
	}

	override _write(chunk: string | Buffer, _encoding: BufferEncoding, callback: (error?: Error | null) => void): void {
		const text = chunk.toString();
		if (text === SYNCHRONISED_START) {
			this.#frame = text;
			callback();
			return;
		}

		if (this.#frame !== null && text !== SYNCHRONISED_END && text !== '') {
			this.#frame += text;
			callback();
			return;
		}

		const frame = (this.#frame ?? '') + text;
		this.#frame = null;
		// The terminal keeps the order of writes itself, so waiting for each would only delay a signal's clean-up.
		this.#output.write(frame.replaceAll(ENTER_ALTERNATE_SCREEN, ENTER_ALTERNATE_SCREEN + CLEAR_AND_HOME));
		callback();
	}

	override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
		this.#output.off('resize', this.#resized);
		callback(error);
	}

	readonly #resized = (): void => {
		this.emit('resize');
	};
}
