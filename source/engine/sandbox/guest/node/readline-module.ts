import { EventEmitter } from '../modules/events.ts';
import { stringDecoderModule } from '../modules/small-modules.ts';
import type { Readable } from './readable.ts';

type Output = { readonly write: (text: string) => unknown };
type Options = { readonly input?: Readable; readonly output?: Output; readonly prompt?: string };

/** Lines of a stream, and questions answered by the next line. No editing: a terminal edits its line before it sends it. */
class Interface extends EventEmitter {
	readonly terminal = false;
	line = '';
	cursor = 0;
	closed = false;
	readonly input: Readable | undefined;
	readonly output: Output | undefined;
	readonly #decoder = new stringDecoderModule.StringDecoder('utf8');
	readonly #questions: ((line: string) => void)[] = [];
	readonly #waiting: string[] = [];
	#rest = '';
	#prompt: string;

	constructor(given: Options | Readable, output?: Output) {
		super();
		const options: Options = 'input' in given ? given : { input: given as Readable, ...(output === undefined ? {} : { output }) };
		this.input = options.input;
		this.output = options.output;
		this.#prompt = options.prompt ?? '> ';
		this.input?.on('data', (chunk) => this.#take(typeof chunk === 'string' ? chunk : this.#decoder.write(chunk as Uint8Array)));
		this.input?.on('end', () => this.#end());
		this.input?.on('error', (error) => this.emit('error', error));
		this.input?.resume();
	}

	setPrompt(prompt: string): void {
		this.#prompt = prompt;
	}

	getPrompt(): string {
		return this.#prompt;
	}

	prompt(): void {
		this.output?.write(this.#prompt);
	}

	question(query: string, ...given: unknown[]): unknown {
		this.output?.write(query);
		const answer = given.at(-1) as (line: string) => void;
		const line = this.#waiting.shift();
		if (line === undefined) {
			this.#questions.push(answer);
		} else {
			queueMicrotask(() => answer(line));
		}

		return undefined;
	}

	write(text: unknown): void {
		if (typeof text === 'string') {
			this.#take(text);
		}
	}

	pause(): this {
		this.input?.pause();
		this.emit('pause');
		return this;
	}

	resume(): this {
		this.input?.resume();
		this.emit('resume');
		return this;
	}

	close(): void {
		if (!this.closed) {
			this.closed = true;
			this.input?.pause();
			this.emit('close');
		}
	}

	[Symbol.dispose](): void {
		this.close();
	}

	async *[Symbol.asyncIterator](): AsyncGenerator<string> {
		let wake = (): void => {};
		const lines: string[] = this.#waiting.splice(0);
		this.on('line', (line) => {
			lines.push(String(line));
			wake();
		});
		this.on('close', () => wake());
		for (;;) {
			const line = lines.shift();
			if (line !== undefined) {
				yield line;
			} else if (this.closed) {
				return;
			} else {
				// oxlint-disable-next-line typescript/no-loop-func
				await new Promise<void>((resolve) => (wake = resolve));
			}
		}
	}

	#take(text: string): void {
		const lines = (this.#rest + text).split(/\r\n|\n|\r(?!$)/);
		this.#rest = lines.pop() ?? '';
		for (const line of lines) {
			this.#give(line);
		}
	}

	#give(line: string): void {
		const answer = this.#questions.shift();
		if (answer !== undefined) {
			answer(line);
		} else if (this.listenerCount('line') > 0) {
			this.emit('line', line);
		} else {
			// Nobody has asked yet: the next question takes it, or whoever iterates.
			this.#waiting.push(line);
		}
	}

	#end(): void {
		if (this.#rest !== '') {
			this.#give(this.#rest.replace(/\r$/, ''));
			this.#rest = '';
		}

		this.close();
	}
}

class PromiseInterface extends Interface {
	override question(query: string): Promise<string> {
		const { promise, resolve, reject } = Promise.withResolvers<string>();
		super.question(query, resolve);
		this.once('close', () => reject(new DOMException('The readline interface was closed.', 'AbortError')));
		return promise;
	}
}

const control =
	(name: string) =>
	(stream: unknown, ...given: unknown[]) => {
		const method: unknown = Reflect.get(Object(stream), name);
		return typeof method === 'function' ? (Reflect.apply(method, stream, given) as unknown) : true;
	};

export const readlineModule: Readonly<Record<string, unknown>> = {
	Interface,
	createInterface: (options: Options | Readable, output?: Output) => new Interface(options, output),
	clearLine: control('clearLine'),
	clearScreenDown: control('clearScreenDown'),
	cursorTo: control('cursorTo'),
	moveCursor: control('moveCursor'),
	emitKeypressEvents: () => undefined,
	promises: { Interface: PromiseInterface, createInterface: (options: Options) => new PromiseInterface(options) },
};
