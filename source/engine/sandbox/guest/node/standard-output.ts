import { askNow } from '../capabilities.ts';
import { writeLine } from '../console.ts';
import { decodeUtf8 } from '../text-decoder.ts';
import type { Callback } from './stream-base.ts';
import { Writable } from './writable.ts';

export type StreamFacts = { readonly isTTY: boolean; readonly columns: number; readonly rows: number; readonly colourDepth: number };

const CHUNK_BYTES = 1024 * 1024;
let isTool = false;

/** From now on output goes to the streams of the command that runs the tool, byte for byte, instead of to the log. */
export function useToolStreams(): void {
	isTool = true;
}

/** Returns when the bytes are written: what a tool has said is never lost by its end. */
export function writeOutput(descriptor: 1 | 2, bytes: Uint8Array): void {
	if (!isTool) {
		writeLine(descriptor === 1 ? 'log' : 'error', decodeUtf8(bytes).replace(/\n$/, ''));
		return;
	}

	for (let start = 0; start < bytes.length; start += CHUNK_BYTES) {
		askNow('tool.write', { descriptor, data: bytes.subarray(start, start + CHUNK_BYTES).toBase64() });
	}
}

/** `process.stdout` and `process.stderr`; both wait in place, as node does for files and terminals. */
export class StandardOutput extends Writable {
	readonly fd: 1 | 2;
	readonly _isStandard = true;
	readonly isTTY: boolean | undefined;
	readonly columns: number | undefined;
	readonly rows: number | undefined;
	readonly #colourDepth: number;

	constructor(fd: 1 | 2, { isTTY, columns, rows, colourDepth }: StreamFacts) {
		super({ decodeStrings: true });
		this.fd = fd;
		this.isTTY = isTTY ? true : undefined;
		this.columns = isTTY ? columns : undefined;
		this.rows = isTTY ? rows : undefined;
		this.#colourDepth = colourDepth;
	}

	override _write(chunk: unknown, _encoding: string, callback: Callback): void {
		writeOutput(this.fd, chunk as Uint8Array);
		callback();
	}

	override destroy(): this {
		// As in node, nobody can close them.
		return this;
	}

	getColorDepth(): number {
		return this.#colourDepth;
	}

	hasColors(count: unknown = 16): boolean {
		return 2 ** this.#colourDepth >= (typeof count === 'number' ? count : 16);
	}

	getWindowSize(): [number, number] {
		return [this.columns ?? 80, this.rows ?? 24];
	}

	cursorTo(x: number, y?: unknown): boolean {
		return this.#control(typeof y === 'number' ? `\u001B[${y + 1};${x + 1}H` : `\u001B[${x + 1}G`);
	}

	moveCursor(x: number, y: number): boolean {
		const across = x === 0 ? '' : x > 0 ? `\u001B[${x}C` : `\u001B[${-x}D`;
		const down = y === 0 ? '' : y > 0 ? `\u001B[${y}B` : `\u001B[${-y}A`;
		return this.#control(across + down);
	}

	clearLine(direction: number): boolean {
		return this.#control(`\u001B[${direction < 0 ? 1 : direction > 0 ? 0 : 2}K`);
	}

	clearScreenDown(): boolean {
		return this.#control('\u001B[0J');
	}

	#control(sequence: string): boolean {
		return this.isTTY === true ? this.write(sequence) : true;
	}
}
