import { type AnyNode, parse, type Program } from 'acorn';
import { LENIENT_SYNTAX } from '../../lenient-syntax.ts';

/**
 * How a file uses a module that it imports. `loads`: it is there as soon as the file is loaded. `optional`: only inside of `try`, of a
 * condition or of a function, so that the file can do without it. `constants`: it only reads tables such as `STATUS_CODES`.
 */
export type ImportUse = 'loads' | 'optional' | 'constants';

const CONSTANTS: ReadonlySet<string> = new Set(['constants', 'METHODS', 'STATUS_CODES']);
const STRENGTH: Readonly<Record<ImportUse, number>> = { loads: 2, optional: 1, constants: 0 };

/** By specifier, the strongest use of each. What cannot be parsed tells nothing. */
export function importUses(source: string): ReadonlyMap<string, ImportUse> {
	const program = parseEither(source);
	return program === null ? new Map() : new Uses(program).found;
}

function parseEither(source: string): Program | null {
	for (const sourceType of ['module', 'script'] as const) {
		try {
			return parse(source, { ...LENIENT_SYNTAX, sourceType });
		} catch {
			// The other kind, or nothing that this can read; then the bundler says what is wrong with it.
		}
	}

	return null;
}

/** A node on its way, with what stands around it. */
type Visit = {
	readonly node: AnyNode;
	readonly parent: AnyNode | null;
	readonly isOptional: boolean;
	/** It is a function that is called where it stands, so that its body runs with the file. */
	readonly isCalled: boolean;
};

/** A variable that holds a whole module. */
type Holder = { readonly specifier: string; readonly name: string; readonly use: ImportUse };

class Uses {
	readonly found = new Map<string, ImportUse>();
	readonly #holders: Holder[] = [];
	/** How often a name stands for a value, and how often of that a constant of it is read. */
	readonly #names = new Map<string, { total: number; constants: number }>();

	constructor(program: Program) {
		// Iterative, since hostile source nests as deep as it likes.
		const waiting: Visit[] = [{ node: program, parent: null, isOptional: false, isCalled: false }];
		for (let visit = waiting.pop(); visit !== undefined; visit = waiting.pop()) {
			this.#look(visit);
			pushChildren(visit, waiting);
		}

		for (const { specifier, name, use } of this.#holders) {
			const { total, constants } = this.#names.get(name) ?? { total: 0, constants: 0 };
			// Its declaration is a name as well.
			this.#add(specifier, total > 1 && total - 1 === constants ? 'constants' : use);
		}
	}

	#add(specifier: string, use: ImportUse): void {
		const before = this.found.get(specifier);
		if (before === undefined || STRENGTH[use] > STRENGTH[before]) {
			this.found.set(specifier, use);
		}
	}

	#look({ node, parent, isOptional }: Visit): void {
		if (node.type === 'ImportDeclaration') {
			this.#declaration(node);
		} else if (node.type === 'ExportAllDeclaration' || node.type === 'ExportNamedDeclaration') {
			if (typeof node.source?.value === 'string') {
				this.#add(node.source.value, 'loads');
			}
		} else if (node.type === 'CallExpression') {
			this.#call(node, { parent, use: isOptional ? 'optional' : 'loads' });
		} else if (node.type === 'Identifier') {
			this.#count(node, parent);
		}
	}

	#declaration({ source, specifiers }: Extract<AnyNode, { type: 'ImportDeclaration' }>): void {
		const specifier = String(source.value);
		const [first] = specifiers;
		if (first !== undefined && specifiers.length === 1 && first.type !== 'ImportSpecifier') {
			this.#holders.push({ specifier, name: first.local.name, use: 'loads' });
			return;
		}

		const areConstants =
			specifiers.length > 0 &&
			specifiers.every((one) => one.type === 'ImportSpecifier' && one.imported.type === 'Identifier' && CONSTANTS.has(one.imported.name));
		this.#add(specifier, areConstants ? 'constants' : 'loads');
	}

	#call(
		{ callee, arguments: [first] }: Extract<AnyNode, { type: 'CallExpression' }>,
		{ parent, use }: { readonly parent: AnyNode | null; readonly use: ImportUse },
	): void {
		if (callee.type !== 'Identifier' || callee.name !== 'require' || first?.type !== 'Literal' || typeof first.value !== 'string') {
			return;
		}

		if (parent?.type === 'VariableDeclarator' && parent.id.type === 'Identifier') {
			this.#holders.push({ specifier: first.value, name: parent.id.name, use });
			return;
		}

		this.#add(first.value, readsConstants(parent) ? 'constants' : use);
	}

	#count(node: Extract<AnyNode, { type: 'Identifier' }>, parent: AnyNode | null): void {
		const { name } = node;
		if ((parent?.type === 'MemberExpression' && parent.property === node && !parent.computed) || isKey(parent, node)) {
			return;
		}

		const count = this.#names.get(name) ?? { total: 0, constants: 0 };
		count.total += 1;
		count.constants += parent?.type === 'MemberExpression' && parent.object === node && readsConstants(parent) ? 1 : 0;
		this.#names.set(name, count);
	}
}

