import type { ResolvedTree } from '../../package-answers.ts';
import { EngineError } from '../../errors.ts';
import type { CallOptions } from '../../events.ts';
import type { EngineContext } from '../engine-context.ts';
import { EMPTY_SETTINGS } from '../../home/index.ts';
import { parseSpecs } from './parse-spec.ts';
import { readRules } from './resolve-rules.ts';
import { resolveTree } from './resolve-tree.ts';
import type { ResolveChoices } from '../../version-questions.ts';

/** Solves the specs on their own, without the home: what an install into an empty home would choose. Changes nothing. */
export async function resolveReport(
	context: EngineContext,
	specs: readonly string[],
	options: CallOptions & ResolveChoices,
): Promise<ResolvedTree> {
	if (specs.length === 0) {
		throw new EngineError('usage', 'Nothing was named to resolve.', { hint: 'For example: plugward resolve eslint@9 prettier' });
	}

	const roots = parseSpecs(specs);
	const rules = await readRules(context, { choices: options, settings: EMPTY_SETTINGS, asked: roots, lock: null }, options);
	const asksAnew = roots.map(({ name }) => name);
	const resolution = await resolveTree(context, { roots, lock: null, unlocked: 'all', asksAnew, rules }, options);
	const versions = new Map(resolution.packages.map(({ id, version }) => [id, version]));
	return {
		roots: Object.entries(resolution.roots).map(([name, { spec, instance }]) => ({ name, spec, version: versions.get(instance) ?? '' })),
		packages: resolution.packages.map(({ id, name, version, dependencies }) => ({ id, name, version, dependencies })),
		warnings: resolution.warnings,
		solveMilliseconds: resolution.statistics.solveMilliseconds,
		loadMilliseconds: resolution.statistics.loadMilliseconds,
	};
}
