import type { Fact } from '../../evaluation.ts';
import { hoursText } from '../../hours-text.ts';
import { fact } from './scan-facts.ts';

/** One version as a registry lists it; times in milliseconds since the epoch. */
export type Release = {
	readonly version: string;
	readonly publishedAt: number | null;
	readonly publisher: string | null;
	readonly unpackedBytes: number | null;
	readonly dependencies: Readonly<Record<string, string>>;
};

export type ReleaseQuestion = {
	readonly id: string;
	readonly release: Release;
	/** All versions, this one included. */
	readonly all: readonly Release[];
	/** The version to compare with; null takes the one published before. */
	readonly against: string | null;
	readonly minimumAgeHours: number;
	readonly deprecated: string | null;
	readonly now: number;
};

const DAY = 86_400_000;
const SILENCE_DAYS = 365;
/** A release after a long silence is no news once others have lived with it this long. */
const SETTLED_DAYS = 90;
const GROWTH_FACTOR = 3;
const GROWTH_BYTES = 250_000;

/** What the history of a package tells of one release: who, when, and how much larger. Unsigned, so a registry's word. */
export function releaseFacts(question: ReleaseQuestion): readonly Fact[] {
	const before = earlier(question);
	return [
		...deprecation(question),
		...age(question),
		...(before === null ? [] : [...publisher(question, before), ...growth(question, before), ...dependencies(question, before)]),
		...dormancy(question),
	];
}

function earlier({ release, all, against }: ReleaseQuestion): Release | null {
	return against === null ? publishedBefore(release, all) : (all.find(({ version }) => version === against) ?? null);
}

function publishedBefore(release: Release, all: readonly Release[]): Release | null {
	const { publishedAt } = release;
	const older = publishedAt === null ? [] : all.filter((one) => one.publishedAt !== null && one.publishedAt < publishedAt);
	return older.toSorted((a, b) => (b.publishedAt ?? 0) - (a.publishedAt ?? 0))[0] ?? null;
}

function deprecation({ id, deprecated }: ReleaseQuestion): readonly Fact[] {
	return deprecated === null ? [] : [fact(id, { code: 'deprecated', severity: 'caution', text: `Deprecated: ${deprecated}` })];
}

function age({ id, release, minimumAgeHours, now }: ReleaseQuestion): readonly Fact[] {
	const hours = release.publishedAt === null ? null : Math.floor((now - release.publishedAt) / 3_600_000);
	return hours === null || hours >= minimumAgeHours
		? []
		: [
				fact(id, {
					code: 'young-version',
					severity: 'caution',
					text: `Published ${hoursText(hours)} ago; attacks are usually noticed within ${hoursText(minimumAgeHours)}.`,
				}),
			];
}

function publisher({ id, release }: ReleaseQuestion, before: Release): readonly Fact[] {
	if (release.publisher === null || before.publisher === null || release.publisher === before.publisher) {
		return [];
	}

	const text = `Published by ${release.publisher}; ${before.version} was published by ${before.publisher}.`;
	return [fact(id, { code: 'publisher-changed', severity: isAutomatic(release.publisher) ? 'note' : 'caution', text })];
}

/** Names under which build services publish: moving to one is what npm recommends. */
function isAutomatic(publisher: string): boolean {
	return /^(?:GitHub Actions|GitLab CI\/CD|.*\bbot)$/i.test(publisher);
}

function growth({ id, release, all }: ReleaseQuestion, before: Release): readonly Fact[] {
	const [now, then] = [release.unpackedBytes, before.unpackedBytes];
	if (now === null || then === null || then === 0 || now < then * GROWTH_FACTOR || now - then < GROWTH_BYTES || all.length < 2) {
		return [];
	}

	const text = `${Math.round(now / 1000)} kB unpacked, ${(now / then).toFixed(1)} times the ${Math.round(then / 1000)} kB of ${before.version}.`;
	return [fact(id, { code: 'size-growth', severity: 'caution', text })];
}

function dependencies({ id, release }: ReleaseQuestion, before: Release): readonly Fact[] {
	const added = Object.keys(release.dependencies).filter((name) => !Object.hasOwn(before.dependencies, name));
	return added.length === 0
		? []
		: [fact(id, { code: 'dependency-added', severity: 'note', text: `Depends on ${added.join(', ')}, which ${before.version} did not.` })];
}

function dormancy({ id, release, all, now }: ReleaseQuestion): readonly Fact[] {
	const last = publishedBefore(release, all);
	if (release.publishedAt === null || last?.publishedAt === null || last === null || now - release.publishedAt > SETTLED_DAYS * DAY) {
		return [];
	}

	const days = Math.floor((release.publishedAt - last.publishedAt) / DAY);
	return days < SILENCE_DAYS
		? []
		: [
				fact(id, {
					code: 'dormant-release',
					severity: 'caution',
					text: `Released after ${days} days of silence (${last.version} was the last).`,
				}),
			];
}
