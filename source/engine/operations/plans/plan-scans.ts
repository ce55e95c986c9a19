import { type CallOptions, runStep } from '../../events.ts';
import type { Generation } from '../../home/index.ts';
import type { Integrity } from '../../integrity.ts';
import type { Lock, LockPackage } from '../../lock.ts';
import type { PlannedPackage, PlannedScan } from '../../plan.ts';
import { compareScans, SCANNER_VERSION } from '../../trust/index.ts';
import type { EngineContext } from '../engine-context.ts';
import { idOf, uniquePackages } from '../locks/lock-queries.ts';
import { keptScan, type ScanDepth, scanArtefact, type ScannedArtefact } from '../artefacts/scan-artefact.ts';

/** Of an update and the version before: enough for most packages. `evaluate` looks through everything. */
const UPDATE_SCAN: ScanDepth = { variant: `update-${SCANNER_VERSION}`, budget: { fileBytes: 131_072, packageBytes: 393_216 } };
/** Of what comes new, where there is nothing to compare with: as much as nobody waits for. */
const FIRST_SCAN: ScanDepth = { variant: `first-${SCANNER_VERSION}`, budget: { fileBytes: 65_536, packageBytes: 131_072 } };
/** Updated dependencies are scanned too, up to this many. */
const SCANNED_UPDATES = 12;

type Request = { readonly base: Generation; readonly lock: Lock; readonly packages: readonly PlannedPackage[] };

/**
 * Adds what a first look at the code tells: of new plugins, of new packages with an install script, and of updated ones against the
 * version before. Everything else waits for `evaluate`.
 */
export async function scanPlanned(context: EngineContext, request: Request, options: CallOptions): Promise<readonly PlannedPackage[]> {
	const before = new Map(uniquePackages(request.base.lock).map((locked) => [locked.name, locked]));
	const chosen = chosenOf(request.packages, before);
	if (chosen.length === 0) {
		return request.packages;
	}

	const integrities = new Map(uniquePackages(request.lock).map((locked) => [idOf(locked), locked.integrity]));
	const scans = new Map<string, PlannedScan>();
	const detail = chosen.length === 1 ? (chosen[0]?.id ?? '') : `${chosen.length} packages`;
	await runStep({ name: 'scan', detail, onEvent: options.onEvent }, async () => {
		for (const { id, name, version } of chosen) {
			const earlier = before.get(name);
			const depth = earlier === undefined ? FIRST_SCAN : UPDATE_SCAN;
			const now = await look(context, { integrity: integrities.get(id), depth }, options.signal);
			if (now !== null) {
				scans.set(id, await plannedScan(context, { now, version, before: earlier }, options.signal));
			}
		}
	});
	return request.packages.map((planned) => {
		const scan = scans.get(planned.id);
		return scan === undefined ? planned : { ...planned, scan };
	});
}

function chosenOf(packages: readonly PlannedPackage[], before: ReadonlyMap<string, LockPackage>): readonly PlannedPackage[] {
	const fresh = packages.filter(({ isNew }) => isNew);
	const first = fresh.filter(({ isRoot, hasInstallScript }) => isRoot || hasInstallScript);
	const updated = fresh.filter((one) => !first.includes(one) && before.has(one.name));
	return [...first, ...updated.slice(0, SCANNED_UPDATES)];
}

async function plannedScan(
	context: EngineContext,
	{ now, version, before }: { readonly now: ScannedArtefact; readonly version: string; readonly before: LockPackage | undefined },
	signal: AbortSignal,
): Promise<PlannedScan> {
	const then = before === undefined ? null : await look(context, { integrity: before.integrity, depth: UPDATE_SCAN }, signal);
	return {
		observed: now.scan.observed,
		isPartial: now.scan.skippedCount > 0,
		difference:
			then === null || before === undefined
				? null
				: compareScans({ version: before.version, observed: then.scan.observed }, { version, observed: now.scan.observed }),
	};
}

/** Null for what is not in the content store. Two versions are looked at equally far, so that their difference means something. */
async function look(
	context: EngineContext,
	{ integrity, depth }: { readonly integrity: Integrity | undefined; readonly depth: ScanDepth },
	signal: AbortSignal,
): Promise<ScannedArtefact | null> {
	const receipt = integrity === undefined ? null : await context.home.store.receipt(integrity);
	if (receipt === null) {
		return null;
	}

	return (await keptScan(context, receipt.integrity, depth)) ?? scanArtefact(context, { receipt, depth }, signal);
}
