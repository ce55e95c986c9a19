import semver from 'semver';
import type { ChangelogSection } from '../../update-review.ts';

const CHANGELOG_NAME = /^(?:changelog|changes|history|releases|release-notes)(?:\.(?:md|markdown|txt|rst))?$/i;
// A heading of Markdown, an underlined or bare line: `## [2.1.0] - 2026-01-01`, `v2.1.0 / 2026-01-01`, `**2.1.0**`.
const VERSION_LINE = /^(?:#{1,4}\s+|\*\*)?(?:release\s+|version\s+)?\[?(?:[\w@./-]+@)?v?(\d+\.\d+\.\d+(?:-[\w.]+)?(?:\+[\w.]+)?)\b/i;
const MOST_LINES = 2000;

/** The file that tells what changed, or null: the one of the usual names that lies at the top. */
export function changelogAmong(paths: readonly string[]): string | null {
	return paths.find((path) => CHANGELOG_NAME.test(path)) ?? null;
}

/** The parts of a changelog about the versions after `from`, up to `to`, newest first. What names no version is left out. */
export function changelogBetween(text: string, { from, to }: { readonly from: string; readonly to: string }): readonly ChangelogSection[] {
	const sections: { version: string; lines: string[] }[] = [];
	let isWanted = false;
	let left = MOST_LINES;
	for (const line of text.replaceAll('\r\n', '\n').split('\n')) {
		const version = versionOf(line);
		if (version !== null) {
			isWanted = isBetween(version, { from, to });
			if (isWanted) {
				sections.push({ version, lines: [] });
			}
		} else if (isWanted && left > 0) {
			left -= 1;
			sections.at(-1)?.lines.push(line);
		}
	}

	return sections
		.map(({ version, lines }) => ({ version, lines: trimmed(lines) }))
		.toSorted((a, b) => semver.rcompare(a.version, b.version, { loose: true }));
}

/** The version that a line is the heading of. A sentence that begins with a number is none. */
function versionOf(line: string): string | null {
	const match = VERSION_LINE.exec(line);
	const isHeading = /^(?:#{1,4}\s|\*\*|\[|v?\d)/i.test(line) || /^(?:release|version)\s/i.test(line);
	const rest = match === null ? '' : line.slice(match[0].length);
	return match !== null && isHeading && rest.length < 80 && semver.valid(match[1] ?? '', { loose: true }) !== null
		? (match[1] ?? null)
		: null;
}

function isBetween(version: string, { from, to }: { readonly from: string; readonly to: string }): boolean {
	return semver.gt(version, from, { loose: true }) && semver.lte(version, to, { loose: true });
}

/** Without the empty lines, and underlines of the heading, at either end. */
function trimmed(lines: readonly string[]): readonly string[] {
	const first = lines.findIndex((line) => !/^[\s=-]*$/.test(line));
	const last = lines.findLastIndex((line) => line.trim() !== '');
	return first < 0 ? [] : lines.slice(first, last + 1);
}
