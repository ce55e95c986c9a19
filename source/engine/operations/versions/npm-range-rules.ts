import type { Range, SemVer } from 'semver';
import type { RangeRules } from '../../resolver/index.ts';

/** The rules of ranges exactly as npm applies them to a tree: `semver`, loose. Every text is parsed once, every question answered once. */
export async function npmRangeRules(): Promise<RangeRules> {
	const { default: semver } = await import('semver');
	const options = { loose: true };
	const versionOf = remembered((text): SemVer | null => semver.parse(text, options));
	const rangeOf = remembered((text): Range | null => (semver.validRange(text, options) === null ? null : new semver.Range(text, options)));
	const answersOf = remembered((_range): Map<string, boolean> => new Map());
	return {
		satisfies: (version, range) => {
			const answers = answersOf(range);
			const parsed = versionOf(version);
			const answer = answers.get(version) ?? (parsed !== null && rangeOf(range)?.test(parsed) === true);
			answers.set(version, answer);
			return answer;
		},
		// What cannot be read has nothing in common with anything.
		intersects: (a, b) => {
			const [left, right] = [rangeOf(a), rangeOf(b)];
			return left !== null && right !== null && left.intersects(right, options);
		},
	};
}

function remembered<T>(compute: (text: string) => T): (text: string) => T {
	const known = new Map<string, T>();
	return (text) => {
		const found = known.get(text);
		if (found !== undefined) {
			return found;
		}

		const computed = compute(text);
		known.set(text, computed);
		return computed;
	};
}
