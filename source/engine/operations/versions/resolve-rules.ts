import { EngineError } from '../../errors.ts';
import type { CallOptions } from '../../events.ts';
import type { GenerationSettings } from '../../home/index.ts';
import type { Lock } from '../../lock.ts';
import { quoteForShell } from '../../quote-for-shell.ts';
import type { Override, RootRequest } from '../../resolver/index.ts';
import { acceptedYoung } from './accepted-young.ts';
import { parseAsOf } from './as-of.ts';
import type { EngineContext } from '../engine-context.ts';
import { overrideText, parseOverride, parseSelector, selectorOf } from './override-text.ts';
import { loadSecurityFixes } from '../apply/security-fixes.ts';
import type { ResolveChoices } from '../../version-questions.ts';

/** How a solve departs from the policy and from what packages say. */
export type ResolveRules = {
	/** Epoch milliseconds; null: now. */
	readonly asOf: number | null;
	/** True for a version that the user takes although it is younger than the policy wants. */
	readonly acceptsYoung: (name: string, version: string) => boolean;
	readonly overrides: readonly Override[];
};

/** Nothing departs from anything. */
export const NO_RULES: ResolveRules = { asOf: null, acceptsYoung: () => false, overrides: [] };

export type RuleChoices = ResolveChoices & {
	/** What stands left of the `=` of overrides that end. */
	readonly droppedOverrides?: readonly string[];
};

/** What the user chose, laid over what the generation remembers. Throws `usage`, `spec-invalid`. */
export async function readRules(
	context: EngineContext,
	{
		choices,
		settings,
		asked,
		lock,
	}: {
		readonly choices: RuleChoices;
		readonly settings: GenerationSettings;
		readonly asked: readonly RootRequest[];
		/** What is installed; null when that plays no part. */
		readonly lock: Lock | null;
	},
	options: CallOptions,
): Promise<ResolveRules> {
	const accepts = await acceptedYoung(context, { accepted: choices.acceptYoung ?? [], asked }, options);
	const fixes = lock === null ? null : await loadSecurityFixes(context, lock, options.signal);
	return {
		asOf: choices.asOf === undefined ? null : parseAsOf(choices.asOf, context.clock()),
		acceptsYoung: (name, version) => accepts(name, version) || fixes?.has(`${name}@${version}`) === true,
		overrides: overridesWith(settings, choices).map((text) => parseOverride(text)),
	};
}

/** Overrides as texts, sorted: those of the settings without the dropped ones, and with the new ones in the place of older ones. */
export function overridesWith({ overrides }: Pick<GenerationSettings, 'overrides'>, choices: RuleChoices): readonly string[] {
	const texts = new Map(overrides.map((text) => [selectorOf(parseOverride(text)), text]));
	for (const selector of choices.droppedOverrides?.map((text) => parseSelector(text)) ?? []) {
		if (!texts.delete(selector)) {
			throw new EngineError('usage', `There is no override of ${selector}.`, {
				hint: texts.size === 0 ? 'This home has no overrides.' : `There are: ${[...texts.keys()].join(', ')}`,
			});
		}
	}

	for (const override of choices.overrides?.map((text) => parseOverride(text)) ?? []) {
		texts.set(selectorOf(override), overrideText(override));
	}

	return [...texts.values()].toSorted((a, b) => (a < b ? -1 : Number(a > b)));
}

export function changesOverrides({ overrides = [], droppedOverrides = [] }: RuleChoices): boolean {
	return overrides.length + droppedOverrides.length > 0;
}

/** The flags that say the same on a command line, with a space before each. */
export function flagsOf({ asOf, overrides = [] }: ResolveChoices): string {
	const flags = [...(asOf === undefined ? [] : ['--as-of', asOf]), ...overrides.flatMap((text) => ['--override', quoteForShell(text)])];
	return flags.map((word) => ` ${word}`).join('');
}
