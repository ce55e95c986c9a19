import type { PackageInfo, SearchHit } from '../../engine/index.ts';
import { cleanLine, fit, fitRight, formatAge, formatBytes, plural } from '../../format.ts';
import type { Fetching } from '../../fetching.ts';
import type { KeyName } from '../../key-bindings.ts';
import { span } from '../../theme.ts';
import type { Line } from '../../theme.ts';
import { shareBar } from './bars.ts';
import { type Contents, missingContents } from './contents-document.ts';
import { type Downloads, downloadsDocument } from './downloads-document.ts';
import { BLANK, fact, heading, LABEL_WIDTH, paragraph } from './lines.ts';

type Context = {
	readonly width: number;
	readonly now: number;
	readonly contents: Contents;
	readonly downloads: Downloads;
	/** What the last search told of it; null when it was not among what was found. */
	readonly hit: SearchHit | null;
	readonly key: KeyName;
	/** Of its bytes, if they are on their way. */
	readonly fetching: Fetching;
};

const MOST_KINDS = 6;
const MOST_YEARS = 10;
const DAY_MILLISECONDS = 86_400_000;

/** Numbers about a package: downloads, sizes and releases, each only as far as somebody tells it. */
export function statsDocument(info: PackageInfo, context: Context): readonly Line[] {
	return [...downloadsDocument(context), BLANK, ...sizes(info, context), BLANK, ...releases(info, context)];
}

function releases({ versions }: PackageInfo, { width, now }: Context): readonly Line[] {
	const times = versions.flatMap(({ publishedAt }) => {
		const at = Date.parse(publishedAt ?? '');
		return Number.isNaN(at) ? [] : [at];
	});
	const sorted = times.toSorted((left, right) => left - right);
	const deprecated = versions.filter((entry) => entry.deprecated).length;
	const [first, last] = [sorted[0], sorted.at(-1)];
	const told = deprecated === 0 ? '' : `, ${deprecated} of them deprecated`;
	return [
		heading('Releases'),
		...fact('Published', `${plural(versions.length, 'version')}${told}`, width),
		...(first === undefined || last === undefined
			? paragraph('The registry does not tell when.', width, { tone: 'dim' })
			: [
					...fact('First', `${isoDay(first)}, ${formatAge(new Date(first).toISOString(), now)}`, width),
					...fact('Last', `${isoDay(last)}, ${formatAge(new Date(last).toISOString(), now)}`, width),
					...pace(sorted, width),
					BLANK,
					...years(sorted, width),
				]),
	];
}

/** The gap in the middle: one long pause does not hide that the rest came daily. */
function pace(sorted: readonly number[], width: number): readonly Line[] {
	const gaps = sorted.slice(1).map((at, index) => at - (sorted[index] ?? at));
	const middle = gaps.toSorted((left, right) => left - right)[Math.floor(gaps.length / 2)];
	if (middle === undefined) {
		return [];
	}

	const days = Math.round(middle / DAY_MILLISECONDS);
	return fact('Pace', days < 1 ? 'mostly less than a day between two' : `mostly ${plural(days, 'day')} between two`, width);
}

function years(sorted: readonly number[], width: number): readonly Line[] {
	const counts = new Map<number, number>();
	for (const at of sorted) {
		const year = new Date(at).getUTCFullYear();
		counts.set(year, (counts.get(year) ?? 0) + 1);
	}

	const last = Math.max(...counts.keys());
	const first = Math.max(Math.min(...counts.keys()), last - MOST_YEARS + 1);
	const most = Math.max(...counts.values());
	return Array.from({ length: last - first + 1 }, (_, index): Line => {
		const count = counts.get(first + index) ?? 0;
		return barLine(String(first + index), { share: count / most, told: String(count), width });
	});
}

function sizes(info: PackageInfo, { width, contents, key, fetching }: Context): readonly Line[] {
	const { value } = contents;
	if (value?.type !== 'verified') {
		return [
			heading('Size'),
			...(info.unpackedBytes === null ? [] : fact('Unpacked', `${formatBytes(info.unpackedBytes)}, as the registry tells it`, width)),
			...(missingContents(contents, { width, key, fetching }) ?? []),
		];
	}

	const kinds = new Map<string, number>();
	for (const { path, bytes } of value.files) {
		const kind = kindOf(path);
		kinds.set(kind, (kinds.get(kind) ?? 0) + bytes);
	}

	const ranked = [...kinds].toSorted(([, left], [, right]) => right - left);
	const rest = ranked.slice(MOST_KINDS).reduce((sum, [, bytes]) => sum + bytes, 0);
	const shown = [...ranked.slice(0, MOST_KINDS), ...(rest === 0 ? [] : [['others', rest] as const])];
	const total = Math.max(1, value.unpackedBytes);
	return [
		heading(`Size of ${cleanLine(value.version)}, as measured`),
		...fact('Packed', formatBytes(value.packedBytes), width),
		...fact('Unpacked', `${formatBytes(value.unpackedBytes)} in ${plural(value.files.length, 'file')}`, width),
		BLANK,
		...shown.map(([kind, bytes]) => barLine(cleanLine(kind), { share: bytes / total, told: formatBytes(bytes), width })),
	];
}

function kindOf(path: string): string {
	const name = path.slice(path.lastIndexOf('/') + 1);
	const dot = name.lastIndexOf('.');
	return dot <= 0 ? 'no ending' : name.slice(dot).toLowerCase();
}

function barLine(label: string, { share, told, width }: { readonly share: number; readonly told: string; readonly width: number }): Line {
	const bar = Math.max(6, Math.min(40, width - LABEL_WIDTH - 10));
	return [span(fit(label, LABEL_WIDTH), 'dim'), ...shareBar(share, bar), span(fitRight(told, 9))];
}

function isoDay(at: number): string {
	return new Date(at).toISOString().slice(0, 10);
}
