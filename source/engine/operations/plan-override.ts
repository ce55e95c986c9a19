import { EngineError } from '../errors.ts';
import type { CallOptions } from '../events.ts';
import type { Plan } from '../plan.ts';
import { quoteForShell } from '../quote-for-shell.ts';
import type { EngineContext } from './engine-context.ts';
import { planTree } from './plan-install.ts';

type OverrideChange = { readonly set: readonly string[]; readonly drop: readonly string[] };

/** Plans to replace what packages ask for, or to end that. Everything keeps its version that can. Throws `usage`, `spec-invalid`. */
export async function planOverride(context: EngineContext, { set, drop }: OverrideChange, options: CallOptions): Promise<Plan> {
	if (set.length + drop.length === 0) {
		throw new EngineError('usage', 'No override was named.', { hint: "For example: plugward override 'left-pad=1.3.0'" });
	}

	const words = [...set, ...drop.flatMap((selector) => ['--drop', selector])];
	return planTree(
		context,
		{
			kind: 'override',
			command: `override ${words.map((word) => (word === '--drop' ? word : quoteForShell(word))).join(' ')}`,
			base: await context.home.current(),
			asked: [],
			unlocked: [],
			choices: { overrides: set, droppedOverrides: drop },
		},
		options,
	);
}
