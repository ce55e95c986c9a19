import semver from 'semver';
import { NOW } from '../../../helpers/universe.ts';
import type { Puzzle } from './random-universes.ts';

/** The text of an edge after overrides, which here hold everywhere. */
export function askedFor(puzzle: Puzzle, name: string, text: string): string {
	return puzzle.ask.overrides?.find((override) => override.name === name)?.spec ?? text;
}

/** Whether policy rules a version out. Nobody names a version exactly in universes that have an age. */
export function isForbidden({ universe, ask: { policy = {} } }: Puzzle, name: string, version: string): boolean {
	const { revoked = [], asOf = null, minimumAgeMilliseconds = 0 } = policy;
	const publishedAt = universe.versionsOf(name).get(version)?.publishedAt;
	const time = publishedAt === undefined ? null : Date.parse(publishedAt);
	return (
		revoked.some((entry) => entry.name === name && entry.version === version) ||
		(time !== null && asOf !== null && time > asOf) ||
		(time !== null && minimumAgeMilliseconds > 0 && time > (asOf ?? NOW) - minimumAgeMilliseconds)
	);
}

/** The versions that a range or tag names and policy allows, as node-semver reads it. */
export function allowedVersions(puzzle: Puzzle, name: string, text: string): string[] {
	const versions = [...puzzle.universe.versionsOf(name).keys()];
	const tagged = puzzle.universe.packument(name).distTags[text];
	const isTag = semver.validRange(text, { loose: true }) === null;
	return versions.filter(
		(version) =>
			!isForbidden(puzzle, name, version) &&
			(isTag ? version === tagged : text === '*' || semver.satisfies(version, text, { loose: true })),
	);
}

/** The same for a root, whose tag falls back to what precedes it when it is too new. */
export function allowedForRoot(puzzle: Puzzle, name: string, text: string): string[] {
	const tagged = puzzle.universe.packument(name).distTags[text];
	const isRevoked = puzzle.ask.policy?.revoked?.some((entry) => entry.name === name && entry.version === tagged) === true;
	return tagged !== undefined && isForbidden(puzzle, name, tagged) && !isRevoked
		? allowedVersions(puzzle, name, `<=${tagged}`)
		: allowedVersions(puzzle, name, text);
}
