import { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';

import { createKeyTokeniser } from './key-tokeniser.ts';
import type { MouseReport, Token } from './key-tokeniser.ts';

/** What the key source needs of a terminal's input: a `tty.ReadStream` or a stand-in. */
export type TerminalInput = {
	readonly isTTY?: boolean;
	readonly setRawMode?: (isRaw: boolean) => unknown;
	readonly on: (event: 'data', listener: (chunk: Buffer | string) => void) => unknown;
	readonly off: (event: 'data', listener: (chunk: Buffer | string) => void) => unknown;
	readonly resume: () => unknown;
	readonly pause: () => unknown;
	readonly ref?: () => unknown;
	readonly unref?: () => unknown;
};

/** For what comes from a terminal and is no key. */
export type InputListeners = {
	readonly onAnswer?: (sequence: string) => void;
};

/** Long enough for a sequence that a slow line splits, short enough to feel at once. */
const ESCAPE_MILLISECONDS = 50;
/** Keyboards repeat a held key every 20 to 40 ms. What comes faster is no keyboard. */
const REPEAT_MILLISECONDS = { shortest: 8, longest: 48 } as const;
/** So many repetitions are no quick typing. */
const HELD_REPETITIONS = 4;
/** Ink waits again after a bare escape byte; this spelling of the same key is complete by itself. */
const ESCAPE_KEY = '\u001B[27u';

/**
 * Stands between the terminal and Ink and delivers one key per turn of the event loop: a burst of keys in one read is then as many
 * key events, each handled on the state that the one before it left behind. What the mouse does comes in its turn as the event `mouse`.
 */
export class KeySource extends Readable {
	readonly isTTY = true;
	readonly #input: TerminalInput;
	readonly #listeners: InputListeners;
	readonly #tokeniser = createKeyTokeniser();
	readonly #queue: (string | MouseReport)[] = [];
	#decoder = new StringDecoder('utf8');
	#escapeTimer: NodeJS.Timeout | undefined;
	#isDelivering = false;
	#isListening = false;
	#lastRead = { text: '', at: 0, repetitions: 0 };

	constructor(input: TerminalInput, listeners: InputListeners = {}) {
		super({ objectMode: true, highWaterMark: 1024 });
		this.#input = input;
		this.#listeners = listeners;
	}

	/** Ink owns raw mode; while it is off the terminal belongs to someone else, so nothing is read. */
	setRawMode(isRaw: boolean): this {
		this.#input.setRawMode?.(isRaw);
		if (isRaw && !this.#isListening) {
			this.#isListening = true;
			this.#decoder = new StringDecoder('utf8');
			this.#input.on('data', this.#receive);
			this.#input.resume();
		} else if (!isRaw && this.#isListening) {
			this.#stop();
		}

		return this;
	}

	/** The same key comes again and again, as fast as keyboards repeat it. */
	isHeld(): boolean {
		return this.#lastRead.repetitions >= HELD_REPETITIONS;
	}

	/** Keys are already text. */
	override setEncoding(): this {
		return this;
	}

	override _read(): void {
		// Keys come when they come.
	}

	override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
		this.#stop();
		callback(error);
	}

	ref(): this {
		this.#input.ref?.();
		return this;
	}

	unref(): this {
		this.#input.unref?.();
		return this;
	}

	#stop(): void {
		clearTimeout(this.#escapeTimer);
		this.#queue.length = 0;
		if (this.#isListening) {
			this.#isListening = false;
			this.#input.off('data', this.#receive);
			this.#input.pause();
		}
	}

	readonly #receive = (chunk: Buffer | string): void => {
		clearTimeout(this.#escapeTimer);
		const text = typeof chunk === 'string' ? chunk : this.#decoder.write(chunk);
		this.#countRepetitions(text);
		this.#enqueue(this.#tokeniser.push(text));
		if (this.#tokeniser.isWaiting()) {
			this.#escapeTimer = setTimeout(() => {
				this.#enqueue(this.#tokeniser.flush());
			}, ESCAPE_MILLISECONDS);
		}
	};

	#countRepetitions(text: string): void {
		const at = performance.now();
		const pause = at - this.#lastRead.at;
		const isAgain = text === this.#lastRead.text && pause >= REPEAT_MILLISECONDS.shortest && pause <= REPEAT_MILLISECONDS.longest;
		this.#lastRead = { text, at, repetitions: isAgain ? this.#lastRead.repetitions + 1 : 0 };
	}

	#enqueue(tokens: readonly Token[]): void {
		for (const token of tokens) {
			if (token.type === 'mouse') {
				this.#queue.push(token.report);
			} else if (token.type === 'answer') {
				this.#listeners.onAnswer?.(token.sequence);
			} else {
				this.#queue.push(spell(token));
			}
		}

		if (!this.#isDelivering && this.#queue.length > 0) {
			this.#deliver();
		}
	}

	#deliver(): void {
		const next = this.#queue.shift();
		this.#isDelivering = next !== undefined;
		if (next !== undefined) {
			if (typeof next === 'string') {
				this.push(next);
			} else {
				this.emit('mouse', next);
			}

			setImmediate(() => {
				this.#deliver();
			});
		}
	}
}

function spell(token: Extract<Token, { readonly type: 'key' | 'paste' }>): string {
	if (token.type === 'paste') {
		// Ink reads the paste marks itself; an escape inside could close the paste early.
		return `\u001B[200~${token.text.replaceAll('\u001B', '')}\u001B[201~`;
	}

	return token.sequence === '\u001B' ? ESCAPE_KEY : token.sequence;
}
