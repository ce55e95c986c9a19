import { EngineError } from '../../errors.ts';
import type { CallOptions } from '../../events.ts';
import type { Generation } from '../../home/index.ts';
import type { Resolution, RootRequest } from '../../resolver/index.ts';
import { changesBetween } from '../apply/changes.ts';
import type { EngineContext } from '../engine-context.ts';
import { timesNeeded } from '../versions/age.ts';
import { latestVersion } from '../versions/latest-version.ts';
import { parseSpecs, type RequestedRoot } from '../versions/parse-spec.ts';
import { mergeRoots } from '../plans/plan-install.ts';
import { requireInstalled } from '../apply/require-installed.ts';
import { readRules, type ResolveRules } from '../versions/resolve-rules.ts';
import { gaveUp, resolveOutcome } from '../versions/resolve-tree.ts';
import { suggestedCommand } from './suggested-command.ts';
import { whyNotLatest } from './why-not-latest.ts';
import type { ExplainedRoot, ExplainReport, ExplainRequest } from '../../version-questions.ts';

/**
 * What would come of asking for this in the home as it is: the change, or why there is none and what would help, each with the command.
 * Fetches no package and changes nothing. Throws `package-not-found` never: that too is an answer.
 */
export async function explain(
	context: EngineContext,
	{ specs, without, choices }: ExplainRequest,
	options: CallOptions,
): Promise<ExplainReport> {
	const isAnything = specs.length + without.length + (choices.overrides ?? []).length > 0 || choices.asOf !== undefined;
	if (!isAnything) {
		throw new EngineError('usage', 'Nothing was named to explain.', { hint: 'For example: plugward explain eslint@9' });
	}

	const base = await context.home.current();
	requireInstalled(base, without);
	const asked = parseSpecs(specs);
	const rules = await readRules(context, { choices, settings: base.settings, asked, lock: base.lock }, options);
	const roots = mergeRoots(base.lock, asked).filter(({ name }) => !without.includes(name));
	const unlocked = asked.map(({ name }) => name);
	const outcome = await resolveOutcome(context, { roots, lock: base.lock, unlocked, asksAnew: unlocked, rules }, options);
	const question = { generation: base.number, specs, asOf: rules.asOf === null ? null : new Date(rules.asOf).toISOString() };
	switch (outcome.type) {
		case 'gave-up':
			throw gaveUp(outcome.conflicts);
		case 'unsolvable':
			return {
				...question,
				isSolvable: false,
				roots: [],
				changes: [],
				warnings: [],
				failure: {
					...outcome.failure,
					suggestions: outcome.failure.suggestions.flatMap((suggestion) => {
						const command = suggestedCommand(suggestion, { specs, choices });
						return command === null ? [] : [{ ...suggestion, command }];
					}),
				},
			};
		case 'resolved': {
			const { resolution } = outcome;
			return {
				...question,
				isSolvable: true,
				roots: await describeRoots(context, { base, asked, roots, rules, resolution }, options),
				changes: changesBetween(base.lock, {
					roots: resolution.roots,
					packages: Object.fromEntries(resolution.packages.map((resolved) => [resolved.id, resolved])),
				}),
				warnings: resolution.warnings,
				failure: null,
			};
		}
	}
}

type Solved = {
	readonly base: Generation;
	readonly asked: readonly RequestedRoot[];
	readonly roots: readonly RootRequest[];
	readonly rules: ResolveRules;
	readonly resolution: Resolution;
};

async function describeRoots(
	context: EngineContext,
	{ base, asked, roots, rules, resolution }: Solved,
	options: CallOptions,
): Promise<readonly ExplainedRoot[]> {
	const described: ExplainedRoot[] = [];
	// Of a day that has been, what was published later is told with its date.
	const asking = { signal: options.signal, ...(rules.asOf === null ? timesNeeded(context) : { timesAfter: rules.asOf }) };
	for (const root of asked) {
		const chosen = resolution.packages.find(({ id }) => id === resolution.roots[root.name]?.instance);
		const answer = chosen === undefined ? undefined : (await context.registry.metadata.load([chosen.name], asking)).get(chosen.name);
		const latest = answer?.type === 'found' ? latestVersion(answer.index) : null;
		if (chosen === undefined || answer?.type !== 'found') {
			continue;
		}

		const reasons =
			latest === null
				? []
				: await whyNotLatest(
						context,
						{ root, index: answer.index, chosen: chosen.version, latest, roots, lock: base.lock, rules, resolution },
						options,
					);
		described.push({ name: root.name, spec: root.spec, version: chosen.version, latest, reasons });
	}

	return described;
}
