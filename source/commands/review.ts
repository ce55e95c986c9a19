import type { FileDifference, UpdateReview } from '../engine/index.ts';
import { changelogDocument } from '../review/changelog-document.ts';
import { differenceDocument, fileRow } from '../review/difference-document.ts';
import { cleanLine } from '../format.ts';
import { factsDocument, filesSentence } from '../review/facts-document.ts';
import { CHANGES_AVAILABLE_EXIT_CODE } from './change-plan.ts';
import type { CommandDefinition } from './command.ts';
import { quoteWord } from './consent.ts';
import { isSet, requirePositionals, textFlag } from './flags.ts';
import { documentLines, joinBlocks, titleLine, type View } from './layout.ts';

type ReviewResult = {
	/** The version, range or tag that was named; null for none. */
	readonly asked: string | null;
	readonly review: UpdateReview | null;
	readonly difference: FileDifference | null;
	readonly tellsByExitCode: boolean;
};

export const review: CommandDefinition<ReviewResult> = {
	name: 'review',
	aliases: [],
	summary: 'Show what an update of one plugin changes: files, changelog, rights and proof',
	usage: '<plugin[@version|range|tag]>',
	flags: {
		file: { type: 'string', placeholder: 'PATH', description: 'Show what differs in this file, line by line' },
		exitCode: { type: 'boolean', description: 'Exit 10 when it widens rights or loses trust' },
	},
	examples: [
		'plugward review prettier',
		'plugward review prettier@4',
		'plugward review prettier@3.7.0 --file index.mjs',
		'plugward review prettier --exit-code --json=widenings',
	],
	fields: [
		'name',
		'spec',
		'from',
		'to',
		'changelog',
		'files',
		'unchangedFiles',
		'permissions',
		'scripts',
		'dependencies',
		'capabilities',
		'widenings',
		'file',
		'hunks',
	],
	rows: null,
	run: async ({ engine, parsed, call }) => {
		requirePositionals(parsed, { least: 1, most: 1, usage: 'review <plugin[@version|range|tag]>' });
		const request = requestOf(parsed.positionals[0] ?? '');
		const path = textFlag(parsed, 'file');
		const tellsByExitCode = isSet(parsed, 'exitCode');
		return path === null
			? { asked: request.to, review: await engine.updates.review(request, call), difference: null, tellsByExitCode }
			: { asked: request.to, review: null, difference: await engine.updates.file({ ...request, path }, call), tellsByExitCode: false };
	},
	toJson: ({ review: found, difference }) => ({ ...found, ...difference }),
	toText: ({ asked, review: found, difference }, view) =>
		found === null ? (difference === null ? '' : differenceText(difference, view)) : reviewText(found, { asked, view }),
	toExitCode: ({ review: found, tellsByExitCode }) =>
		tellsByExitCode && found?.widenings.some(({ isGrave }) => isGrave) === true ? CHANGES_AVAILABLE_EXIT_CODE : 0,
};

/** A name may begin with `@`; a version never holds one. */
function requestOf(text: string): { readonly name: string; readonly to: string | null } {
	const at = text.lastIndexOf('@');
	return at > 0 ? { name: text.slice(0, at), to: text.slice(at + 1) } : { name: text, to: null };
}

function reviewText(found: UpdateReview, { asked, view }: { readonly asked: string | null; readonly view: View }): string {
	const width = Math.min(view.columns, 100);
	const indented = (lines: readonly string[]): string[] => lines.map((line) => (line === '' ? '' : `  ${line}`));
	return joinBlocks([
		[
			titleLine(`${found.name} ${found.from.version} -> ${found.to.version}`, view),
			...(asked === null || asked === found.to.version ? [] : chosenLines(found, asked, view)),
		],
		documentLines(factsDocument(found, { width, now: view.now }), view),
		[titleLine('Changelog', view), ...indented(documentLines(changelogDocument(found, width - 2), view))],
		[
			titleLine(filesSentence(found), view),
			...indented(
				documentLines(
					found.files.map((file) => fileRow(file, width - 2)),
					view,
				),
			),
		],
		nextLines(found, { asked, view }),
	]);
}

/** A range or a tag chose: the version that it came to is named, since tomorrow it may be another. */
function chosenLines({ name, to }: UpdateReview, asked: string, view: View): string[] {
	return documentLines([[{ text: `${name}@${cleanLine(asked)} is ${to.version} now.`, tone: 'dim' }]], view);
}

function nextLines({ name, to, files }: UpdateReview, { asked, view }: { readonly asked: string | null; readonly view: View }): string[] {
	const [first] = files.filter(({ unreadable }) => unreadable === null);
	const spec = asked === null ? name : `${name}@${to.version}`;
	const plan = asked === null ? `plugward update ${name}` : `plugward install ${spec}`;
	return documentLines(
		[
			...(first === undefined
				? []
				: [[{ text: `Look into a file  plugward review ${spec} --file ${quoteWord(first.path)}`, tone: 'dim' as const }]]),
			[{ text: `Plan the update   ${plan}`, tone: 'dim' as const }],
		],
		view,
	);
}

function differenceText(difference: FileDifference, view: View): string {
	const title = `${difference.name} ${difference.from} -> ${difference.to}: ${difference.file.path}`;
	// A width that nothing is cut at: who reads it in a pipe wants all of every line.
	return joinBlocks([[titleLine(title, view)], documentLines(differenceDocument(difference, 10_000).lines, view)]);
}
