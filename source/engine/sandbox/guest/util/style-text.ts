const CODES: Readonly<Record<string, readonly [number, number]>> = {
	reset: [0, 0],
	bold: [1, 22],
	dim: [2, 22],
	italic: [3, 23],
	underline: [4, 24],
	blink: [5, 25],
	inverse: [7, 27],
	hidden: [8, 28],
	strikethrough: [9, 29],
	doubleunderline: [21, 24],
	overlined: [53, 55],
	framed: [51, 54],
};
const COLOURS = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'];
const ALIASES: Readonly<Record<string, string>> = {
	gray: 'blackBright',
	grey: 'blackBright',
	bgGray: 'bgBlackBright',
	bgGrey: 'bgBlackBright',
	blackBright: 'blackBright',
	conceal: 'hidden',
	crossedout: 'strikethrough',
	crossedOut: 'strikethrough',
	strikeThrough: 'strikethrough',
	faint: 'dim',
	inverse: 'inverse',
	swapcolors: 'inverse',
	swapColors: 'inverse',
	doubleUnderline: 'doubleunderline',
};

/** What turns a format on and off; null for none of that name. */
function codesOf(format: string): readonly [number, number] | null {
	const name = ALIASES[format] ?? format;
	const own = Object.hasOwn(CODES, name) ? CODES[name] : undefined;
	if (own !== undefined) {
		return own;
	}

	const [, isBackground, colour = '', isBright] = /^(bg)?([A-Za-z][a-z]+)(Bright)?$/.exec(name) ?? [];
	const index = COLOURS.findIndex((one) => (isBackground === undefined ? one : one[0]?.toUpperCase() + one.slice(1)) === colour);
	if (index === -1) {
		return null;
	}

	const start = (isBackground === undefined ? 30 : 40) + (isBright === undefined ? 0 : 60);
	return [start + index, isBackground === undefined ? 39 : 49];
}

type Stream = { readonly isTTY?: unknown; readonly getColorDepth?: () => number };

/** Whether text for this stream may have colours: what the environment says, or that a terminal shows some. */
function hasColours(stream: Stream, environment: Readonly<Record<string, string | undefined>>): boolean {
	const forced = environment['FORCE_COLOR'];
	if (forced !== undefined) {
		return !['0', 'false', 'none'].includes(forced.toLowerCase());
	}

	if (environment['NO_COLOR'] !== undefined || environment['NODE_DISABLE_COLORS'] !== undefined) {
		return false;
	}

	return stream.isTTY === true && (stream.getColorDepth?.() ?? 1) > 2;
}

type Options = { readonly validateStream?: boolean; readonly stream?: unknown };
type Process = { readonly stdout: Stream; readonly env: Readonly<Record<string, string | undefined>> };

/** `util.styleText`. */
export function makeStyleText(process: Process) {
	return (format: unknown, text: unknown, { validateStream = true, stream = process.stdout }: Options = {}): string => {
		if (typeof text !== 'string') {
			throw invalid(`The "text" argument must be of type string. Received ${text === null ? 'null' : typeof text}`, 'ERR_INVALID_ARG_TYPE');
		}

		const isPlain = validateStream && !hasColours(stream as Stream, process.env);
		let styled = text;
		for (const name of [format].flat().toReversed() as readonly unknown[]) {
			if (name === 'none') {
				continue;
			}

			const codes = typeof name === 'string' ? (codesOf(name) ?? hexCodes(name)) : null;
			if (codes === null) {
				throw invalid(`The argument 'format' must be one of the styles. Received '${String(name)}'`, 'ERR_INVALID_ARG_VALUE');
			}

			const [on, off] = codes;
			// What ends inside of it goes on after it; bold and dim end alike.
			const again = off === 22 ? `\u001B[${off}m\u001B[${on}m` : `\u001B[${on}m`;
			styled = `\u001B[${on}m${styled.replaceAll(`\u001B[${off}m`, again)}\u001B[${off}m`;
		}

		return isPlain ? text : styled;
	};
}

function hexCodes(name: string): readonly [string, number] | null {
	const [, digits = ''] = /^#((?:[0-9a-f]{3}){1,2})$/i.exec(name) ?? [];
	if (digits === '') {
		return null;
	}

	const full = digits.length === 3 ? digits.replace(/./g, '$&$&') : digits;
	const parts = [0, 2, 4].map((at) => Number.parseInt(full.slice(at, at + 2), 16));
	return [`38;2;${parts.join(';')}`, 39];
}

function invalid(message: string, code: string): Error {
	return Object.assign(new TypeError(message), { code });
}
