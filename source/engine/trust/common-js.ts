/**
 * The exports of a CommonJS package that was imported when needed. Node gives them as the default, and so does one kind of bundle; the
 * other gives them as they are.
 */
export function commonJs<T>(module: { readonly default: T }): T {
	const exports: T | undefined = module.default;
	return exports ?? (module as unknown as T);
}
