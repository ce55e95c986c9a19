/** A node of Ink's tree, as far as its text goes. */
export type TextNode = {
	readonly nodeName: string;
	readonly nodeValue?: string;
	readonly childNodes?: readonly TextNode[];
	readonly isHidden?: boolean;
	readonly internal_transform?: unknown;
};

/** Ink's way from a text with texts in it to one string, taken again only where something in it has changed. */
export function rememberSquashed(squash: (node: TextNode) => string): (node: TextNode) => string {
	const known = new WeakMap<TextNode, { readonly parts: readonly unknown[]; readonly text: string }>();
	return (node) => {
		const parts: unknown[] = [];
		collectParts(node, parts);
		const before = known.get(node);
		if (before !== undefined && isSame(before.parts, parts)) {
			return before.text;
		}

		const text = squash(node);
		known.set(node, { parts, text });
		return text;
	};
}

/** Everything that the text is made of, in an order from which it can be told apart from all others. */
function collectParts(node: TextNode, parts: unknown[]): void {
	for (const child of node.childNodes ?? []) {
		if (child.nodeName === '#text') {
			parts.push(child.nodeValue);
		} else {
			parts.push(child, child.isHidden, child.internal_transform);
			collectParts(child, parts);
			parts.push(null);
		}
	}
}

function isSame(left: readonly unknown[], right: readonly unknown[]): boolean {
	return left.length === right.length && left.every((part, index) => part === right[index]);
}
