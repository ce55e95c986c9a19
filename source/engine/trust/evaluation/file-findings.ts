import type { Observation } from '../../scan.ts';
import { type Folded, foldText } from './fold-text.ts';
import { capabilityOfModule } from './module-capabilities.ts';
import { keyName } from './names.ts';
import { isBlob } from './obfuscation.ts';
import type { SyntaxNode } from './parse-source.ts';
import { givesGlobalObject, memberNameOf, type Names, type Reference, resolveReference } from './references.ts';
import { isHarmlessVariable, isPublishCommand, isSecretVariable, startsProgram, tellingString } from './telling-strings.ts';

export type Finding = { readonly what: Observation; readonly detail: string; readonly offset: number };

/** A plugin gets its rights through the `context` it is called with. */
export type ScanOptions = { readonly isPlugin: boolean };

type Node<T extends SyntaxNode['type']> = Extract<SyntaxNode, { readonly type: T }>;
type Call = Node<'CallExpression'> | Node<'NewExpression'>;

/** Node types that `collectNames` and `findInNodes` look at. */
export const LOOKED_AT: ReadonlySet<string> = new Set([
	'ImportDeclaration',
	'ExportNamedDeclaration',
	'ExportAllDeclaration',
	'ImportExpression',
	'VariableDeclarator',
	'AssignmentExpression',
	'FunctionDeclaration',
	'FunctionExpression',
	'ArrowFunctionExpression',
	'ClassDeclaration',
	'CallExpression',
	'NewExpression',
	'MemberExpression',
	'Literal',
	'TemplateLiteral',
]);

/** Names whose building from pieces hides what is meant. */
const WORTH_HIDING =
	/^(?:process|require|eval|Function|constructor|child_process|node:child_process|mainModule|binding|dlopen|_load|exec(?:Sync)?|spawn(?:Sync)?|https?|net|fs|dns)$/;
const DECODERS =
	/^(?:atob|unescape|decodeURIComponent|fromCharCode|inflate(?:Raw)?Sync|gunzipSync|brotliDecompressSync|createDecipher(?:iv)?)$/;
const NETWORK: ReadonlySet<string> = new Set(['fetch', 'XMLHttpRequest', 'WebSocket', 'EventSource', 'navigator.sendBeacon']);
const DEEPEST_ARGUMENT = 6;
const PACKED = 'packed characters';

/** Everything of note in the nodes of one file, in the order of the source. */
export function findInNodes(nodes: readonly SyntaxNode[], names: Names, options: ScanOptions): readonly Finding[] {
	const findings: Finding[] = [];
	// The inner parts of a member chain that the whole chain has accounted for.
	const accounted = new Set<SyntaxNode>();
	for (const node of nodes) {
		switch (node.type) {
			case 'ImportDeclaration':
			case 'ExportNamedDeclaration':
			case 'ExportAllDeclaration':
				if (node.source !== null && node.source !== undefined) {
					findings.push(...moduleFinding({ text: String(node.source.value), isPieced: false }, node));
				}

				break;
			case 'ImportExpression':
				findings.push(...loadFinding(node.source, node, names));
				break;
			case 'CallExpression':
			case 'NewExpression':
				findings.push(...callFindings(node, names));
				break;
			case 'VariableDeclarator':
				findings.push(...pickedVariables(node, names, accounted));
				break;
			case 'MemberExpression':
				findings.push(...memberFindings(node, names, accounted), ...(options.isPlugin ? contextFindings(node) : []));
				break;
			case 'Literal':
			case 'TemplateLiteral':
				findings.push(...textFindings(node));
				break;
			default:
		}
	}

	return withoutPlainData(findings);
}

/** Packed texts are data, as in a font or a table, unless the same file can run text or programs. */
function withoutPlainData(findings: readonly Finding[]): readonly Finding[] {
	const canRun = findings.some(({ what }) => what === 'eval' || what === 'process');
	return canRun ? findings : findings.filter(({ detail }) => !detail.endsWith(PACKED));
}

