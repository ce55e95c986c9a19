import type { BenchPlace } from './place.ts';
import { openSession, type Started } from './session.ts';
import type { Measure } from './table.ts';

type Values = Record<'bare' | 'paint' | 'data' | 'version' | 'list', number[]>;

/** Starts of the app and of short commands, in turns with `node -e 0`. */
export async function measureStarts(
	place: BenchPlace,
	{ rounds, isWhole }: { readonly rounds: number; readonly isWhole: boolean },
): Promise<{ readonly bare: readonly number[]; readonly measures: readonly Measure[] }> {
	const values: Values = { bare: [], paint: [], data: [], version: [], list: [] };
	const node: Started = { ...place.plugward(), command: [process.execPath, '-e', '0'] };
	// The first round brings everything into memory, and fills the cache of compiled code.
	for (let round = 0; round <= rounds; round += 1) {
		const one: Readonly<Record<keyof Values, readonly number[]>> = isWhole
			? {
					bare: [await toExit(node)],
					...(await toData(place)),
					version: [await toExit(place.plugward('--version'))],
					list: [await toExit(place.plugward('list', '--json'))],
				}
			: { bare: [await toExit(node)], paint: [], data: [], version: [], list: [] };
		for (const key of ['bare', 'paint', 'data', 'version', 'list'] as const) {
			values[key].push(...(round === 0 ? [] : one[key]));
		}
	}

	const measure = (what: string, found: readonly number[], most: number): Measure => ({
		what,
		program: 'plugward',
		unit: 'ms',
		values: found,
		goal: { most, isRatio: true },
	});
	return {
		bare: values.bare,
		measures: [
			{ what: 'node -e 0, to its end', program: 'node', unit: 'ms', values: values.bare },
			...(isWhole
				? [
						measure('first paint', values.paint, 1.2),
						measure('first data frame', values.data, 4),
						measure('--version', values.version, 1.3),
						measure('list --json', values.list, 2.5),
					]
				: []),
		],
	};
}

async function toExit(started: Started): Promise<number> {
	await using session = openSession(started);
	await session.exited;
	return performance.now() - session.startedAt;
}

async function toData(place: BenchPlace): Promise<{ readonly paint: readonly number[]; readonly data: readonly number[] }> {
	await using session = openSession(place.plugward());
	// On the model of the screen this would be counted too.
	const at = await session.received(place.firstPlugin.slice(0, 14));
	session.send('q');
	await session.exited;
	return { paint: [(session.chunks[0]?.at ?? 0) - session.startedAt], data: [at - session.startedAt] };
}
