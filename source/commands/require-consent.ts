import { EngineError } from '../engine/index.ts';
import { askYesNo } from './ask.ts';
import type { Consent, Proposal } from './command.ts';
import { flagFor, sentenceFor } from './consent.ts';
import type { View } from './layout.ts';
import { planText } from './plan-text.ts';
import type { Input, Output } from './surroundings.ts';

export type ConsentSurroundings = {
	readonly stdin: Input;
	readonly stderr: Output;
	readonly view: View;
	readonly signal: AbortSignal;
	/** `--yes`. It accepts the plan, never what a requirement asks. */
	readonly isPlanAccepted: boolean;
	/** A person sits there and reads text. */
	readonly canAsk: boolean;
	readonly say: (text: string) => void;
};

/**
 * Resolves when the plan may be applied, and tells whether the user has seen it. Throws `consent-required`, naming the flags to type,
 * and `cancelled`.
 */
export async function requireConsent(proposal: Proposal, surroundings: ConsentSurroundings): Promise<Consent> {
	const { plan, undecided } = proposal;
	const flags = undecided.map((requirement) => flagFor(requirement));
	if (undecided.length > 0) {
		throw new EngineError('consent-required', undecided.map((requirement) => sentenceFor(requirement)).join('\n'), {
			hint: `Accept by name: ${[...new Set(flags)].join(' ')}`,
			details: { undecided: undecided.map((requirement) => ({ ...requirement, flag: flagFor(requirement) })) },
		});
	}

	if (surroundings.isPlanAccepted) {
		return { wasShown: false };
	}

	if (!surroundings.canAsk) {
		throw new EngineError('consent-required', `The plan "${plan.command}" needs a yes, and there is no terminal to ask on.`, {
			hint: 'Add --yes to apply it, or --dry-run to look at it.',
			details: { changes: plan.changes },
		});
	}

	surroundings.say(`${planText(proposal, surroundings.view)}\n`);
	if (!(await askYesNo('Apply?', surroundings))) {
		throw new EngineError('consent-required', 'Nothing was changed: the plan was not accepted.', { hint: 'Answer y, or add --yes.' });
	}

	return { wasShown: true };
}
