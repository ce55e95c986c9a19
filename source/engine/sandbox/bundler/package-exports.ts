/** Node's resolution of the `exports` and `imports` fields, as data in and out; no file is touched here. */
export type TargetResult =
	/** Begins with `./`; still to be checked against the package's folder. */
	| { readonly type: 'file'; readonly path: string }
	/** Only from `imports`: another package or a built-in. */
	| { readonly type: 'package'; readonly specifier: string }
	| { readonly type: 'none' }
	/** A target that would leave the package. */
	| { readonly type: 'escape'; readonly target: string };

type Conditions = ReadonlySet<string>;

const NONE: TargetResult = { type: 'none' };

/** `subpath` is `.` or `./something`. */
export function resolveExports(exports: unknown, subpath: string, conditions: Conditions): TargetResult {
	const isMap = isRecord(exports) && Object.keys(exports).some((key) => key.startsWith('.'));
	const map = isMap ? exports : { '.': exports };
	return resolveKey(map, subpath, { conditions, isInternal: false });
}

/** `specifier` begins with `#`. */
export function resolveImports(imports: unknown, specifier: string, conditions: Conditions): TargetResult {
	return isRecord(imports) && specifier.length > 1 && !specifier.startsWith('#/')
		? resolveKey(imports, specifier, { conditions, isInternal: true })
		: NONE;
}

type Context = { readonly conditions: Conditions; readonly isInternal: boolean };

function resolveKey(map: Readonly<Record<string, unknown>>, key: string, context: Context): TargetResult {
	if (Object.hasOwn(map, key) && !key.includes('*')) {
		return resolveTarget(map[key], '', context);
	}

	// The longest prefix wins; between equal ones the longest key.
	const best = Object.keys(map)
		.filter((candidate) => candidate.indexOf('*') !== -1 && candidate.indexOf('*') === candidate.lastIndexOf('*'))
		.map((candidate) => ({
			candidate,
			prefix: candidate.slice(0, candidate.indexOf('*')),
			suffix: candidate.slice(candidate.indexOf('*') + 1),
		}))
		.filter(
			({ prefix, suffix }) =>
				key.startsWith(prefix) && key !== prefix && key.length >= prefix.length + suffix.length && key.endsWith(suffix),
		)
		.sort((a, b) => b.prefix.length - a.prefix.length || b.candidate.length - a.candidate.length)
		.at(0);
	if (best === undefined) {
		return NONE;
	}

	return resolveTarget(map[best.candidate], key.slice(best.prefix.length, key.length - best.suffix.length), context);
}

function resolveTarget(target: unknown, match: string, context: Context): TargetResult {
	if (typeof target === 'string') {
		return resolveText(target, match, context);
	}

	if (Array.isArray(target)) {
		return resolveFirst(target, match, context);
	}

	if (!isRecord(target)) {
		return NONE;
	}

	for (const [condition, value] of Object.entries(target)) {
		if (condition === 'default' || context.conditions.has(condition)) {
			const result = resolveTarget(value, match, context);
			// Null is an answer ("not here"), and so is the first string; only an object without a match lets the next condition try.
			if (result.type !== 'none' || value === null) {
				return result;
			}
		}
	}

	return NONE;
}

function resolveFirst(targets: readonly unknown[], match: string, context: Context): TargetResult {
	for (const target of targets) {
		const result = resolveTarget(target, match, context);
		if (result.type !== 'none') {
			return result;
		}
	}

	return NONE;
}

function resolveText(target: string, match: string, { isInternal }: Context): TargetResult {
	const full = target.replaceAll('*', () => match);
	if (target.startsWith('./')) {
		return leavesPackage(full.slice(2)) ? { type: 'escape', target: full } : { type: 'file', path: full };
	}

	if (leavesPackage(full) || target.startsWith('/') || /^[a-z][a-z0-9+.-]*:(?!$)/i.test(target.replace(/^node:/, ''))) {
		return { type: 'escape', target: full };
	}

	return isInternal && target !== '' && !target.startsWith('.') ? { type: 'package', specifier: full } : NONE;
}

function leavesPackage(path: string): boolean {
	return path.split(/[/\\]|%2f|%5c/i).some((name) => ['.', '..', 'node_modules'].includes(name.toLowerCase()) || /^%2e/i.test(name));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
