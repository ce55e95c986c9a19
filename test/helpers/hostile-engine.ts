import type { Engine } from '../../source/engine/index.ts';

/** Wide, joined, turned around, and with everything that a terminal could obey. */
const SUFFIX = ' 数据📦👩\u200D💻👍🏽🇩🇪e\u0301ﷺ\u202Egnp\u200B\u001B[31m\u001B]8;;https://evil.example\u0007\u009B2J\u0007';
const NAMES = new Set(['name', 'plugin', 'package']);
const TEXTS = new Set([
	'description',
	'command',
	'user',
	'publisher',
	'license',
	'text',
	'detail',
	'reason',
	'summary',
	'spec',
	'title',
	'repository',
	'homepage',
	'deprecated',
	'readme',
	'changelog',
	'keywords',
	'failure',
	'why',
]);

/** The engine, with hostile endings on every name and every text that it answers; what it is asked may have them too. */
export function hostileEngine<T extends Engine>(engine: T): T {
	return wrap(engine);
}

function wrap<T extends object>(target: T): T {
	return new Proxy(target, {
		get(object, key) {
			const value: unknown = Reflect.get(object, key);
			if (typeof value === 'function') {
				return (...given: readonly unknown[]): unknown => {
					const told = Reflect.apply(value, object, given.map(withoutSuffix));
					return told instanceof Promise ? told.then((answer: unknown) => withSuffix(answer, '')) : told;
				};
			}

			return typeof value === 'object' && value !== null && !Array.isArray(value) ? wrap(value) : value;
		},
	});
}

function withSuffix(value: unknown, key: string): unknown {
	if (typeof value === 'string') {
		return NAMES.has(key) || TEXTS.has(key) ? value + SUFFIX : value;
	}

	if (Array.isArray(value)) {
		return value.map((entry) => withSuffix(entry, key));
	}

	return isPlain(value) ? Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, withSuffix(entry, name)])) : value;
}

function withoutSuffix(value: unknown): unknown {
	if (typeof value === 'string') {
		return value.replaceAll(SUFFIX, '');
	}

	if (Array.isArray(value)) {
		return value.map(withoutSuffix);
	}

	return isPlain(value) ? Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, withoutSuffix(entry)])) : value;
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
	return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
