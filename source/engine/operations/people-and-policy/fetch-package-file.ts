import { EngineError } from '../../errors.ts';
import type { CallOptions } from '../../events.ts';
import type { EngineContext } from '../engine-context.ts';
import { fetchArtefacts } from '../artefacts/fetch-artefacts.ts';
import { idOf } from '../locks/lock-queries.ts';
import { parseSpec } from '../versions/parse-spec.ts';
import { NO_RULES } from '../versions/resolve-rules.ts';
import { resolveTree } from '../versions/resolve-tree.ts';

/** One file of a package as text, fetched and proven like anything else, and installed nowhere. Throws `not-installed` when it has no such file. */
export async function fetchPackageFile(
	context: EngineContext,
	{ spec, file }: { readonly spec: string; readonly file: string },
	options: CallOptions,
): Promise<string> {
	const { isBare: _isBare, ...root } = parseSpec(spec);
	const request = { roots: [root], lock: null, unlocked: 'all' as const, asksAnew: [root.name], rules: NO_RULES };
	const resolution = await resolveTree(context, request, options);
	const id = resolution.roots[root.name]?.instance;
	const resolved = resolution.packages.find((one) => one.id === id);
	if (resolved === undefined) {
		throw new EngineError('internal', `${spec} was resolved to nothing.`);
	}

	const { integrities } = await fetchArtefacts(context, { ...resolution, packages: [resolved] }, options);
	const integrity = integrities.get(idOf(resolved));
	const receipt = integrity === undefined ? null : await context.home.store.receipt(integrity);
	if (integrity === undefined || receipt?.files.some(({ path }) => path === file) !== true) {
		throw new EngineError('package-not-found', `${idOf(resolved)} has no ${file}, so it carries no statements.`, {
			hint: 'Name a package made for that, or a file.',
		});
	}

	return new TextDecoder().decode(await context.home.store.readFile(integrity, file));
}
