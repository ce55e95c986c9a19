import type { Plan } from '../../plan.ts';

/**
 * True for plans whose versions a registry chose: a tag that was moved back must not bring an old hole back unasked. Who names a date, a
 * lock file or an earlier generation has asked for what was before.
 */
export function asksDowngrades({ kind, command }: Pick<Plan, 'kind' | 'command'>): boolean {
	return (kind === 'install' || kind === 'update') && !/ --(?:as-of|frozen)\b/.test(command);
}
