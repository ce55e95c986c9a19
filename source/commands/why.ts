import type { WhyEdge, WhyPackage, WhyReport, WhyStep } from '../engine/index.ts';
import { plural } from '../format.ts';
import type { CommandDefinition } from './command.ts';
import { isSet, requirePositionals } from './flags.ts';
import { cell, joinBlocks, paragraphLines, tableLines, type View } from './layout.ts';

const FEW_PATHS = 6;
const ALL_PATHS = 1000;
/** Deeper steps stand no further to the right, so that their names stay readable at 80 columns. */
const DEEPEST_INDENT = 24;

export const why: CommandDefinition<WhyReport> = {
	name: 'why',
	aliases: [],
	summary: 'Show who asked for a package and who holds it back',
	usage: '<package[@version]>',
	flags: { all: { type: 'boolean', description: `Show up to ${ALL_PATHS} paths instead of ${FEW_PATHS}` } },
	examples: ['plugward why semver', 'plugward why react@18 --all', 'plugward why semver --json=packages'],
	fields: ['generation', 'packages'],
	rows: null,
	run: async ({ engine, parsed, call }) => {
		requirePositionals(parsed, { least: 1, most: 1, usage: 'why <package[@version]>' });
		return engine.why({ spec: parsed.positionals[0] ?? '', mostPaths: isSet(parsed, 'all') ? ALL_PATHS : FEW_PATHS }, call);
	},
	toJson: ({ generation, packages }) => ({ generation, packages }),
	toText: ({ packages }, view) => joinBlocks(packages.flatMap((copy) => [copyLines(copy, view), heldLines(copy, view)])),
};

function copyLines(copy: WhyPackage, view: View): string[] {
	const latest = copy.latest === null || copy.latest === copy.version ? '' : `latest is ${copy.latest}`;
	const more = copy.pathCount - copy.paths.length;
	const rest = copy.isCounted ? `and ${plural(more, 'more path')}` : `and more than ${plural(more, 'other path')}`;
	return [
		...tableLines([[cell(`${copy.name} ${copy.version}`, 'strong'), cell(latest, 'dim')]], { view, flexible: 0 }),
		...treeLines(copy, view),
		...(more > 0 ? paragraphLines(rest, { view, indent: 2, tone: 'dim' }) : []),
	];
}

/** The paths, with what they have in common said once. */
function treeLines({ paths, edges }: WhyPackage, view: View): string[] {
	const lines: string[] = [];
	let before: readonly WhyStep[] = [];
	const nearest = Object.groupBy(paths, (path) => path[0]?.id ?? '');
	const depth = (path: readonly WhyStep[]) => nearest[path[0]?.id ?? '']?.[0]?.length ?? 0;
	for (const path of paths.toSorted((a, b) => depth(a) - depth(b) || compareText(keyOf(a), keyOf(b)))) {
		const shared = sharedDepth(before, path);
		for (const [at, step] of path.entries()) {
			if (at >= shared) {
				const dependent = path[at - 1];
				const edge = at === path.length - 1 ? edges.find(({ from }) => isFrom(from, dependent)) : undefined;
				const indent = Math.min(2 + at * 2, DEEPEST_INDENT);
				const words = [
					cell(`${step.name} ${step.version}`, at === path.length - 1 ? 'strong' : 'plain'),
					cell(askedWords(step, edge), 'dim'),
				];
				lines.push(...tableLines([words], { view, indent, flexible: 1 }));
			}
		}

		before = path;
	}

	return lines;
}

function askedWords({ kind, range }: WhyStep, edge: WhyEdge | undefined): string {
	const asked = range === null ? 'asked for; its range cannot be read' : range === '' ? '*' : range;
	const words = {
		asked: `you asked for ${asked}`,
		dependency: `by ${asked}`,
		optional: `optional, by ${asked}`,
		peer: `peer, by ${asked}`,
	}[kind];
	if (edge === undefined) {
		return words;
	}

	const allows = edge.allowsUpTo === null ? '' : `, up to ${edge.allowsUpTo}`;
	return `${words}${allows}${edge.isOverridden ? ', overridden' : ''}${edge.holdsBack ? ' !' : ''}`;
}

function heldLines({ latest, version, edges, overrides }: WhyPackage, view: View): string[] {
	const overridden = overrides.length === 0 ? [] : paragraphLines(`! overridden: ${overrides.join(', ')}`, { view, tone: 'warning' });
	const holding = edges.filter(({ holdsBack }) => holdsBack);
	if (holding.length === 0 || latest === null) {
		return overridden;
	}

	const who = holding
		.slice(0, 5)
		.map(({ from, range }) => `${from === null ? 'what you asked for' : `${from.name} ${from.version}`} (${range ?? ''})`);
	const more = holding.length > 5 ? ` and ${holding.length - 5} more` : '';
	return [
		...overridden,
		...paragraphLines(`! ${latest} is not used in the place of ${version} because of ${who.join(', ')}${more}.`, {
			view,
			tone: 'warning',
		}),
	];
}

function isFrom(from: WhyEdge['from'], step: WhyStep | undefined): boolean {
	return from === null ? step === undefined : step !== undefined && from.name === step.name && from.version === step.version;
}

function sharedDepth(a: readonly WhyStep[], b: readonly WhyStep[]): number {
	let depth = 0;
	// The last step of each path is shown, since it says by which range this one was asked for.
	while (depth < Math.min(a.length, b.length) - 1 && a[depth]?.id === b[depth]?.id) {
		depth += 1;
	}

	return depth;
}

function keyOf(path: readonly WhyStep[]): string {
	return path.map(({ id }) => id).join(' ');
}

function compareText(a: string, b: string): number {
	return a < b ? -1 : Number(a > b);
}
