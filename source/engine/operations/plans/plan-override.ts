import { EngineError } from '../../errors.ts';
import type { CallOptions } from '../../events.ts';
import type { Lock } from '../../lock.ts';
import type { Plan } from '../../plan.ts';
import { quoteForShell } from '../../quote-for-shell.ts';
import type { EngineContext } from '../engine-context.ts';
import { parseOverride, parseSelector } from '../versions/override-text.ts';
import { planTree } from './plan-install.ts';

type OverrideChange = { readonly set: readonly string[]; readonly drop: readonly string[] };

/** Plans to replace what packages ask for, or to end that. Everything keeps its version that can. Throws `usage`, `spec-invalid`. */
export async function planOverride(context: EngineContext, { set, drop }: OverrideChange, options: CallOptions): Promise<Plan> {
	if (set.length + drop.length === 0) {
		throw new EngineError('usage', 'No override was named.', { hint: "For example: plugward override 'left-pad=1.3.0'" });
	}

	const base = await context.home.current();
	const names = new Set([...set.map((text) => parseOverride(text).name), ...drop.map((selector) => nameOf(selector))]);
	const words = [...set, ...drop.flatMap((selector) => ['--drop', selector])];
	return planTree(
		context,
		{
			kind: 'override',
			command: `override ${words.map((word) => (word === '--drop' ? word : quoteForShell(word))).join(' ')}`,
			base,
			asked: [],
			unlocked: [],
			// What the override is about moves; everything else keeps its version that can.
			preferred: { ...base.lock, packages: withoutNamed(base.lock, names) },
			choices: { overrides: set, droppedOverrides: drop },
		},
		options,
	);
}

function withoutNamed({ packages }: Lock, names: ReadonlySet<string>): Lock['packages'] {
	return Object.fromEntries(Object.entries(packages).filter(([, { name }]) => !names.has(name)));
}

/** What stands last in `PARENT>NAME@RANGE`. */
function nameOf(selector: string): string {
	return parseOverride(`${parseSelector(selector)}=*`).name;
}
