import { type AnyNode, Parser, type Program } from 'acorn';
import { LENIENT_SYNTAX } from '../../lenient-syntax.ts';

export type SyntaxNode = AnyNode;

export type Parsed =
	| { readonly type: 'parsed'; readonly program: Program }
	/** No JavaScript, or JavaScript that goes beyond what a scanner can take. */
	| { readonly type: 'unparsable' | 'unscannable'; readonly why: string };

/** Source that nests deeper than the stack reaches must be told from source that is wrong, so the parser does not turn one error into the other. */
const DeepParser = Parser.extend(
	(Base) =>
		class extends Base {
			catchStackOverflow<T>(work: () => T): T {
				return work();
			}
		},
);

const MODULE_SYNTAX = /^\s*(?:import\s*[\w{*'"]|export\s*[\w{*])/m;

/** Parses one file as a module or a script, whichever it is. Text that is neither is data, not an error. */
export function parseSource(path: string, text: string): Parsed {
	const first = path.endsWith('.mjs') || (!path.endsWith('.cjs') && MODULE_SYNTAX.test(text)) ? 'module' : 'script';
	const parsed = tryParse(text, first);
	if (parsed.type === 'parsed') {
		return parsed;
	}

	const other = tryParse(text, first === 'module' ? 'script' : 'module');
	return other.type === 'parsed' ? other : parsed;
}

function tryParse(text: string, sourceType: 'module' | 'script'): Parsed {
	try {
		return { type: 'parsed', program: DeepParser.parse(text, { ...LENIENT_SYNTAX, sourceType }) };
	} catch (error) {
		if (error instanceof SyntaxError) {
			return { type: 'unparsable', why: 'not JavaScript' };
		}

		if (error instanceof RangeError) {
			return { type: 'unscannable', why: 'is nested too deeply' };
		}

		throw error;
	}
}

/** The nodes of these types, in the order they stand in the source. Iterative, since hostile source nests as deep as it likes. */
export function nodesOf(program: Program, types: ReadonlySet<string>): readonly SyntaxNode[] {
	const found: SyntaxNode[] = [];
	const waiting: SyntaxNode[] = [program];
	for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
		if (types.has(node.type)) {
			found.push(node);
		}

		pushChildren(node, waiting);
	}

	return found;
}

function pushChildren(node: SyntaxNode, waiting: SyntaxNode[]): void {
	const start = waiting.length;
	// Without an array of the values for each of millions of nodes; acorn's nodes inherit nothing enumerable.
	for (const key in node) {
		const value = (node as unknown as Readonly<Record<string, unknown>>)[key];
		if (typeof value !== 'object' || value === null) {
			continue;
		}

		if (Array.isArray(value)) {
			for (const item of value as readonly unknown[]) {
				if (isNode(item)) {
					waiting.push(item);
				}
			}
		} else if (isNode(value)) {
			waiting.push(value);
		}
	}

	// The last in is the first out, so the first child has to lie on top.
	for (let low = start, high = waiting.length - 1; low < high; low += 1, high -= 1) {
		const swapped = waiting[low] as SyntaxNode;
		waiting[low] = waiting[high] as SyntaxNode;
		waiting[high] = swapped;
	}
}

function isNode(value: unknown): value is SyntaxNode {
	return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}