function moduleFinding({ text, isPieced }: Folded, node: SyntaxNode): readonly Finding[] {
	const what = capabilityOfModule(text);
	const hidden: readonly Finding[] =
		isPieced && WORTH_HIDING.test(text)
			? [{ what: 'obfuscated', detail: `the name ${text} put together from pieces`, offset: node.start }]
			: [];
	return what === null ? [] : [{ what, detail: text, offset: node.start }, ...hidden];
}

function loadFinding(specifier: SyntaxNode | undefined, node: SyntaxNode, { constants }: Names): readonly Finding[] {
	if (specifier === undefined) {
		return [];
	}

	const folded = foldText(specifier, constants);
	return folded === null
		? [{ what: 'dynamic-import', detail: node.type === 'ImportExpression' ? 'import(...)' : 'require(...)', offset: node.start }]
		: moduleFinding(folded, node);
}

function callFindings(node: Call, names: Names): readonly Finding[] {
	const callee = resolveReference(node.callee, names);
	const [first] = node.arguments as readonly SyntaxNode[];
	const at = (what: Observation, detail: string): Finding => ({ what, detail, offset: node.start });
	switch (callee) {
		case null:
			break;
		case 'require':
		case 'process.getBuiltinModule':
			return loadFinding(first, node, names);
		case 'process.binding':
		case 'process._linkedBinding':
		case 'process.dlopen':
			return [at('native', callee)];
		case 'eval':
			return first === undefined || isThisText(first, names) ? [] : [at('eval', 'eval(...)'), ...decodedCode(node, names)];
		case 'Function':
			return node.arguments.length === 0 || givesGlobalObject(node, names)
				? []
				: [at('eval', 'Function(...)'), ...decodedCode(node, names)];
		case 'setTimeout':
		case 'setInterval':
			return first?.type !== 'Literal' || typeof first.value !== 'string' ? [] : [at('eval', `${callee} with text`)];
		default:
			if (NETWORK.has(callee)) {
				return [at('net', callee)];
			}

			if (callee.startsWith('WebAssembly.')) {
				return [at('wasm', callee)];
			}
	}

	return publishFinding(node, names);
}

function isThisText(node: SyntaxNode, { constants }: Names): boolean {
	return foldText(node, constants)?.text.trim() === 'this';
}

/** Code that comes out of a decoder is code that nobody was meant to read. */
function decodedCode(node: Call, names: Names): readonly Finding[] {
	return (node.arguments as readonly SyntaxNode[]).some((argument) => isDecoded(argument, names, 0))
		? [{ what: 'obfuscated', detail: 'runs decoded text as code', offset: node.start }]
		: [];
}

function isDecoded(node: SyntaxNode, names: Names, depth: number): boolean {
	if (node.type !== 'CallExpression' || depth > DEEPEST_ARGUMENT) {
		return false;
	}

	const name = calleeName(node, names);
	if (name !== null && DECODERS.test(name)) {
		return true;
	}

	const encoding = foldText((node.arguments as readonly SyntaxNode[])[1], names.constants)?.text;
	if (name === 'from' && (encoding === 'base64' || encoding === 'hex')) {
		return true;
	}

	const inner = node.callee.type === 'MemberExpression' ? [node.callee.object, ...node.arguments] : node.arguments;
	return (inner as readonly SyntaxNode[]).some((part) => isDecoded(part, names, depth + 1));
}

function calleeName(node: Call, names: Names): string | null {
	const { callee } = node;
	return callee.type === 'Identifier' ? callee.name : callee.type === 'MemberExpression' ? memberNameOf(callee, names) : null;
}

function publishFinding(node: Call, names: Names): readonly Finding[] {
	if (!startsProgram(calleeName(node, names))) {
		return [];
	}

	const words = (node.arguments as readonly SyntaxNode[]).flatMap((argument) => {
		const parts = argument.type === 'ArrayExpression' ? argument.elements : [argument];
		return parts.flatMap((part) => foldText(part, names.constants)?.text ?? []);
	});
	return isPublishCommand(words) ? [{ what: 'self-publish', detail: words.join(' '), offset: node.start }] : [];
}

