import { formOf, shortName } from './forms.ts';
import { layOut, type Layout } from './lay-out.ts';
import { quote, quoteKey } from './quote.ts';

export type InspectOptions = {
	showHidden: boolean;
	depth: number | null;
	customInspect: boolean;
	maxArrayLength: number;
	maxStringLength: number;
	sorted: boolean | ((a: string, b: string) => number);
	getters: boolean | 'get' | 'set';
	numericSeparator: boolean;
} & Layout;
type Style = 'special' | 'number' | 'bigint' | 'boolean' | 'undefined' | 'null' | 'string' | 'symbol' | 'date' | 'regexp' | 'module';
const CUSTOM = Symbol.for('nodejs.util.inspect.custom');
const COLOURS: Readonly<Record<Style, readonly [number, number]>> = {
	special: [36, 39],
	number: [33, 39],
	bigint: [33, 39],
	boolean: [33, 39],
	undefined: [90, 39],
	null: [1, 22],
	string: [32, 39],
	symbol: [32, 39],
	date: [35, 39],
	regexp: [31, 39],
	module: [4, 24],
};
/** What a getter or a Proxy of the guest costs is its own; this bounds what text of an endless structure costs. */
const MOST_VALUES = 200_000;

/** One run of `inspect`: knows what it is inside of, so that a circle is seen. */
export class Inspection {
	readonly options: InspectOptions;
	readonly #inspect: unknown;
	readonly #inside: object[] = [];
	readonly #circles = new Map<object, number>();
	#left = MOST_VALUES;

	/** `inspect` is what objects that inspect themselves are handed. */
	constructor(options: InspectOptions, inspect: unknown) {
		this.options = options;
		this.#inspect = inspect;
	}

	show(value: unknown, level: number): string {
		this.#left -= 1;
		if (this.#left < 0) {
			return '...';
		}

		if ((typeof value !== 'object' || value === null) && typeof value !== 'function') {
			return this.#primitive(value);
		}

		const own = this.options.customInspect ? this.#custom(value, level) : null;
		if (own !== null) {
			return own;
		}

		if (this.#inside.includes(value)) {
			const number = this.#circles.getOrInsert(value, this.#circles.size + 1);
			return this.style(`[Circular *${number}]`, 'special');
		}

		return this.#object(value, level);
	}

	style(text: string, style: Style): string {
		const [on, off] = COLOURS[style];
		return this.options.colors ? `\u001B[${on}m${text}\u001B[${off}m` : text;
	}

	#custom(value: object, level: number): string | null {
		const method: unknown = Reflect.get(value, CUSTOM);
		const { constructor } = value as { readonly constructor?: unknown };
		if (
			typeof method !== 'function' ||
			method === this.#inspect ||
			(typeof constructor === 'function' && constructor.prototype === value)
		) {
			return null;
		}

		const depth = this.options.depth === null ? null : this.options.depth - level;
		const options = {
			...this.options,
			depth,
			stylize: (text: unknown, style: Style) => (style in COLOURS ? this.style(String(text), style) : String(text)),
		};
		const made: unknown = Reflect.apply(method, value, [depth, options, this.#inspect]);
		if (made === value) {
			return null;
		}

		return typeof made === 'string' ? made.replaceAll('\n', `\n${' '.repeat(this.options.indentation)}`) : this.show(made, level);
	}

	#primitive(value: unknown): string {
		switch (typeof value) {
			case 'string':
				return this.#text(value);
			case 'number':
				return this.style(numberText(value, this.options.numericSeparator), 'number');
			case 'bigint':
				return this.style(`${this.options.numericSeparator ? grouped(String(value)) : value}n`, 'bigint');
			case 'symbol':
				return this.style(String(value), 'symbol');
			case 'undefined':
				return this.style('undefined', 'undefined');
			case 'boolean':
				return this.style(String(value), 'boolean');
			case 'function':
			case 'object':
				return this.style('null', 'null');
		}
	}

