import { cleanLine, textWidth, truncate } from '../format.ts';
import { type Line, span } from '../theme.ts';

export type TreeNode = {
	readonly id: string;
	readonly label: string;
	/** Stands behind the label, dim. */
	readonly note: string;
	/** Ids, in the order they are drawn. */
	readonly children: readonly string[];
};

export type TreeOptions = {
	readonly width: number;
	/** Lines at most; the last one says how many packages are not drawn. */
	readonly most: number;
	/** Levels in words in place of lines, for who hears it. */
	readonly isSpoken?: boolean;
};

type Drawing = {
	readonly nodes: ReadonlyMap<string, TreeNode>;
	readonly options: TreeOptions;
	readonly lines: Line[];
	readonly drawn: Set<string>;
};

/** What hangs under `root`, drawn as a tree, each branch once: where it hangs again, that is said. Names may be hostile. */
export function treeLines(nodes: ReadonlyMap<string, TreeNode>, root: string, options: TreeOptions): readonly Line[] {
	const drawing: Drawing = { nodes, options, lines: [], drawn: new Set([root]) };
	draw(drawing, root, { before: '', depth: 1 });
	const { lines } = drawing;
	if (lines.length <= options.most) {
		return lines;
	}

	return [...lines.slice(0, options.most - 1), [span(`... and ${lines.length - options.most + 1} more lines`, 'dim')]];
}

function draw(drawing: Drawing, id: string, place: { readonly before: string; readonly depth: number }): void {
	const children = drawing.nodes.get(id)?.children ?? [];
	for (const [index, child] of children.entries()) {
		const isLast = index === children.length - 1;
		const node = drawing.nodes.get(child);
		if (node === undefined) {
			continue;
		}

		const isAgain = drawing.drawn.has(child);
		drawing.drawn.add(child);
		drawing.lines.push(line(drawing, node, { ...place, isLast, isAgain: isAgain && node.children.length > 0 }));
		if (!isAgain) {
			draw(drawing, child, { before: `${place.before}${isLast ? '   ' : '│  '}`, depth: place.depth + 1 });
		}
	}
}

/** What hangs deeper than leaves room for this has its level in front of it. */
const LEAST_LABEL = 14;

type Place = { readonly before: string; readonly depth: number; readonly isLast: boolean; readonly isAgain: boolean };

function line({ options: { width, isSpoken = false } }: Drawing, { label, note }: TreeNode, place: Place): Line {
	const drawn = `${place.before}${place.isLast ? '└─ ' : '├─ '}`;
	const branch = isSpoken || drawn.length > width - LEAST_LABEL ? `level ${place.depth}: ` : drawn;
	const behind = [note, ...(place.isAgain ? ['(above)'] : [])].filter((text) => text !== '').join(' ');
	const room = Math.max(4, width - branch.length);
	const name = truncate(cleanLine(label), room);
	const left = Math.max(0, room - textWidth(name));
	return [
		span(branch, 'dim'),
		span(name, place.depth === 1 ? 'strong' : 'plain'),
		span(truncate(behind === '' ? '' : `  ${cleanLine(behind)}`, left), 'dim'),
	];
}
