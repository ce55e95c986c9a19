import { suggestedCommand } from '../key-refusals.ts';
import { selectedPlanItem } from '../lists.ts';
import { answerTo, equivalentCommand } from '../plan-review.ts';
import { runtimeCommandText } from '../runtime-view.ts';
import { topPage } from '../select.ts';
import type { State } from '../state.ts';
import { trustCommandText } from '../trust-forms.ts';
import type { CommandParts } from './context.ts';
import { commandOf } from './request-words.ts';

/** What is decided before something is done. */
export function answer({ store }: CommandParts, state: State, command: 'toggle-answer' | 'accept' | 'deny'): void {
	const page = topPage(state);
	const item = selectedPlanItem(state);
	if (page?.type !== 'plan' || item?.type !== 'requirement') {
		return;
	}

	const { id } = item.requirement;
	const isAccepted = answerTo(item.requirement, page.answers) === 'accept';
	const accepts = command === 'accept' || (command === 'toggle-answer' && !isAccepted);
	store.dispatch({ type: 'answered', requirementId: id, answer: accepts ? 'accept' : 'deny' });
}

/** Puts the scripted command that does the same on the clipboard. */
export function copyCommand({ store, host }: CommandParts, state: State): void {
	const page = topPage(state);
	const command =
		page?.type === 'ask'
			? commandOf(page.request)
			: page?.type === 'plan'
				? equivalentCommand(page.plan, page.answers)
				: page?.type === 'confirm'
					? trustCommandText(page.act)
					: page?.type === 'runtime-confirm'
						? runtimeCommandText(page.act)
						: (suggestedCommand(state)?.replace(/^plugward /, '') ?? null);
	if (command !== null) {
		host.copy(`plugward ${command}`);
		store.dispatch({ type: 'noticed', notice: { tone: 'info', text: 'The command went to the clipboard, if this terminal allows it.' } });
	}
}
