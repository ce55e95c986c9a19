import type { SyntaxNode } from './parse-source.ts';

export type Folded = {
	readonly text: string;
	/** Put together from pieces although it is constant: `'child_' + 'process'`. */
	readonly isPieced: boolean;
};

/** Names of variables that hold one known text. */
export type Constants = ReadonlyMap<string, Folded>;

const DEEPEST = 64;
const LONGEST = 4096;

/** The text that an expression always has, or null. Looks through concatenation, templates, char codes, decoding, joining and reversing. */
export function foldText(node: SyntaxNode | null | undefined, constants: Constants, depth = 0): Folded | null {
	if (node === null || node === undefined || depth > DEEPEST) {
		return null;
	}

	switch (node.type) {
		case 'Literal':
			return typeof node.value === 'string' ? { text: node.value, isPieced: false } : null;
		case 'Identifier':
			return constants.get(node.name) ?? null;
		case 'TemplateLiteral':
			return foldTemplate(node, constants, depth);
		case 'BinaryExpression':
			return node.operator === '+' ? joinFolded([foldPart(node.left), foldPart(node.right)]) : null;
		case 'CallExpression':
			return foldCall(node, constants, depth);
		default:
			return null;
	}

	function foldPart(part: SyntaxNode): Folded | null {
		return foldText(part, constants, depth + 1);
	}
}

type Node<T extends SyntaxNode['type']> = Extract<SyntaxNode, { readonly type: T }>;

function foldTemplate(node: Node<'TemplateLiteral'>, constants: Constants, depth: number): Folded | null {
	if (node.expressions.length === 0) {
		return { text: node.quasis[0]?.value.cooked ?? '', isPieced: false };
	}

	const parts = node.quasis.flatMap((quasi, index) => {
		const expression = node.expressions[index];
		const text: Folded = { text: quasi.value.cooked ?? '', isPieced: false };
		return expression === undefined ? [text] : [text, foldText(expression, constants, depth + 1)];
	});
	return joinFolded(parts);
}

function joinFolded(parts: readonly (Folded | null)[]): Folded | null {
	let text = '';
	for (const part of parts) {
		if (part === null || text.length + part.text.length > LONGEST) {
			return null;
		}

		text += part.text;
	}

	return { text, isPieced: true };
}

function foldCall(node: Node<'CallExpression'>, constants: Constants, depth: number): Folded | null {
	const { callee } = node;
	const [first, second] = node.arguments as readonly SyntaxNode[];
	if (callee.type === 'Identifier') {
		return callee.name === 'atob' ? decode(foldText(first, constants, depth + 1)?.text, 'base64') : null;
	}

	if (callee.type !== 'MemberExpression') {
		return null;
	}

	const method = memberName(callee, constants, depth);
	const { object } = callee;
	if (method === 'fromCharCode') {
		return fromCharCodes(node.arguments);
	}

	if (method === 'from' && object.type === 'Identifier' && object.name === 'Buffer') {
		const encoding = foldText(second, constants, depth + 1)?.text;
		return encoding === 'base64' || encoding === 'hex' ? decode(foldText(first, constants, depth + 1)?.text, encoding) : null;
	}

	if (method === 'toString') {
		return object.type === 'CallExpression' ? foldCall(object, constants, depth + 1) : null;
	}

	if (method === 'join') {
		return foldJoin(object, foldText(first, constants, depth + 1)?.text, constants);
	}

	return null;
}

function memberName(node: Node<'MemberExpression'>, constants: Constants, depth: number): string | null {
	return node.computed
		? (foldText(node.property, constants, depth + 1)?.text ?? null)
		: node.property.type === 'Identifier'
			? node.property.name
			: null;
}

/** `['a', 'b'].join('')` and `'cba'.split('').reverse().join('')`. */
function foldJoin(object: SyntaxNode, separator: string | undefined, constants: Constants): Folded | null {
	if (separator === undefined) {
		return null;
	}

	if (object.type === 'ArrayExpression') {
		const parts = object.elements.map((element) => foldText(element, constants, 1)?.text ?? null);
		return parts.length > 0 && parts.length < 500 && parts.every((part) => part !== null) ? pieced(parts.join(separator)) : null;
	}

	const reversed = methodCall(object, 'reverse');
	const split = reversed === null ? null : methodCall(reversed, 'split');
	const text = split === null ? null : (foldText(split, constants, 1)?.text ?? null);
	return text === null ? null : pieced(text.split('').toReversed().join(separator));
}

/** The object of a call of this method. */
function methodCall(node: SyntaxNode, name: string): SyntaxNode | null {
	return node.type === 'CallExpression' &&
		node.callee.type === 'MemberExpression' &&
		node.callee.property.type === 'Identifier' &&
		node.callee.property.name === name
		? node.callee.object
		: null;
}

function fromCharCodes(codes: readonly SyntaxNode[]): Folded | null {
	const numbers = codes.map((code) => (code.type === 'Literal' && typeof code.value === 'number' ? code.value : null));
	return numbers.length > 0 && numbers.length < 500 && numbers.every((number) => number !== null)
		? pieced(String.fromCharCode(...numbers))
		: null;
}

function decode(text: string | undefined, encoding: 'base64' | 'hex'): Folded | null {
	return text === undefined || text.length > LONGEST ? null : pieced(Buffer.from(text, encoding).toString('utf8'));
}

function pieced(text: string): Folded {
	return { text, isPieced: true };
}
