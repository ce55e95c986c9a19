import type { Plan } from '../../plan.ts';

/** Plans that bring nothing new must not depend on a registry. */
export function asksRegistry({ kind }: Pick<Plan, 'kind'>): boolean {
	return kind === 'install' || kind === 'update' || kind === 'undo' || kind === 'override';
}
