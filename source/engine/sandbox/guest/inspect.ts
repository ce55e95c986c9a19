type Seen = readonly object[];

const MAXIMUM_ITEMS = 100;
const MAXIMUM_DEPTH = 4;

/** Text of any value for logs and `util.inspect`; never throws and never grows without bound. */
export function inspect(value: unknown, options: { readonly depth?: number | null } | boolean | null = {}): string {
	const depth = typeof options === 'object' && options !== null ? (options.depth ?? MAXIMUM_DEPTH) : MAXIMUM_DEPTH;
	return show(value, [], Math.min(depth, 20));
}

/** The placeholders of node's `util.format`. */
export function format(first?: unknown, ...rest: unknown[]): string {
	let used = 0;
	const head =
		typeof first === 'string'
			? first.replace(/%[sdifjoOc%]/g, (placeholder) => {
					if (placeholder === '%%' || used >= rest.length) {
						return placeholder === '%%' ? '%' : placeholder;
					}

					used += 1;
					return formatOne(placeholder, rest[used - 1]);
				})
			: inspect(first);
	return [head, ...rest.slice(used).map((value) => (typeof value === 'string' ? value : inspect(value)))].join(' ');
}

function formatOne(placeholder: string, value: unknown): string {
	switch (placeholder) {
		case '%s':
			return typeof value === 'string' ? value : inspect(value, { depth: 0 });
		case '%d':
			return typeof value === 'bigint' ? `${value}n` : String(Number(value));
		case '%i':
			return String(Number.parseInt(String(value), 10));
		case '%f':
			return String(Number.parseFloat(String(value)));
		case '%j':
			return JSON.stringify(value) ?? 'undefined';
		case '%c':
			return '';
		default:
			return inspect(value);
	}
}

function show(value: unknown, seen: Seen, depth: number): string {
	switch (typeof value) {
		case 'string':
			return `'${value
				.replaceAll('\\', '\\\\')
				.replaceAll("'", String.raw`\'`)
				.replaceAll('\n', String.raw`\n`)}'`;
		case 'bigint':
			return `${value}n`;
		case 'function':
			return `[Function: ${value.name === '' ? '(anonymous)' : value.name}]`;
		case 'object':
			return value === null ? 'null' : showObject(value, seen, depth);
		case 'boolean':
		case 'number':
		case 'symbol':
		case 'undefined':
			return String(value);
	}
}

function showObject(value: object, seen: Seen, depth: number): string {
	if (seen.includes(value)) {
		return '[Circular]';
	}

	if (value instanceof Error) {
		return typeof value.stack === 'string' && value.stack !== '' ? value.stack : `${value.name}: ${value.message}`;
	}

	if (value instanceof Date) {
		return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
	}

	if (value instanceof RegExp) {
		return String(value);
	}

	const name = Array.isArray(value) ? 'Array' : nameOf(value);
	if (depth < 0) {
		return `[${name}]`;
	}

	const inner = [...seen, value];
	if (Array.isArray(value)) {
		return wrapped(
			'',
			'[]',
			value.slice(0, MAXIMUM_ITEMS).map((item) => show(item, inner, depth - 1)),
			value.length,
		);
	}

	if (value instanceof Map) {
		const items = [...value].slice(0, MAXIMUM_ITEMS);
		return wrapped(
			`Map(${value.size}) `,
			'{}',
			items.map(([key, item]) => `${show(key, inner, depth - 1)} => ${show(item, inner, depth - 1)}`),
			value.size,
		);
	}

	if (value instanceof Set) {
		const items = [...value].slice(0, MAXIMUM_ITEMS);
		return wrapped(
			`Set(${value.size}) `,
			'{}',
			items.map((item) => show(item, inner, depth - 1)),
			value.size,
		);
	}

	const keys = Object.keys(value);
	return wrapped(
		name === 'Object' ? '' : `${name} `,
		'{}',
		keys
			.slice(0, MAXIMUM_ITEMS)
			.map((key) => `${/^[A-Za-z_$][\w$]*$/.test(key) ? key : show(key, [], 0)}: ${showProperty(value, key, { inner, depth })}`),
		keys.length,
	);
}

function showProperty(value: object, key: string, place: { readonly inner: Seen; readonly depth: number }): string {
	const descriptor = Object.getOwnPropertyDescriptor(value, key);
	return descriptor?.get === undefined ? show(descriptor?.value, place.inner, place.depth - 1) : '[Getter]';
}

function nameOf(value: object): string {
	const prototype: unknown = Object.getPrototypeOf(value);
	if (typeof prototype !== 'object' || prototype === null) {
		return '[Object: null prototype]';
	}

	const constructor: unknown = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value;
	return typeof constructor === 'function' && constructor.name !== '' ? constructor.name : 'Object';
}

function wrapped(prefix: string, brackets: string, items: readonly string[], total: number): string {
	const all = total > items.length ? [...items, `... ${total - items.length} more`] : items;
	const [open = '', close = ''] = brackets;
	if (all.length === 0) {
		return `${prefix}${open}${close}`;
	}

	const line = all.join(', ');
	return line.length <= 72 && !line.includes('\n')
		? `${prefix}${open} ${line} ${close}`
		: `${prefix}${open}\n  ${all.map((item) => item.replaceAll('\n', '\n  ')).join(',\n  ')}\n${close}`;
}
