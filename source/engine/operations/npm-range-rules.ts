import type { RangeRules } from '../resolver/index.ts';

/** One tree asks the same few thousand questions; past this many, remembering them costs more than it saves. */
const MOST_ANSWERS = 50_000;

/** The rules of ranges exactly as npm applies them to a tree: `semver`, loose. Each answer is remembered. */
export async function npmRangeRules(): Promise<RangeRules> {
	const { default: semver } = await import('semver');
	const options = { loose: true };
	return {
		satisfies: remembered((version, range) => semver.satisfies(version, range, options)),
		// Unlike satisfies it throws for what is no range, and what cannot be read has nothing in common with anything.
		intersects: remembered(
			(a, b) => semver.validRange(a, options) !== null && semver.validRange(b, options) !== null && semver.intersects(a, b, options),
		),
	};
}

function remembered(ask: (a: string, b: string) => boolean): (a: string, b: string) => boolean {
	const answers = new Map<string, boolean>();
	return (a, b) => {
		const key = `${a}\n${b}`;
		const known = answers.get(key) ?? ask(a, b);
		if (answers.size < MOST_ANSWERS) {
			answers.set(key, known);
		}

		return known;
	};
}
