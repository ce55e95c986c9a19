import type { Change, Plan } from '../engine/index.ts';
import { plural } from '../format.ts';

/** One sentence without its full stop: what applying the plan did. */
export function whatHappened(plan: Plan, changes: readonly Change[]): string {
	const roots = changes.filter((change) => change.isRoot).map((change) => change.name);
	switch (plan.kind) {
		case 'install':
			return roots.length === 0 ? 'Saved' : `Installed ${namedOrCounted(roots)}`;
		case 'update':
			return roots.length === 0 ? 'Updated dependencies' : `Updated ${namedOrCounted(roots)}`;
		case 'remove':
			return `Removed ${namedOrCounted(roots)}`;
		case 'rollback':
			return `Rolled back from generation ${plan.baseGeneration}`;
		case 'switch':
			return `Switched from generation ${plan.baseGeneration}`;
		case 'undo':
			return `Took back what generation ${namesIn(plan)} changed`;
		case 'redo':
			return `Did again what was taken back and left generation ${plan.baseGeneration}`;
		case 'pin':
			return `Pinned ${namesIn(plan)}`;
		case 'unpin':
			return `Unpinned ${namesIn(plan)}`;
		case 'hold':
			return `Held ${namesIn(plan)}; updates leave it alone`;
		case 'unhold':
			return `Updates heed ${namesIn(plan)} again`;
		case 'enable':
			return `Enabled ${namesIn(plan)}`;
		case 'disable':
			return `Disabled ${namesIn(plan)}; it stays installed and does not run`;
	}
}

export function unchangedSentence(plan: Plan): string {
	const still = plan.baseGeneration === 0 ? '' : ` Generation ${plan.baseGeneration} stays current.`;
	return `${unchangedWords(plan)}.${still}`;
}

function unchangedWords(plan: Plan): string {
	switch (plan.kind) {
		case 'install':
			return 'Already installed; nothing to change';
		case 'update':
			return 'Everything is up to date';
		case 'remove':
			return 'Nothing to remove';
		case 'rollback':
			return 'Nothing to roll back';
		case 'switch':
			return 'That generation is current already';
		case 'undo':
			return 'Nothing to take back';
		case 'redo':
			return 'Nothing to do again';
		case 'pin':
		case 'unpin':
		case 'hold':
		case 'unhold':
		case 'enable':
		case 'disable':
			return `Nothing to change: ${plan.command} has been done before`;
	}
}

/** What stands after the first word of the plan's command. */
function namesIn({ command }: Plan): string {
	return command.slice(command.indexOf(' ') + 1);
}

function namedOrCounted(names: readonly string[]): string {
	return names.length > 3 ? plural(names.length, 'plugin') : names.join(', ');
}
