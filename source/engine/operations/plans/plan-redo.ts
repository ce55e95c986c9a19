import { EngineError } from '../../errors.ts';
import type { CallOptions } from '../../events.ts';
import type { RecordedOperation } from '../../home/index.ts';
import type { Plan } from '../../plan.ts';
import type { EngineContext } from '../engine-context.ts';
import { planTarget } from './plan-rollback.ts';

/** Plans to return to the generation that the last undo, rollback or switch back left. Throws `generation-not-found` when there is none. */
export async function planRedo(context: EngineContext, options: CallOptions): Promise<Plan> {
	const base = await context.home.current();
	const number = leftBehind(await context.home.operations(), base.number);
	if (number === null) {
		throw new EngineError('generation-not-found', 'Nothing was taken back since the last change, so there is nothing to do again.', {
			hint: 'Choose a generation: plugward history, then plugward switch N',
		});
	}

	const target = await context.home.generation(number);
	return planTarget(context, { kind: 'redo', command: 'redo', base, target }, options);
}

/** Like any editor: what goes back can be done again until something new is done. */
function leftBehind(operations: readonly RecordedOperation[], current: number): number | null {
	let left: number[] = [];
	for (const { event, from, to, command } of operations) {
		const [word] = command.split(' ', 1);
		if (word === 'redo') {
			left.pop();
		} else if (word === 'undo' || (event === 'generation-switched' && to < from)) {
			left.push(from);
		} else {
			left = [];
		}
	}

	return operations.at(-1)?.to === current ? (left.at(-1) ?? null) : null;
}
