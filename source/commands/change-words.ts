import type { Change, Plan, PlanMark } from '../engine/index.ts';
import { plural } from '../format.ts';

/** One sentence without its full stop: what applying the plan did. */
export function whatHappened(plan: Plan, changes: readonly Change[]): string {
	const roots = changes.filter((change) => change.isRoot).map((change) => change.name);
	const { kind } = plan;
	if (isMark(kind)) {
		return whatWasMarked(kind, namesIn(plan).split(' ').join(', '));
	}

	switch (kind) {
		case 'install':
			return roots.length === 0 ? 'Saved what is asked for' : `Installed ${namedOrCounted(roots)}`;
		case 'update':
			return roots.length === 0 ? 'Updated dependencies' : `Updated ${namedOrCounted(roots)}`;
		case 'remove':
			return roots.length === 0
				? `Removed ${namesIn(plan).split(' ').join(', ')}; what it stood for stays, since something else needs it`
				: `Removed ${namedOrCounted(roots)}`;
		case 'rollback':
			return `Rolled back from generation ${plan.baseGeneration}`;
		case 'switch':
			return `Switched from generation ${plan.baseGeneration}`;
		case 'undo':
			return `Took back what generation ${namesIn(plan)} changed`;
		case 'redo':
			return `Did again what was taken back and left generation ${plan.baseGeneration}`;
		case 'override':
			return 'Changed the overrides';
		case 'import':
			return `Imported ${namesIn(plan)}`;
	}
}

function isMark(kind: Plan['kind']): kind is PlanMark {
	return ['pin', 'unpin', 'hold', 'unhold', 'enable', 'disable'].includes(kind);
}

function whatWasMarked(mark: PlanMark, names: string): string {
	switch (mark) {
		case 'pin':
			return `Pinned ${names}`;
		case 'unpin':
			return `Unpinned ${names}`;
		case 'hold':
			return `Held ${names}; updates leave it alone`;
		case 'unhold':
			return `Updates heed ${names} again`;
		case 'enable':
			return `Enabled ${names}`;
		case 'disable':
			return `Disabled ${names}; it stays installed and does not run`;
	}
}

function wasMarked(mark: PlanMark, names: readonly string[]): string {
	const state = {
		pin: 'pinned already',
		unpin: 'not pinned',
		hold: 'held already',
		unhold: 'not held',
		enable: 'not disabled',
		disable: 'disabled already',
	}[mark];
	return `${names.join(', ')} ${names.length === 1 ? 'is' : 'are'} ${state}`;
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
		case 'override':
			return 'Those overrides are there already';
		case 'import':
			return 'Everything in the archive is installed already';
		case 'pin':
		case 'unpin':
		case 'hold':
		case 'unhold':
		case 'enable':
		case 'disable':
			return wasMarked(plan.kind, [...new Set(namesIn(plan).split(' '))]);
	}
}

/** What stands after the first word of the plan's command. */
function namesIn({ command }: Plan): string {
	return command.slice(command.indexOf(' ') + 1);
}

function namedOrCounted(names: readonly string[]): string {
	return names.length > 3 ? plural(names.length, 'plugin') : names.join(', ');
}
