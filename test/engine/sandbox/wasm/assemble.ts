/** A small assembler: modules of WebAssembly out of instructions that read like the text format, folded. */
export type Code = readonly number[];

const I32 = 0x7f;
const I64 = 0x7e;
const VALUE_TYPES = { i32: I32, i64: I64 } as const;
type ValueType = keyof typeof VALUE_TYPES;
type Signature = { readonly parameters: readonly ValueType[]; readonly results: readonly ValueType[] };

/** Every call of WASI preview 1 that the tests make. */
const WASI: Readonly<Record<string, string>> = {
	args_get: 'ii',
	args_sizes_get: 'ii',
	environ_get: 'ii',
	environ_sizes_get: 'ii',
	clock_time_get: 'iIi',
	random_get: 'ii',
	fd_close: 'i',
	fd_fdstat_get: 'ii',
	fd_filestat_get: 'ii',
	fd_prestat_get: 'ii',
	fd_prestat_dir_name: 'iii',
	fd_read: 'iiii',
	fd_readdir: 'iiiIi',
	fd_seek: 'iIii',
	fd_write: 'iiii',
	path_create_directory: 'iii',
	path_filestat_get: 'iiiii',
	path_open: 'iiiiiIIii',
	path_readlink: 'iiiiii',
	path_remove_directory: 'iii',
	path_rename: 'iiiiii',
	path_symlink: 'iiiii',
	path_unlink_file: 'iii',
	poll_oneoff: 'iiii',
	proc_exit: 'i',
	sock_send: 'iiiii',
};
const NAMES = Object.keys(WASI);

export function i32(value: number): Code {
	return [0x41, ...signed(BigInt(value | 0))];
}

export function i64(value: bigint): Code {
	return [0x42, ...signed(value)];
}

/** Calls an import; its number of an error stays on the stack, if it has one. */
export function wasi(name: string, ...args: readonly Code[]): Code {
	return [...args.flat(), 0x10, ...unsigned(NAMES.indexOf(name))];
}

/** Ends with this code. */
export function exit(code: Code): Code {
	return wasi('proc_exit', code);
}

/** Ends with the number of the error unless that is 0. */
export function need(code: Code): Code {
	return [...code, 0x21, 0, 0x20, 0, 0x04, 0x40, ...exit([0x20, 0]), 0x0b];
}

export function load(address: number): Code {
	return [...i32(address), 0x28, 2, 0];
}

export function store(address: number, value: Code): Code {
	return [...i32(address), ...value, 0x36, 2, 0];
}

/** A loop that goes on while the condition is not 0. */
export function loopWhile(condition: Code, body: Code = []): Code {
	return [0x03, 0x40, ...body, ...condition, 0x0d, 0, 0x0b];
}

export const grow = (pages: number): Code => [...i32(pages), 0x40, 0];
export const memorySize: Code = [0x3f, 0];
export const unreachable: Code = [0x00];
export const isNot = (code: Code, value: number): Code => [...code, ...i32(value), 0x47];

export type ModuleParts = {
	/** Body of `_start`; local 0 is used by `need`. */
	readonly start?: Code;
	readonly functions?: Readonly<Record<string, Signature & { readonly code: Code }>>;
	readonly memory?: { readonly initial: number; readonly maximum?: number; readonly isShared?: boolean };
	/** Texts in memory by where they lie. */
	readonly data?: Readonly<Record<number, string | Uint8Array>>;
};

/** A module that imports all of WASI above and exports its memory. */
export function assemble({ start, functions = {}, memory = { initial: 1 }, data = {} }: ModuleParts): Uint8Array<ArrayBuffer> {
	const own = Object.entries({ ...functions, ...(start === undefined ? {} : { _start: { parameters: [], results: [], code: start } }) });
	const types = [
		...NAMES.map((name) => signatureOf(name, WASI[name] ?? '')),
		...own.map(([, { parameters, results }]) => ({ parameters, results })),
	];
	const exported = [[...text('memory'), 2, 0], ...own.map(([name], index) => [...text(name), 0, ...unsigned(NAMES.length + index)])];
	return Uint8Array.from([
		0,
		0x61,
		0x73,
		0x6d,
		1,
		0,
		0,
		0,
		...section(
			1,
			types.map(({ parameters, results }) => [
				0x60,
				...vector(parameters.map((type) => [VALUE_TYPES[type]])),
				...vector(results.map((type) => [VALUE_TYPES[type]])),
			]),
		),
		...section(
			2,
			NAMES.map((name, index) => [...text('wasi_snapshot_preview1'), ...text(name), 0, ...unsigned(index)]),
		),
		...section(
			3,
			own.map((_, index) => unsigned(NAMES.length + index)),
		),
		...section(5, [limits(memory)]),
		...section(7, exported),
		...section(
			10,
			own.map(([, { code }]) => {
				const body = [...vector([[1, I32]]), ...code, 0x0b];
				return [...unsigned(body.length), ...body];
			}),
		),
		...section(
			11,
			Object.entries(data).map(([address, content]) => [0, ...i32(Number(address)), 0x0b, ...bytes(content)]),
		),
	]);
}

/** A program that prints so many bytes from an address, which `iov` at 0 describes. */
export function print(address: number, length: Code): Code {
	return [...store(0, i32(address)), ...store(4, length), ...need(wasi('fd_write', i32(1), i32(0), i32(1), i32(8)))];
}

function signatureOf(name: string, letters: string): Signature {
	return { parameters: letters.split('').map((letter) => (letter === 'I' ? 'i64' : 'i32')), results: name === 'proc_exit' ? [] : ['i32'] };
}

function limits({
	initial,
	maximum,
	isShared = false,
}: {
	readonly initial: number;
	readonly maximum?: number;
	readonly isShared?: boolean;
}): Code {
	return [(maximum === undefined ? 0 : 1) + (isShared ? 2 : 0), ...unsigned(initial), ...(maximum === undefined ? [] : unsigned(maximum))];
}

function section(id: number, items: readonly Code[]): Code {
	const body = vector(items);
	return [id, ...unsigned(body.length), ...body];
}

function vector(items: readonly Code[]): Code {
	return [...unsigned(items.length), ...items.flat()];
}

function text(value: string): Code {
	return bytes(value);
}

function bytes(content: string | Uint8Array): Code {
	const encoded = typeof content === 'string' ? new TextEncoder().encode(content) : content;
	return [...unsigned(encoded.length), ...encoded];
}

function unsigned(value: number): Code {
	const result: number[] = [];
	let rest = value;
	while (rest >= 128) {
		result.push((rest & 0x7f) | 0x80);
		rest >>>= 7;
	}

	return [...result, rest];
}

function signed(value: bigint): Code {
	const result: number[] = [];
	for (let rest = value; ; rest >>= 7n) {
		const low = Number(rest & 0x7fn);
		const isLast = (rest >> 7n === 0n && low < 64) || (rest >> 7n === -1n && low >= 64);
		result.push(isLast ? low : low | 0x80);
		if (isLast) {
			return result;
		}
	}
}
