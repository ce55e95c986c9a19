import type { ScanDifference } from '../../evaluation.ts';
import type { Observed, PackageScan } from '../../scan.ts';

type Compared = Pick<PackageScan, 'observed'>;

/** What one version can do that another cannot, and the reverse. A second use of what was there before is nothing new. */
export function compareScans(
	before: Compared & { readonly version: string },
	after: Compared & { readonly version: string },
): ScanDifference {
	return { from: before.version, to: after.version, gained: without(after, before), lost: without(before, after) };
}

function without({ observed }: Compared, other: Compared): readonly Observed[] {
	const known = new Set(other.observed.map(({ what }) => what));
	return observed.filter(({ what }) => !known.has(what));
}
