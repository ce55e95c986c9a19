import { describe, expect, it } from 'vitest';

import { rememberSquashed } from '../../../source/terminal/ink/squashed-texts.ts';
import type { TextNode } from '../../../source/terminal/ink/squashed-texts.ts';

type Mutable = { -readonly [K in keyof TextNode]: TextNode[K] };

const text = (nodeValue: string): Mutable => ({ nodeName: '#text', nodeValue });
const all = (node: TextNode): string => node.nodeValue ?? (node.childNodes ?? []).map(all).join('');

function counted(): { readonly squash: (node: TextNode) => string; readonly calls: () => number } {
	let calls = 0;
	const squash = rememberSquashed((node) => {
		calls += 1;
		return all(node);
	});
	return { squash, calls: () => calls };
}

describe('the text of a node', () => {
	it('is put together once while nothing in it changes', () => {
		const { squash, calls } = counted();
		const node: TextNode = { nodeName: 'ink-text', childNodes: [text('a'), { nodeName: 'ink-virtual-text', childNodes: [text('b')] }] };
		expect([squash(node), squash(node)]).toEqual(['ab', 'ab']);
		expect(calls()).toBe(1);
	});

	it('is put together again after a change of a value, a style, what is hidden, or what belongs to it', () => {
		const { squash, calls } = counted();
		const inner: Mutable = { nodeName: 'ink-virtual-text', childNodes: [text('b')], internal_transform: String };
		const value = text('a');
		const node: Mutable = { nodeName: 'ink-text', childNodes: [value, inner] };
		squash(node);
		value.nodeValue = 'c';
		expect(squash(node)).toBe('cb');
		inner.internal_transform = Number;
		squash(node);
		inner.isHidden = true;
		squash(node);
		node.childNodes = [value];
		expect(squash(node)).toBe('c');
		expect(calls()).toBe(5);
	});
});