	#text(value: string): string {
		const { maxStringLength, compact, breakLength, indentation } = this.options;
		const left = value.length - maxStringLength;
		const rest = left > 0 ? `... ${left} more character${left > 1 ? 's' : ''}` : '';
		const text = left > 0 ? value.slice(0, maxStringLength) : value;
		if (compact !== true && text.length > 16 && text.length > breakLength - indentation - 4 && text.includes('\n')) {
			const margin = ` +\n${' '.repeat(indentation + 2)}`;
			return (
				text
					.split(/(?<=\n)/)
					.map((line) => this.style(quote(line), 'string'))
					.join(margin) + rest
			);
		}

		return this.style(quote(text), 'string') + rest;
	}

	#object(value: object, level: number): string {
		const form = formOf(value, this);
		if (typeof form === 'string') {
			return form;
		}

		const { depth, sorted } = this.options;
		if (depth !== null && level > depth) {
			return this.style(`[${shortName(value)}]`, 'special');
		}

		const inner = level + 1;
		this.#inside.push(value);
		this.options.level = inner;
		// Elements come first: what is entered last decides how deep the object is.
		const elements = form.parts();
		const own = form.keys.map((key) => this.#property(value, key, inner));
		this.#inside.pop();
		const parts = [...elements, ...own];
		const number = this.#circles.get(value);
		const mark = number === undefined ? '' : this.style(`<ref *${number}>`, 'special');
		const isTight = this.options.compact === true;
		if (sorted !== false) {
			parts.splice(form.items === null ? 0 : elements.length, parts.length, ...this.#sorted(form.items === null ? parts : own));
		}

		return layOut(this.options, {
			head: mark === '' || isTight ? form.head : [mark, form.head].filter((text) => text !== '').join(' '),
			open: mark !== '' && isTight ? `${mark} ${form.open}` : form.open,
			close: form.close,
			parts,
			level: inner,
			items: form.items,
		});
	}

	#sorted(parts: readonly string[]): readonly string[] {
		const { sorted } = this.options;
		return typeof sorted === 'function' ? parts.toSorted(sorted) : parts.toSorted();
	}

	/** Something inside of brackets. */
	item(value: unknown): string {
		this.options.indentation += 2;
		const text = this.show(value, this.#inside.length);
		this.options.indentation -= 2;
		return text;
	}

	#property(value: object, key: string | symbol, level: number): string {
		const descriptor = Object.getOwnPropertyDescriptor(value, key) ?? { value: Reflect.get(value, key) as unknown, enumerable: true };
		const name = quoteKey(key, descriptor.enumerable === true);
		const styled =
			typeof key === 'symbol'
				? this.style(name, 'symbol')
				: name.startsWith("'") || name.startsWith('"')
					? this.style(name, 'string')
					: name;
		return `${styled}: ${this.#propertyValue(value, descriptor, level)}`;
	}

	#propertyValue(value: object, descriptor: PropertyDescriptor, level: number): string {
		const isSet = descriptor.set !== undefined;
		if (descriptor.get === undefined) {
			this.options.indentation += 2;
			const text = !isSet ? this.show(descriptor.value, level) : this.style('[Setter]', 'special');
			this.options.indentation -= 2;
			return text;
		}

		const label = isSet ? 'Getter/Setter' : 'Getter';
		const { getters } = this.options;
		if (getters !== true && getters !== (isSet ? 'set' : 'get')) {
			return this.style(`[${label}]`, 'special');
		}

		try {
			this.options.indentation += 2;
			const got: unknown = descriptor.get.call(value);
			const text = this.show(got, level);
			return typeof got === 'object' && got !== null
				? `${this.style(`[${label}]`, 'special')} ${text}`
				: `${this.style(`[${label}:`, 'special')} ${text}${this.style(']', 'special')}`;
		} catch (error) {
			return this.style(`[${label}: <Inspection threw (${error instanceof Error ? error.message : String(error)})>]`, 'special');
		} finally {
			this.options.indentation -= 2;
		}
	}
}

export function numberText(value: number, isGrouped = false): string {
	const text = Object.is(value, -0) ? '-0' : String(value);
	return isGrouped && /^-?\d+(?:\.\d+)?$/.test(text) ? grouped(text) : text;
}

function grouped(text: string): string {
	const [whole = '', fraction] = text.split('.');
	const left = whole.replace(/\B(?=(?:\d{3})+$)/g, '_');
	return fraction === undefined ? left : `${left}.${fraction.replace(/(\d{3})(?=\d)/g, '$1_')}`;
}
