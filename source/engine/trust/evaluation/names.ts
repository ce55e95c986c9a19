import { type Folded, foldText } from './fold-text.ts';
import type { SyntaxNode } from './parse-source.ts';
import { memberReference, moduleReference, type Names, type Reference, resolveReference } from './references.ts';

type Collected = {
	readonly aliases: Map<string, Reference>;
	readonly constants: Map<string, Folded>;
	readonly declared: Set<string>;
	/** How often each name is given a value; only one that gets a single one can be constant. */
	readonly values: Map<string, number>;
};

/** Longer texts are data, not names of modules or members. */
const LONGEST_CONSTANT = 200;

/** What the names of a file stand for, from its declarations, assignments and imports in the order of the source. */
export function collectNames(nodes: readonly SyntaxNode[]): Names {
	const names: Collected = { aliases: new Map(), constants: new Map(), declared: new Set(), values: new Map() };
	// Functions are hoisted, so what they declare counts from the start.
	for (const node of nodes) {
		declare(node, names);
	}

	for (const node of nodes) {
		switch (node.type) {
			case 'ImportDeclaration':
				addImports(node, names);
				break;
			case 'VariableDeclarator':
				addBinding(node.id, node.init, names);
				break;
			case 'AssignmentExpression':
				if (node.operator === '=' || node.operator === '||=' || node.operator === '??=') {
					addBinding(node.left, node.right, names);
				}

				break;
			default:
		}
	}

	return names;
}

function declare(node: SyntaxNode, names: Collected): void {
	switch (node.type) {
		case 'VariableDeclarator':
			if (node.id.type === 'Identifier' && (node.init === null || node.init === undefined)) {
				names.declared.add(node.id.name);
			} else {
				declarePattern(node.id, names);
			}

			break;
		case 'FunctionDeclaration':
		case 'FunctionExpression':
		case 'ArrowFunctionExpression':
			if (node.id !== null && node.id !== undefined) {
				bind(node.id.name, names);
			}

			for (const parameter of node.params) {
				declarePattern(parameter, names);
			}

			break;
		case 'ClassDeclaration':
			declarePattern(node.id, names);
			break;
		case 'ImportDeclaration':
			for (const { local } of node.specifiers) {
				bind(local.name, names);
			}

			break;
		case 'AssignmentExpression':
			if (node.left.type === 'Identifier') {
				countValue(node.left.name, names);
			}

			break;
		default:
	}
}

function bind(name: string, names: Collected): void {
	names.declared.add(name);
	countValue(name, names);
}

function countValue(name: string, { values }: Collected): void {
	values.set(name, (values.get(name) ?? 0) + 1);
}

function declarePattern(pattern: SyntaxNode | null, names: Collected): void {
	switch (pattern?.type) {
		case 'Identifier':
			bind(pattern.name, names);
			break;
		case 'ObjectPattern':
			for (const property of pattern.properties) {
				declarePattern(property.type === 'Property' ? property.value : property.argument, names);
			}

			break;
		case 'AssignmentPattern':
			declarePattern(pattern.left, names);
			break;
		default:
	}
}

function addImports(node: Extract<SyntaxNode, { readonly type: 'ImportDeclaration' }>, { aliases }: Collected): void {
	const source = moduleReference(String(node.source.value));
	for (const specifier of node.specifiers) {
		if (specifier.type === 'ImportSpecifier') {
			const name = specifier.imported.type === 'Identifier' ? specifier.imported.name : String(specifier.imported.value);
			set(aliases, specifier.local.name, name === 'default' ? source : memberReference(source, name));
		} else {
			set(aliases, specifier.local.name, source);
		}
	}
}

function addBinding(target: SyntaxNode, value: SyntaxNode | null | undefined, names: Collected): void {
	if (value === null || value === undefined) {
		return;
	}

	if (target.type === 'Identifier') {
		const text = foldText(value, names.constants);
		if (text !== null && text.text.length <= LONGEST_CONSTANT && names.values.get(target.name) === 1) {
			names.constants.set(target.name, text);
		}

		set(names.aliases, target.name, resolveReference(value, names));
		return;
	}

	const object = target.type === 'ObjectPattern' ? resolveReference(value, names) : null;
	for (const property of target.type === 'ObjectPattern' && object !== null ? target.properties : []) {
		if (property.type === 'Property' && object !== null) {
			const local = property.value.type === 'AssignmentPattern' ? property.value.left : property.value;
			const name = property.computed ? foldText(property.key, names.constants)?.text : keyName(property.key);
			if (local.type === 'Identifier' && name !== undefined && name !== null) {
				set(names.aliases, local.name, memberReference(object, name));
			}
		}
	}
}

export function keyName(key: SyntaxNode): string | null {
	return key.type === 'Identifier' ? key.name : key.type === 'Literal' ? String(key.value) : null;
}

// A name that stands for several things keeps the first that is of note.
function set(aliases: Map<string, Reference>, name: string, reference: Reference | null): void {
	if (reference !== null && !aliases.has(name)) {
		aliases.set(name, reference);
	}
}