function isKey(parent: AnyNode | null, node: AnyNode): boolean {
	return (
		(parent?.type === 'Property' && parent.key === node && !parent.computed && !parent.shorthand) ||
		((parent?.type === 'MethodDefinition' || parent?.type === 'PropertyDefinition') && parent.key === node && !parent.computed)
	);
}

/** `require('http').METHODS`, `const { METHODS } = require('http')`. */
function readsConstants(parent: AnyNode | null): boolean {
	if (parent?.type === 'MemberExpression') {
		return !parent.computed && parent.property.type === 'Identifier' && CONSTANTS.has(parent.property.name);
	}

	return (
		parent?.type === 'VariableDeclarator' &&
		parent.id.type === 'ObjectPattern' &&
		parent.id.properties.every((one) => one.type === 'Property' && one.key.type === 'Identifier' && CONSTANTS.has(one.key.name))
	);
}

function pushChildren({ node, isOptional, isCalled }: Visit, waiting: Visit[]): void {
	for (const [key, value] of Object.entries(node) as readonly (readonly [string, unknown])[]) {
		const isOptionalThere = isOptional || makesOptional(node, { key, isCalled });
		const isCalledThere = (node.type === 'CallExpression' && key === 'callee') || (node.type === 'MemberExpression' && isCalled);
		const children: readonly unknown[] = Array.isArray(value) ? (value as readonly unknown[]) : [value];
		for (const child of children) {
			if (isNode(child)) {
				waiting.push({ node: child, parent: node, isOptional: isOptionalThere, isCalled: isCalledThere });
			}
		}
	}
}

/** Parts of a node that need not run when the file is loaded. */
const OPTIONAL_PARTS: Readonly<Partial<Record<AnyNode['type'], readonly string[]>>> = {
	TryStatement: ['handler'],
	IfStatement: ['consequent', 'alternate'],
	ConditionalExpression: ['consequent', 'alternate'],
	LogicalExpression: ['right'],
	SwitchStatement: ['cases'],
};
const FUNCTIONS: ReadonlySet<AnyNode['type']> = new Set(['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression']);

/** Whether what stands there need not run when the file is loaded, or may fail without harm. */
function makesOptional(node: AnyNode, { key, isCalled }: { readonly key: string; readonly isCalled: boolean }): boolean {
	return (
		OPTIONAL_PARTS[node.type]?.includes(key) === true ||
		(FUNCTIONS.has(node.type) && key === 'body' && !isCalled) ||
		(node.type === 'TryStatement' && key === 'block' && node.handler !== null) ||
		(node.type === 'PropertyDefinition' && key === 'value' && !node.static)
	);
}

function isNode(value: unknown): value is AnyNode {
	return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}
