import { typesModule } from '../modules/util.ts';
import type { Inspection } from './inspect-values.ts';

/** How an object is written: its brackets, and parts that come before its own properties. */
export type Form = {
	readonly head: string;
	readonly open: string;
	readonly close: string;
	readonly keys: readonly (string | symbol)[];
	readonly parts: () => readonly string[];
	readonly items: ArrayLike<unknown> | null;
};
type Named = { readonly constructor: string | null; readonly tag: string };

const is = typesModule as Readonly<Record<string, (value: unknown) => boolean>>;
const BOXED = [Number, String, Boolean, BigInt, Symbol] as const;

/** The form of an object, or all of its text when it needs no brackets. */
export function formOf(value: object, inspection: Inspection): Form | string {
	const named = nameOf(value);
	const form = iterableForm(value, named, inspection) ?? otherForm(value, named, inspection);
	if (typeof form === 'string') {
		return form;
	}

	return form.keys.length > 0 || (form.items?.length ?? 0) > 0 ? form : (emptyText(form) ?? form);
}

/** Where there is nothing to put between the brackets. */
function emptyText(form: Form): string | null {
	return form.parts === nothing ? (form.head === '' ? `${form.open}${form.close}` : form.head) : null;
}

/** `[Array]`, where it is too deep to go on. */
export function shortName(value: object): string {
	return prefixOf(nameOf(value), Array.isArray(value) ? 'Array' : 'Object').slice(0, -1);
}

function nothing(): readonly string[] {
	return [];
}

function iterableForm(value: object, named: Named, inspection: Inspection): Form | null {
	const { options } = inspection;
	if (Array.isArray(value)) {
		const isPlain = named.constructor === 'Array' && named.tag === '';
		const open = `${isPlain ? '' : prefixOf(named, 'Array', `(${value.length})`)}[`;
		return {
			head: '',
			open,
			close: ']',
			keys: otherKeys(value, inspection),
			items: value,
			parts: value.length === 0 ? nothing : () => elementsOf(value, inspection),
		};
	}

	if (value instanceof Set || value instanceof Map) {
		const prefix = prefixOf(named, value instanceof Set ? 'Set' : 'Map', `(${value.size})`);
		const parts = (): readonly string[] =>
			limited([...value], options.maxArrayLength, (entry) =>
				value instanceof Set
					? inspection.item(entry)
					: `${inspection.item((entry as [unknown, unknown])[0])} => ${inspection.item((entry as [unknown, unknown])[1])}`,
			);
		return {
			head: '',
			open: `${prefix}{`,
			close: '}',
			keys: keysOf(value, inspection),
			items: null,
			parts: value.size === 0 ? nothing : parts,
		};
	}

	if (is['isTypedArray']?.(value) === true) {
		const items = value as Uint8Array;
		const open = `${prefixOf(named, named.tag, `(${items.length})`)}[`;
		const parts = (): readonly string[] => limited(items, options.maxArrayLength, (item) => inspection.show(item, 0));
		return { head: '', open, close: ']', keys: otherKeys(value, inspection), items, parts: items.length === 0 ? nothing : parts };
	}

	return null;
}

function otherForm(value: object, named: Named, inspection: Inspection): Form | string {
	const keys = keysOf(value, inspection);
	const plain = { close: '}', keys, items: null, parts: nothing };
	const withHead = (head: string): Form => ({ ...plain, head, open: '{' });
	const prefixed = (text: string, name: string): string => {
		const prefix = prefixOf(named, name);
		return prefix === `${name} ` ? text : prefix + text;
	};
	if (typeof value === 'function') {
		const text = functionText(value as (...args: unknown[]) => unknown, named);
		return keys.length === 0 ? inspection.style(text, 'special') : withHead(text);
	}

	if (value instanceof RegExp) {
		return withHead(inspection.style(prefixed(RegExp.prototype.toString.call(value), 'RegExp'), 'regexp'));
	}

	if (value instanceof Date) {
		return withHead(inspection.style(prefixed(Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString(), 'Date'), 'date'));
	}

	if (value instanceof Error) {
		return errorForm(value, plain, inspection);
	}

	const box = BOXED.find((type) => value instanceof type);
	if (box !== undefined) {
		return boxForm(value, { named, plain, box: box.name }, inspection);
	}

	if (value instanceof WeakSet || value instanceof WeakMap) {
		const name = value instanceof WeakSet ? 'WeakSet' : 'WeakMap';
		return { ...plain, head: '', open: `${prefixOf(named, name)}{`, parts: () => [inspection.style('<items unknown>', 'special')] };
	}

	if (value instanceof ArrayBuffer) {
		return { ...plain, head: '', open: `${prefixOf(named, 'ArrayBuffer')}{`, parts: () => bufferParts(value, inspection) };
	}

	if (value instanceof DataView) {
		const parts = (): readonly string[] =>
			(['byteLength', 'byteOffset', 'buffer'] as const).map((name) => `[${name}]: ${inspection.item(value[name])}`);
		return { ...plain, head: '', open: `${prefixOf(named, 'DataView')}{`, parts };
	}

	if (Object.prototype.toString.call(value) === '[object Arguments]') {
		return { ...plain, head: '', open: '[Arguments] {' };
	}

	const isPlain = named.constructor === 'Object' && named.tag === '';
	return { ...plain, head: '', open: isPlain ? '{' : `${prefixOf(named, 'Object')}{` };
}

