import type { ContainedFile, ContainedText, PackageContents, PackageInfo, UnfetchedPackage } from '../../engine/index.ts';
import type { Fetching } from '../../fetching.ts';
import { cleanLine, cleanLines, fit, fitRight, formatBytes, truncate, graphemes, plural, textWidth, formatShare } from '../../format.ts';
import { remember } from '../../remember.ts';
import { codeSpans } from '../../review/code-spans.ts';
import type { KeyName } from '../../key-bindings.ts';
import type { FileOrder, Loadable } from '../../state.ts';
import { span } from '../../theme.ts';
import type { Line } from '../../theme.ts';
import { shareBar } from './bars.ts';
import { failureDocument } from './failure-document.ts';
import { transferLines } from './transfer-lines.ts';
import { BLANK, paragraph } from './lines.ts';
import { readmeDocument } from './readme-document.ts';

export type Contents = Loadable<PackageContents | UnfetchedPackage>;

type Options = {
	readonly width: number;
	readonly key: KeyName;
	/** Of its bytes, if they are on their way. */ readonly fetching: Fetching;
};

/** What is said where nothing can be looked into yet; null once it can. */
export function missingContents(contents: Contents, { width, key, fetching }: Options): readonly Line[] | null {
	const { value, failure, status } = contents;
	if (value?.type === 'verified') {
		return null;
	}

	if (failure !== null && status === 'failed') {
		return failureDocument(failure, width, key('refresh'));
	}

	if (value === null || status === 'loading') {
		const words =
			value === null ? 'Looking for its bytes in the content store ...' : `Fetching and proving ${value.name} ${value.version} ...`;
		return [...paragraph(words, width, { tone: 'dim' }), ...transferLines(fetching, { width, isRunning: true })];
	}

	return [
		...paragraph(`${value.name} ${value.version} has not been fetched, so nobody here has seen what is in it.`, width),
		BLANK,
		...paragraph(
			`Press ${key('fetch-contents', 'plugin')} to fetch and prove it. Nothing is installed by that, and nothing of it runs.`,
			width,
			{ tone: 'accent' },
		),
	];
}

// Drawn on every key, made once for each width.
const ownReadme = remember((readme: { readonly text: string }, width) => readmeDocument(readme.text, Number(width)));
const toldReadme = remember((info: PackageInfo, width) => readmeDocument(info.readme ?? '', Number(width)));

/** The readme out of verified bytes, else the registry's copy, and whose it is. */
export function readmeTab(info: PackageInfo, contents: Contents, options: Options): readonly Line[] {
	const { width, key } = options;
	const { value } = contents;
	if (value?.type === 'verified') {
		const { readme, version } = value;
		return readme === null
			? paragraph(`${value.name} ${version} comes without a readme: none of its files is one.`, width, { tone: 'dim' })
			: [
					...paragraph(`${readme.path} of ${version}, from verified bytes${readme.isCut ? '; only its first 256 kB' : ''}`, width, {
						tone: 'dim',
					}),
					BLANK,
					...ownReadme(readme, String(width)),
				];
	}

	if (info.readme !== null && info.readme.trim() !== '') {
		return [
			...(contents.status === 'failed' ? [...(missingContents(contents, options) ?? []), BLANK] : []),
			...paragraph(
				`As the registry tells it; its bytes were not fetched, so nothing proves that it belongs to them (${key('fetch-contents', 'plugin')} does).`,
				width,
				{
					tone: 'warning',
				},
			),
			BLANK,
			...toldReadme(info, String(width)),
		];
	}

	return [
		...(contents.status === 'failed' || contents.status === 'loading'
			? []
			: [...paragraph('The registry serves no readme for it.', width), BLANK]),
		...(missingContents(contents, options) ?? []),
	];
}

/** What all files are together, packed and unpacked, and how they are ordered. */
export function containedSummary({ files, unpackedBytes, packedBytes }: PackageContents, order: FileOrder): string {
	const saved = unpackedBytes === 0 ? '' : `, ${formatShare(packedBytes, unpackedBytes)} of it`;
	const ordered = order === 'size' ? 'the largest first' : 'by path';
	return `${plural(files.length, 'file')}, ${formatBytes(unpackedBytes)}; packed ${formatBytes(packedBytes)}${saved}. ${ordered[0]?.toUpperCase() ?? ''}${ordered.slice(1)}.`;
}

const SIZE_CELLS = 8;
const SHARE_CELLS = 5;

/** The head of the list of files. */
export function containedHeader(width: number): string {
	const { bar, name } = fileColumns(width);
	return `${fit('FILE', name)}  ${fitRight('SIZE', SIZE_CELLS)}${fitRight('SHARE', SHARE_CELLS + 1)}${bar === 0 ? '' : '  OF THE LARGEST'}`;
}

function fileColumns(width: number): { readonly bar: number; readonly name: number } {
	const bar = width >= 100 ? 30 : width >= 60 ? 14 : 0;
	return { bar, name: Math.max(8, width - 2 - SIZE_CELLS - SHARE_CELLS - 1 - (bar === 0 ? 0 : bar + 2)) };
}

/** One line of the list of files, with how much of the whole it is, and a bar against the largest of them. */
export function containedRow(file: ContainedFile, contents: PackageContents, width: number): Line {
	const { bar, name } = fileColumns(width);
	const largest = largestOf(contents);
	return [
		span(fit(shortPath(cleanLine(file.path), name), name)),
		span(file.isExecutable ? ' x' : '  ', 'warning'),
		span(fitRight(formatBytes(file.bytes), SIZE_CELLS)),
		span(fitRight(formatShare(file.bytes, contents.unpackedBytes), SHARE_CELLS + 1), 'dim'),
		...(bar === 0 ? [] : [span('  '), ...shareBar(largest === 0 ? 0 : file.bytes / largest, bar)]),
	];
}

const largestOf = remember((contents: PackageContents) => contents.files.reduce((most, { bytes }) => Math.max(most, bytes), 0));

/** Its end, which tells it from others, where there is no room for all of it. */
function shortPath(path: string, width: number): string {
	if (textWidth(path) <= width) {
		return path;
	}

	const letters = [...graphemes(path)];
	while (letters.length > 0 && textWidth(letters.join('')) > width - 1) {
		letters.shift();
	}

	return `…${letters.join('')}`;
}

const UNREADABLE_WORDS = {
	binary: 'It is no text, so its bytes are not shown.',
	minified: 'It is minified: code in lines that nobody can read. It is not shown.',
	'too-large': 'It is too large to be shown line by line.',
} as const;

/** The text of one file with the numbers of its lines. */
export function containedDocument({ text, unreadable, path }: ContainedText, width: number): readonly Line[] {
	if (text === null) {
		return paragraph(unreadable === null ? 'It cannot be shown.' : UNREADABLE_WORDS[unreadable], width, { tone: 'warning' });
	}

	const lines = cleanLines(text.endsWith('\n') ? text.slice(0, -1) : text);
	const digits = String(lines.length).length;
	return text === ''
		? paragraph('It is empty.', width, { tone: 'dim' })
		: lines.map((line, index) => [
				span(`${fitRight(String(index + 1), digits)}  `, 'dim'),
				...codeSpans(truncate(line, Math.max(4, width - digits - 2)), path),
			]);
}
