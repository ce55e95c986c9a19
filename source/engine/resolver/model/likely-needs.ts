import { FLAG_PRERELEASE } from '../metadata/format.ts';
import type { PackageIndex } from '../metadata/package-index.ts';
import { parseRange } from '../semver/range.ts';
import type { Interval } from '../semver/range.ts';
import type { Version } from '../semver/version.ts';
import { isPackageName, parseSpec } from './spec.ts';

/** A package that will be needed, and by which range or tag; null: whatever `latest` names. */
export type LikelyNeed = {
	readonly name: string;
	readonly asked: string | null;
	/** What answers a peer is chosen by others too, so that it may well be another version than its range alone suggests. */
	readonly isPeer: boolean;
};

/**
 * What the version that a search would most likely choose for `asked` needs: a guess, so that metadata can be under way before anybody
 * decides. Empty when no release fits.
 */
export function likelyNeeds(
	index: PackageIndex,
	asked: string | null,
): { readonly version: number; readonly needs: readonly LikelyNeed[] } {
	const version = likelyVersion(index, asked);
	if (version === -1) {
		return { version, needs: [] };
	}

	const { dependencies, optionalDependencies, peers, optionalPeers } = index.edges(version);
	return {
		version,
		needs: [
			...needsOf(dependencies),
			...needsOf(optionalDependencies),
			...needsOf(peers, new Set(optionalPeers)).map((need) => ({ ...need, isPeer: true })),
		],
	};
}

function needsOf(flat: readonly string[], except: ReadonlySet<string> = new Set()): LikelyNeed[] {
	const needs: LikelyNeed[] = [];
	for (let i = 0; i < flat.length; i += 2) {
		const name = flat[i] ?? '';
		const spec = parseSpec(name, flat[i + 1] ?? '');
		if (spec.type !== 'unsupported' && isPackageName(spec.target) && !except.has(name)) {
			needs.push({ name: spec.target, asked: spec.type === 'tag' ? spec.tag : spec.range, isPeer: false });
		}
	}

	return needs;
}

/** `latest` when it fits, then the highest release that does; -1 when none does. */
function likelyVersion(index: PackageIndex, asked: string | null): number {
	const latest = taggedVersion(index, 'latest');
	const range = asked === null ? null : parseRange(asked);
	if (range === null) {
		return asked === null || asked === 'latest' ? latest : taggedVersion(index, asked);
	}

	if (range.isEverything || (latest !== -1 && range.intervals.some((interval) => isWithin(index, latest, interval)))) {
		return latest;
	}

	return Math.max(-1, ...range.intervals.map((interval) => highestWithin(index, interval)));
}

function taggedVersion(index: PackageIndex, tag: string): number {
	const version = index.tags.get(tag);
	return version === undefined ? -1 : index.indexOfVersion(version);
}

function isWithin(index: PackageIndex, i: number, { lower, lowerIncluded, upper, upperIncluded }: Interval): boolean {
	const aboveLower = lower === null ? 1 : index.compare(i, lower);
	const aboveUpper = upper === null ? -1 : index.compare(i, upper);
	return (aboveLower > 0 || (aboveLower === 0 && lowerIncluded)) && (aboveUpper < 0 || (aboveUpper === 0 && upperIncluded));
}

function highestWithin(index: PackageIndex, interval: Interval): number {
	let i = interval.upper === null ? index.versionCount - 1 : lastUpTo(index, interval.upper);
	while (i >= 0 && (interval.lower === null || index.compare(i, interval.lower) >= 0)) {
		if (((index.flags[i] ?? 0) & FLAG_PRERELEASE) === 0 && isWithin(index, i, interval)) {
			return i;
		}

		i -= 1;
	}

	return -1;
}

/** The last version that does not follow the bound. */
function lastUpTo(index: PackageIndex, bound: Version): number {
	let low = 0;
	let high = index.versionCount;
	while (low < high) {
		const middle = (low + high) >>> 1;
		if (index.compare(middle, bound) <= 0) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}

	return low - 1;
}