function elementsOf(list: ArrayLike<unknown>, inspection: Inspection): readonly string[] {
	const parts: string[] = [];
	const most = inspection.options.maxArrayLength;
	let index = 0;
	while (index < list.length && parts.length < most) {
		if (Object.hasOwn(list, index)) {
			parts.push(elementText(list, index, inspection));
			index += 1;
		} else {
			const start = index;
			index = nextElement(list, index);
			parts.push(inspection.style(`<${index - start} empty item${index - start > 1 ? 's' : ''}>`, 'undefined'));
		}
	}

	return index < list.length ? [...parts, restText(list.length - index)] : parts;
}

function elementText(list: ArrayLike<unknown>, index: number, inspection: Inspection): string {
	const descriptor = Object.getOwnPropertyDescriptor(list, index);
	return descriptor?.get === undefined ? inspection.item(descriptor?.value) : inspection.style('[Getter]', 'special');
}

function nextElement(list: ArrayLike<unknown>, from: number): number {
	const next = Object.keys(list).find((key) => Number(key) > from);
	return next === undefined || Number.isNaN(Number(next)) ? list.length : Number(next);
}

function limited<T>(items: ArrayLike<T>, most: number, show: (item: T) => string): readonly string[] {
	const parts: string[] = [];
	for (let index = 0; index < Math.min(items.length, most); index += 1) {
		parts.push(show(items[index] as T));
	}

	return items.length > most ? [...parts, restText(items.length - most)] : parts;
}

function restText(left: number): string {
	return `... ${left} more item${left > 1 ? 's' : ''}`;
}

