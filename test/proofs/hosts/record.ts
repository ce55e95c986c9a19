import { writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { FrozenRegistry } from './frozen-registry.ts';
import type { HostSet } from './families.ts';

type Versions = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

const KEPT = ['dependencies', 'optionalDependencies', 'peerDependencies', 'peerDependenciesMeta', 'engines', 'deprecated'];

/**
 * Writes the sets with what a resolver reads of the packages they led to, as gzipped JSON: per package its tags, its versions, and
 * each distinct manifest once.
 */
export async function recordSets(
	file: string,
	{ sets, names, registry }: { readonly sets: readonly HostSet[]; readonly names: readonly string[]; readonly registry: FrozenRegistry },
): Promise<number> {
	const packages: Record<string, unknown> = {};
	for (const name of [...names].sort()) {
		const body = await registry.body(name);
		if (body !== null) {
			const { versions, 'dist-tags': tags } = JSON.parse(body.toString()) as { versions: Versions; 'dist-tags': Record<string, string> };
			packages[name] = { latest: tags['latest'], ...compact(versions) };
		}
	}

	const bytes = await promisify(gzip)(JSON.stringify({ sets, packages }), { level: 9 });
	await writeFile(file, bytes);
	return bytes.length;
}

function compact(versions: Versions): { readonly versions: Readonly<Record<string, number>>; readonly manifests: readonly unknown[] } {
	const texts = new Map<string, number>();
	const numbers = Object.entries(versions).map(([version, manifest]) => {
		const kept = KEPT.flatMap((key) => (manifest[key] === undefined ? [] : [[key, key === 'deprecated' ? 'deprecated' : manifest[key]]]));
		const text = JSON.stringify(Object.fromEntries(kept));
		const number = texts.get(text) ?? texts.size;
		texts.set(text, number);
		return [version, number] as const;
	});
	return { versions: Object.fromEntries(numbers), manifests: [...texts.keys()].map((text) => JSON.parse(text) as unknown) };
}
