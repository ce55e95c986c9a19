import type { CallOptions } from '../../events.ts';
import type { Lock } from '../../lock.ts';
import type { Observed } from '../../scan.ts';
import type { ToolWish } from '../../tool-calls.ts';
import { SCANNER_VERSION } from '../../trust/index.ts';
import { keptScan, type ScanDepth, scanArtefact } from '../artefacts/scan-artefact.ts';
import type { EngineContext } from '../engine-context.ts';
import { uniquePackages } from '../locks/lock-queries.ts';

/** As much as nobody waits for; `evaluate` looks through everything. */
const DEPTH: ScanDepth = { variant: `tool-${SCANNER_VERSION}`, budget: { fileBytes: 262_144, packageBytes: 524_288 } };
const SCANNED_PACKAGES = 12;
const SHOWN_PLACES = 3;
const SHOWN_NAMES = 5;
const WISHES = ['fs', 'env', 'net', 'process', 'native'] as const;

/** What the code of a tool and its nearest dependencies looks like it will want. A look, not a proof: what it does is decided when it runs. */
export async function wishesOf(context: EngineContext, lock: Lock, { signal }: CallOptions): Promise<readonly ToolWish[]> {
	const observed: Observed[] = [];
	for (const { integrity } of uniquePackages(lock).slice(0, SCANNED_PACKAGES)) {
		const receipt = await context.home.store.receipt(integrity);
		if (receipt !== null) {
			const { scan } = (await keptScan(context, integrity, DEPTH)) ?? (await scanArtefact(context, { receipt, depth: DEPTH }, signal));
			observed.push(...scan.observed);
		}
	}

	return WISHES.flatMap((what) => {
		const places = observed.filter((one) => one.what === what).flatMap((one) => one.places);
		return places.length === 0
			? []
			: [
					{
						what,
						places: places.slice(0, SHOWN_PLACES).map(({ file, line }) => `${file}:${line}`),
						suggestions: suggestionsFor(what, places),
					},
				];
	});
}

function suggestionsFor(what: ToolWish['what'], places: Observed['places']): readonly string[] {
	switch (what) {
		case 'fs':
			return ['fs.read:$project/**', 'fs.write:$project/**'];
		case 'env': {
			const names = places.map(({ detail }) => /^process\.env\.([A-Za-z_][A-Za-z0-9_]*)$/.exec(detail)?.[1]);
			return [...new Set(names.filter((name) => name !== undefined))].slice(0, SHOWN_NAMES).map((name) => `env:${name}`);
		}
		case 'net':
			// Which host cannot be told from the code.
			return ['net:HOST'];
		case 'process':
		case 'native':
			return [];
	}
}