/** `const {HOME, TOKEN} = process.env`. */
function pickedVariables(node: Node<'VariableDeclarator'>, names: Names, accounted: Set<SyntaxNode>): readonly Finding[] {
	const { id, init } = node;
	if (id.type !== 'ObjectPattern' || init === null || init === undefined || resolveReference(init, names) !== 'process.env') {
		return [];
	}

	const keys = id.properties.map((property) => (property.type === 'Property' && !property.computed ? keyName(property.key) : null));
	if (keys.some((key) => key === null)) {
		return [];
	}

	accounted.add(init);
	return keys.flatMap((key) => variableFinding(key ?? '', node));
}

function memberFindings(node: Node<'MemberExpression'>, names: Names, accounted: Set<SyntaxNode>): readonly Finding[] {
	const hidden = hiddenMember(node, names);
	const reference = resolveReference(node, names);
	if (reference === null || accounted.has(node)) {
		return hidden;
	}

	return [...hidden, ...referenceFindings(reference, node, accounted)];
}

const CONTEXT_RIGHTS: Readonly<Record<string, Observation>> = { fetch: 'net', fs: 'fs', env: 'env' };

/** `context.fetch`, `context.fs` and `context.env`, by whatever name the context goes. */
function contextFindings({ object, property, computed, start }: Node<'MemberExpression'>): readonly Finding[] {
	if (computed || property.type !== 'Identifier' || object.type !== 'Identifier' || !Object.hasOwn(CONTEXT_RIGHTS, property.name)) {
		return [];
	}

	const what = CONTEXT_RIGHTS[property.name];
	return what === undefined || object.name === 'process' ? [] : [{ what, detail: `${object.name}.${property.name}`, offset: start }];
}

function referenceFindings(reference: Reference, node: Node<'MemberExpression'>, accounted: Set<SyntaxNode>): readonly Finding[] {
	if (reference === 'process.env.*') {
		accounted.add(node.object);
		return [{ what: 'env', detail: 'a variable of unknown name', offset: node.start }];
	}

	if (reference.startsWith('process.env.')) {
		accounted.add(node.object);
		const name = reference.slice('process.env.'.length).split('.')[0] ?? '';
		return node.object.type === 'MemberExpression' && reference.split('.').length > 3 ? [] : variableFinding(name, node);
	}

	return reference === 'process.env' ? [{ what: 'env', detail: 'the whole environment', offset: node.start }] : [];
}

function variableFinding(name: string, node: SyntaxNode): readonly Finding[] {
	if (isHarmlessVariable(name)) {
		return [];
	}

	const env: Finding = { what: 'env', detail: name, offset: node.start };
	return isSecretVariable(name) ? [env, { what: 'secret-env', detail: name, offset: node.start }] : [env];
}

/** `globalThis['pro' + 'cess']`: a member that is computed from pieces and worth hiding. */
function hiddenMember(node: Node<'MemberExpression'>, { constants }: Names): readonly Finding[] {
	const name = node.computed ? foldText(node.property, constants) : null;
	return name !== null && name.isPieced && WORTH_HIDING.test(name.text)
		? [{ what: 'obfuscated', detail: `the name ${name.text} put together from pieces`, offset: node.start }]
		: [];
}

function textFindings(node: Node<'Literal'> | Node<'TemplateLiteral'>): readonly Finding[] {
	const text = node.type === 'Literal' ? node.value : node.quasis.length === 1 ? node.quasis[0]?.value.cooked : null;
	if (typeof text !== 'string') {
		return [];
	}

	const telling = tellingString(text);
	if (telling !== null) {
		return [{ what: telling.sign, detail: telling.detail, offset: node.start }];
	}

	return isBlob(text) ? [{ what: 'obfuscated', detail: `a text of ${text.length} ${PACKED}`, offset: node.start }] : [];
}
