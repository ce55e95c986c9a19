/* oxlint-disable typescript/no-unnecessary-type-conversion, typescript/no-base-to-string -- callers are untyped JavaScript, so what the types promise is converted all the same. */
import { clearTimer, setTimeout } from '../timers.ts';
import { TextDecoder } from '../text-decoder.ts';
import { Buffer } from './buffer.ts';

/** `querystring`. */
export const querystringModule: Readonly<Record<string, unknown>> = (() => {
	const escape = (text: string): string => encodeURIComponent(text.toWellFormed());
	const unescape = (text: string): string => {
		try {
			return decodeURIComponent(text);
		} catch {
			// Node keeps what it cannot decode.
			return text;
		}
	};
	const parse = (text: string, separator = '&', equals = '='): Record<string, string | string[]> => {
		const result = Object.create(null) as Record<string, string | string[]>;
		for (const part of text.split(separator).filter((item) => item !== '')) {
			const at = part.indexOf(equals);
			const name = unescape((at === -1 ? part : part.slice(0, at)).replaceAll('+', ' '));
			const value = at === -1 ? '' : unescape(part.slice(at + equals.length).replaceAll('+', ' '));
			const known = result[name];
			result[name] = known === undefined ? value : [known, value].flat();
		}

		return result;
	};
	const stringify = (values: Readonly<Record<string, unknown>>, separator = '&', equals = '='): string =>
		Object.entries(values)
			.flatMap(([name, value]) => [value].flat().map((item) => `${escape(name)}${equals}${escape(String(item ?? ''))}`))
			.join(separator);
	return { parse, stringify, escape, unescape, decode: parse, encode: stringify };
})();

/** `string_decoder`. */
class StringDecoder {
	readonly encoding: string;
	readonly #decoder: TextDecoder | null;

	constructor(encoding = 'utf8') {
		this.encoding = encoding;
		this.#decoder = ['utf8', 'utf-8', 'utf16le', 'utf-16le', 'ucs2'].includes(encoding.toLowerCase())
			? new TextDecoder(encoding.toLowerCase().startsWith('utf8') || encoding === 'utf-8' ? 'utf-8' : 'utf-16le', { ignoreBOM: true })
			: null;
	}

	write(bytes: Uint8Array | string): string {
		if (typeof bytes === 'string') {
			return bytes;
		}

		return this.#decoder?.decode(bytes, { stream: true }) ?? Buffer.from(bytes).toString(this.encoding);
	}

	end(bytes?: Uint8Array): string {
		return (bytes === undefined ? '' : this.write(bytes)) + (this.#decoder?.decode() ?? '');
	}
}

export const stringDecoderModule = { StringDecoder };

/** By number, from 1. */
const SIGNALS: Readonly<Record<string, number>> = Object.fromEntries(
	(
		'SIGHUP SIGINT SIGQUIT SIGILL SIGTRAP SIGABRT SIGBUS SIGFPE SIGKILL SIGUSR1 SIGSEGV SIGUSR2 SIGPIPE SIGALRM SIGTERM SIGSTKFLT ' +
		'SIGCHLD SIGCONT SIGSTOP SIGTSTP SIGTTIN SIGTTOU SIGURG SIGXCPU SIGXFSZ SIGVTALRM SIGPROF SIGWINCH SIGIO SIGPWR SIGSYS'
	)
		.split(' ')
		.map((name, index) => [name, index + 1]),
);

/** `os`: constants that tell nothing about the machine. */
export const osModule: Readonly<Record<string, unknown>> = {
	EOL: '\n',
	devNull: '/dev/null',
	platform: () => 'linux',
	type: () => 'Linux',
	release: () => '',
	arch: () => 'x64',
	endianness: () => 'LE',
	hostname: () => 'plugward',
	homedir: () => '/',
	tmpdir: () => '/tmp',
	cpus: () => [],
	availableParallelism: () => 1,
	totalmem: () => 0,
	freemem: () => 0,
	loadavg: () => [0, 0, 0],
	uptime: () => 0,
	networkInterfaces: () => ({}),
	userInfo: () => ({ username: 'plugin', uid: -1, gid: -1, shell: null, homedir: '/' }),
	version: () => '',
	machine: () => 'x86_64',
	getPriority: () => 0,
	constants: { signals: SIGNALS, errno: {}, priority: {}, dlopen: {} },
};

type Waiting = { readonly signal?: AbortSignal | undefined; readonly ref?: boolean };

function wait(delay: unknown, value: unknown, { signal, ref }: Waiting = {}): Promise<unknown> {
	return new Promise((resolve, reject) => {
		const abort = (): void => {
			clearTimer(timer);
			reject(Object.assign(new Error('The operation was aborted', { cause: signal?.reason }), { name: 'AbortError', code: 'ABORT_ERR' }));
		};
		const timer = setTimeout(() => {
			signal?.removeEventListener('abort', abort);
			resolve(value);
		}, delay);
		if (ref === false) {
			timer.unref();
		}

		if (signal?.aborted === true) {
			abort();
		} else {
			signal?.addEventListener('abort', abort, { once: true });
		}
	});
}

async function* every(delay: unknown, value: unknown, options?: Waiting): AsyncGenerator {
	for (;;) {
		yield await wait(delay, value, options);
	}
}

/** `timers/promises`. */
export const timersPromisesModule: Readonly<Record<string, unknown>> = {
	setTimeout: wait,
	setImmediate: (value: unknown, options?: Waiting) => wait(0, value, options),
	setInterval: every,
	scheduler: {
		wait: (delay: unknown, options?: Waiting) => wait(delay, undefined, options),
		yield: () => wait(0, undefined),
	},
};
