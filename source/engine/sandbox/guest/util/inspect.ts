import { Inspection, type InspectOptions, numberText } from './inspect-values.ts';

type Given = Readonly<Record<string, unknown>>;

/** What `util.inspect.defaultOptions` changes. */
const defaultOptions: Record<string, unknown> = {
	showHidden: false,
	depth: 2,
	colors: false,
	customInspect: true,
	showProxy: false,
	maxArrayLength: 100,
	maxStringLength: 10_000,
	breakLength: 80,
	compact: 3,
	sorted: false,
	getters: false,
	numericSeparator: false,
};

function optionsOf(given: Given): InspectOptions {
	const all = { ...defaultOptions, ...given };
	const unbounded = (value: unknown): number => (value === null ? Number.POSITIVE_INFINITY : Number(value));
	return {
		...(all as unknown as InspectOptions),
		depth: all['depth'] === null || all['depth'] === Number.POSITIVE_INFINITY ? null : Number(all['depth'] ?? 2),
		maxArrayLength: unbounded(all['maxArrayLength']),
		maxStringLength: unbounded(all['maxStringLength']),
		breakLength: unbounded(all['breakLength']),
		indentation: Number(given['indentation'] ?? 0),
		level: 0,
	};
}

/** Node's `util.inspect`; the old form takes `showHidden, depth, colors`. */
export function inspect(value: unknown, given?: unknown, depth?: unknown, colors?: unknown): string {
	const options: Given =
		typeof given === 'object' && given !== null
			? (given as Given)
			: {
					...(given === true ? { showHidden: true } : {}),
					...(depth === undefined ? {} : { depth }),
					...(colors === true ? { colors: true } : {}),
				};
	return new Inspection(optionsOf(options), inspect).show(value, 0);
}

inspect.custom = Symbol.for('nodejs.util.inspect.custom');
inspect.defaultOptions = defaultOptions;

/** Node's `util.formatWithOptions`. */
export function formatWithOptions(options: Given, ...values: readonly unknown[]): string {
	const [first, ...rest] = values;
	if (typeof first !== 'string') {
		return values.map((value) => shown(value, options)).join(' ');
	}

	if (rest.length === 0) {
		return first;
	}

	let used = 0;
	const head = first.replace(/%[sdifjoOc%]/g, (placeholder) => {
		if (placeholder === '%%') {
			return '%';
		}

		if (used >= rest.length) {
			return placeholder;
		}

		used += 1;
		return formatOne(placeholder, rest[used - 1], options);
	});
	return [head, ...rest.slice(used).map((value) => shown(value, options))].join(' ');
}

function shown(value: unknown, options: Given): string {
	return typeof value === 'string' ? value : inspect(value, options);
}

function formatOne(placeholder: string, value: unknown, options: Given): string {
	switch (placeholder) {
		case '%s':
			return plainText(value, options);
		case '%d':
			return typeof value === 'bigint' ? `${value}n` : typeof value === 'symbol' ? 'NaN' : numberText(Number(value));
		case '%i':
			return typeof value === 'bigint' ? `${value}n` : typeof value === 'symbol' ? 'NaN' : numberText(Number.parseInt(String(value), 10));
		case '%f':
			return typeof value === 'symbol' ? 'NaN' : numberText(Number.parseFloat(String(value)));
		case '%j':
			return jsonText(value);
		case '%c':
			return '';
		case '%o':
			return inspect(value, { ...options, showHidden: true, showProxy: true, depth: 4 });
		default:
			return inspect(value, options);
	}
}

function plainText(value: unknown, options: Given): string {
	if (typeof value === 'number') {
		return numberText(value);
	}

	if (typeof value === 'bigint') {
		return `${value}n`;
	}

	return typeof value === 'object' && value !== null && !speaksForItself(value)
		? inspect(value, { ...options, depth: 0, colors: false, compact: 3 })
		: String(value);
}

/** Its class, or the object, has a toString that is not the language's. */
function speaksForItself(value: object): boolean {
	const spoken: unknown = Reflect.get(value, 'toString');
	if (typeof spoken !== 'function') {
		return false;
	}

	if (Object.hasOwn(value, 'toString')) {
		return true;
	}

	return !/\[native code\]/.test(Function.prototype.toString.call(spoken));
}

function jsonText(value: unknown): string {
	try {
		return JSON.stringify(value) ?? 'undefined';
	} catch (error) {
		if (error instanceof TypeError && /circular/i.test(error.message)) {
			return '[Circular]';
		}

		throw error;
	}
}
