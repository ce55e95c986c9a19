import type { CallOptions } from '../../events.ts';
import type { EngineContext } from '../engine-context.ts';
import { whileExclusive } from '../apply/while-exclusive.ts';

/** Marks a generation so that no collection removes it. Throws `generation-not-found`. */
export async function keepGeneration(context: EngineContext, number: number, options: CallOptions): Promise<void> {
	await whileExclusive(context, options, () => context.home.keepGeneration(number));
}

/** Takes the mark away; a generation without one stays as it is. Throws `generation-not-found`. */
export async function releaseGeneration(context: EngineContext, number: number, options: CallOptions): Promise<void> {
	await whileExclusive(context, options, async () => {
		// A mistyped number must not pass for done.
		await context.home.generation(number);
		await context.home.releaseGeneration(number);
	});
}
