import type { Finding } from './file-findings.ts';
import { memberNameOf, type Names } from './references.ts';
import { nodesOf, type SyntaxNode } from './parse-source.ts';

const LOOKED_AT: ReadonlySet<string> = new Set(['Property', 'MemberExpression', 'CallExpression', 'Literal', 'TemplateLiteral']);

/** Both words stand in every file that sends a package to a registry without npm, and in hardly any other. */
const WORDS = [/_attachments/, /\bput\b/i];

/** A package is published by a PUT of a document with `_attachments`. `reachesNetwork`: what else was found in the file. */
export function registryPutFindings(
	text: string,
	program: Parameters<typeof nodesOf>[0],
	{ names, reachesNetwork }: { readonly names: Names; readonly reachesNetwork: boolean },
): readonly Finding[] {
	if (!WORDS.every((word) => word.test(text))) {
		return [];
	}

	const nodes = nodesOf(program, LOOKED_AT);
	const isSent = nodes.some((node) => isPutCall(node, names)) || (reachesNetwork && nodes.some((node) => textOf(node) === 'PUT'));
	const document = isSent ? nodes.find((node) => namesAttachments(node, names)) : undefined;
	return document === undefined
		? []
		: [{ what: 'self-publish', detail: 'a PUT with _attachments, as a registry takes packages', offset: document.start }];
}

/** `axios.put(...)` and the like. */
function isPutCall(node: SyntaxNode, names: Names): boolean {
	return node.type === 'CallExpression' && node.callee.type === 'MemberExpression' && memberNameOf(node.callee, names) === 'put';
}

function textOf(node: SyntaxNode): string | null {
	if (node.type === 'Literal') {
		return typeof node.value === 'string' ? node.value.toUpperCase() : null;
	}

	return node.type === 'TemplateLiteral' && node.quasis.length === 1 ? (node.quasis[0]?.value.cooked?.toUpperCase() ?? null) : null;
}

function namesAttachments(node: SyntaxNode, names: Names): boolean {
	if (node.type === 'Property') {
		const { key } = node;
		return (key.type === 'Identifier' && key.name === '_attachments') || (key.type === 'Literal' && key.value === '_attachments');
	}

	return node.type === 'MemberExpression' && memberNameOf(node, names) === '_attachments';
}
