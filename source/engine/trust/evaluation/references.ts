import { type Constants, foldText } from './fold-text.ts';
import type { SyntaxNode } from './parse-source.ts';

/** What an expression refers to, as a dotted path: `process.env`, `require`, `module:fs.readFile`. `*` stands for an unknown member. */
export type Reference = string;

/** What is known of the names of one file. Scopes are not told apart: better a name too many than one too few. */
export type Names = {
	readonly aliases: ReadonlyMap<string, Reference>;
	readonly constants: Constants;
	/** Names that the file itself declares, so that they are not the globals of that name. */
	readonly declared: ReadonlySet<string>;
};

const GLOBAL_OBJECTS = new Set(['globalThis', 'global', 'window', 'self', 'root', 'top']);
const GLOBALS = new Set([
	'require',
	'process',
	'module',
	'eval',
	'Function',
	'fetch',
	'XMLHttpRequest',
	'WebSocket',
	'EventSource',
	'navigator',
	'WebAssembly',
	'setTimeout',
	'setInterval',
	'Reflect',
]);
/** Wrappers pass these on under their own name, so that declaring one hides nothing. */
const PASSED_ON = new Set(['require', 'process', 'module']);
const DEEPEST = 64;

/** Null when nothing of note is meant. */
export function resolveReference(node: SyntaxNode | null | undefined, names: Names, depth = 0): Reference | null {
	if (node === null || node === undefined || depth > DEEPEST) {
		return null;
	}

	const next = (inner: SyntaxNode | null | undefined): Reference | null => resolveReference(inner, names, depth + 1);
	switch (node.type) {
		case 'Identifier':
			return resolveName(node.name, names);
		case 'MemberExpression':
			return resolveMember(node, names, depth);
		case 'CallExpression':
			return resolveCall(node, names, depth);
		case 'ImportExpression': {
			const specifier = foldText(node.source, names.constants);
			return specifier === null ? null : moduleReference(specifier.text);
		}
		case 'SequenceExpression':
			return next(node.expressions.at(-1));
		case 'ChainExpression':
		case 'ParenthesizedExpression':
			return next(node.expression);
		case 'AwaitExpression':
			return next(node.argument);
		case 'AssignmentExpression':
			return next(node.right);
		case 'LogicalExpression':
			return next(node.left) ?? next(node.right);
		case 'ConditionalExpression':
			return next(node.consequent) ?? next(node.alternate);
		default:
			return null;
	}
}

/** The member's name when it is known, whether written plainly or computed. */
export function memberNameOf(node: Extract<SyntaxNode, { readonly type: 'MemberExpression' }>, { constants }: Names): string | null {
	if (node.computed) {
		return foldText(node.property, constants)?.text ?? (node.property.type === 'Literal' ? String(node.property.value) : null);
	}

	return node.property.type === 'Identifier' ? node.property.name : null;
}

export function moduleReference(specifier: string): Reference {
	return `module:${specifier.replace(/^node:/, '')}`;
}

export function memberReference(object: Reference, name: string): Reference | null {
	if (object === 'globalThis') {
		return GLOBAL_OBJECTS.has(name) ? 'globalThis' : GLOBALS.has(name) ? name : null;
	}

	if (object === 'module:process') {
		return memberReference('process', name);
	}

	if (object === 'process.mainModule' || object === 'module' || object === 'module.parent') {
		return name === 'require' ? 'require' : `${object}.${name}`;
	}

	return object === 'module:module' && (name === '_load' || name === 'Module')
		? name === '_load'
			? 'require'
			: object
		: `${object}.${name}`;
}

function resolveName(name: string, { aliases, declared }: Names): Reference | null {
	const alias = aliases.get(name);
	if (alias !== undefined) {
		return alias;
	}

	if (declared.has(name) && !PASSED_ON.has(name)) {
		return null;
	}

	return GLOBAL_OBJECTS.has(name) ? 'globalThis' : GLOBALS.has(name) ? name : null;
}

function resolveMember(node: Extract<SyntaxNode, { readonly type: 'MemberExpression' }>, names: Names, depth: number): Reference | null {
	const name = memberNameOf(node, names);
	if (name === 'constructor' && makesFunctions(node.object, names)) {
		return 'Function';
	}

	const object = resolveReference(node.object, names, depth + 1);
	if (object === null) {
		return null;
	}

	return name === null ? `${object}.*` : memberReference(object, name);
}

/** The constructor of a function is `Function`, however it is come by. */
function makesFunctions(node: SyntaxNode, names: Names): boolean {
	return (
		node.type === 'FunctionExpression' ||
		node.type === 'ArrowFunctionExpression' ||
		(node.type === 'MemberExpression' && memberNameOf(node, names) === 'constructor' && node.object.type !== 'ThisExpression')
	);
}

function resolveCall(node: Extract<SyntaxNode, { readonly type: 'CallExpression' }>, names: Names, depth: number): Reference | null {
	const [first, second] = node.arguments as readonly SyntaxNode[];
	if (node.callee.type === 'CallExpression' && givesGlobalObject(node.callee, names)) {
		return 'globalThis';
	}

	const callee = resolveReference(node.callee, names, depth + 1);
	switch (callee) {
		case 'require':
		case 'process.getBuiltinModule': {
			const specifier = foldText(first, names.constants);
			return specifier === null ? null : moduleReference(specifier.text);
		}
		case 'module:module.createRequire':
			return 'require';
		case 'Reflect.get': {
			const object = resolveReference(first, names, depth + 1);
			const name = foldText(second, names.constants);
			return object === null || name === null ? null : memberReference(object, name.text);
		}
		case 'eval': {
			const text = foldText(first, names.constants)?.text.trim();
			return text === 'this' ? 'globalThis' : text === 'require' ? 'require' : null;
		}
		default:
			return null;
	}
}

/** `Function('return this')`, the old way to the global object. */
export function givesGlobalObject(node: Extract<SyntaxNode, { readonly type: 'CallExpression' | 'NewExpression' }>, names: Names): boolean {
	const [only, ...others] = node.arguments as readonly SyntaxNode[];
	return (
		others.length === 0 &&
		/^\s*return\s+this\s*;?\s*$/.test(foldText(only, names.constants)?.text ?? '') &&
		resolveReference(node.callee, names) === 'Function'
	);
}