function bufferParts(buffer: ArrayBuffer, inspection: Inspection): readonly string[] {
	const most = Math.min(Math.max(0, inspection.options.maxArrayLength), buffer.byteLength);
	const hex = [...new Uint8Array(buffer, 0, most)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
	const left = buffer.byteLength - most;
	const rest = left > 0 ? ` ... ${left} more byte${left > 1 ? 's' : ''}` : '';
	return [`[Uint8Contents]: <${hex}${rest}>`, `[byteLength]: ${inspection.item(buffer.byteLength)}`];
}

function boxForm(
	value: object,
	{ named, plain, box }: { readonly named: Named; readonly plain: Omit<Form, 'head' | 'open'>; readonly box: string },
	inspection: Inspection,
): Form {
	const inner: unknown = value.valueOf();
	const name = named.constructor === box ? box : `${box} (${named.constructor ?? 'null prototype'})`;
	const tag = named.tag === '' || named.tag === named.constructor ? '' : ` [${named.tag}]`;
	const colors = inspection.options.colors;
	inspection.options.colors = false;
	const text = `[${name}${tag}: ${inspection.show(inner, 0)}]`;
	inspection.options.colors = colors;
	const keys = typeof inner === 'string' ? plain.keys.filter((key) => typeof key === 'symbol' || !/^\d+$/.test(key)) : plain.keys;
	return { ...plain, keys, head: inspection.style(text, typeof inner === 'object' ? 'special' : (typeof inner as 'string')), open: '{' };
}

function errorForm(error: Error, plain: Omit<Form, 'head' | 'open'>, inspection: Inspection): Form {
	const stack = typeof error.stack === 'string' && error.stack !== '' ? error.stack : Error.prototype.toString.call(error);
	const shown = new Set(['name', 'message', 'stack'].filter((key) => stack.includes(String(Reflect.get(error, key)))));
	const keys = plain.keys.filter((key) => !shown.has(String(key)));
	const hidden = (key: string): boolean => Object.hasOwn(error, key) && !keys.includes(key);
	const more = ['cause', 'errors'].filter((key) => hidden(key) && (key === 'cause' || Array.isArray(Reflect.get(error, key))));
	const named = betterStack(error, stack);
	const text = named.includes('\n    at') ? named : `[${named}]`;
	const margin = ' '.repeat(inspection.options.indentation);
	return { ...plain, keys: [...keys, ...more], head: text.replaceAll('\n', `\n${margin}`), open: '{' };
}

/** A class that does not name itself is named all the same. */
function betterStack(error: Error, stack: string): string {
	const { constructor } = nameOf(error);
	const name = constructor ?? error.name;
	if (name === '' || stack.split('\n', 1)[0]?.includes(name) === true) {
		return stack;
	}

	const start = /^([A-Z][a-z_ A-Z0-9[\]()-]+)(?::|\n {4}at)|^([a-z_A-Z0-9-]*Error)$/.exec(stack);
	const old = start?.[1] ?? start?.[2] ?? '';
	return old === '' ? stack : `${name.includes(old) ? name : `${name} [${old}]`}${stack.slice(old.length)}`;
}

function functionText(value: (...args: unknown[]) => unknown, { constructor, tag }: Named): string {
	const source = Function.prototype.toString.call(value);
	const tagged = tag !== '' && constructor !== tag ? ` [${tag}]` : '';
	if (source.startsWith('class') && source.endsWith('}')) {
		return classText(value, { constructor, tag: tagged });
	}

	const kind = /^\[object (\w*Function)\]$/.exec(Object.prototype.toString.call(value))?.[1] ?? 'Function';
	const name = typeof value.name === 'string' && value.name !== '' ? `: ${value.name}` : ' (anonymous)';
	const other = constructor !== kind && constructor !== null ? ` ${constructor}` : '';
	return `[${kind}${constructor === null ? ' (null prototype)' : ''}${name}]${other}${tagged}`;
}

function classText(value: (...args: unknown[]) => unknown, { constructor, tag }: Named): string {
	const parent: unknown = Object.getPrototypeOf(value);
	const extended = typeof parent === 'function' && parent.name !== '' ? ` extends ${parent.name}` : '';
	const own = constructor !== 'Function' && constructor !== null ? ` [${constructor}]` : '';
	const name = Object.hasOwn(value, 'name') && value.name !== '' ? ` ${value.name}` : ' (anonymous)';
	return `[class${name}${own}${tag}${constructor === null ? ' extends [null prototype]' : extended}]`;
}

function keysOf(value: object, inspection: Inspection): readonly (string | symbol)[] {
	if (inspection.options.showHidden) {
		return Reflect.ownKeys(value).filter((key) => !(key === 'length' && (Array.isArray(value) || typeof value === 'function')));
	}

	return [
		...Object.keys(value),
		...Object.getOwnPropertySymbols(value).filter((key) => Object.prototype.propertyIsEnumerable.call(value, key)),
	];
}

/** Those that are no index. */
function otherKeys(value: object, inspection: Inspection): readonly (string | symbol)[] {
	return keysOf(value, inspection).filter((key) => typeof key === 'symbol' || !/^(?:0|[1-9]\d*)$/.test(key));
}

function nameOf(value: object): Named {
	const tag: unknown = Reflect.get(value, Symbol.toStringTag);
	const isOwn = Object.prototype.propertyIsEnumerable.call(value, Symbol.toStringTag);
	return { constructor: constructorOf(value), tag: typeof tag === 'string' && !isOwn ? tag : '' };
}

function constructorOf(value: object): string | null {
	const first: unknown = Object.getPrototypeOf(value);
	for (let at: unknown = value; typeof at === 'object' || typeof at === 'function'; at = Object.getPrototypeOf(at)) {
		if (at === null) {
			break;
		}

		const made: unknown = Object.getOwnPropertyDescriptor(at, 'constructor')?.value;
		if (typeof made === 'function' && made.name !== '' && isMadeBy(value, made)) {
			return made.name;
		}
	}

	return first === null ? null : 'Object <Complex prototype>';
}

function isMadeBy(value: object, made: object): boolean {
	try {
		return value instanceof (made as new () => object);
	} catch {
		// An object that only looks like a constructor has no prototype to compare with.
		return false;
	}
}

/** `Foo `, `Foo(2) [tag] `, `[Object: null prototype] `. */
function prefixOf({ constructor, tag }: Named, fallback: string, size = ''): string {
	if (constructor === null) {
		const more = tag !== '' && fallback !== tag ? `[${tag}] ` : '';
		return `[${fallback}${size}: null prototype] ${more}`;
	}

	return tag !== '' && constructor !== tag ? `${constructor}${size} [${tag}] ` : `${constructor}${size} `;
}
