import { selectedItem } from './lists.ts';
import { equivalentCommand } from './plan-review.ts';
import { requestOf, runCommandText } from './run-form.ts';
import { findOperation, topPage } from './select.ts';
import type { State } from './state.ts';
import { lineText } from './terminal/index.ts';

/** The scripted command that does what this screen shows, without the program's name. */
export function equivalentOf(state: State): string {
	const page = topPage(state);
	switch (page?.type) {
		case 'plugin':
			return `info ${page.name}`;
		case 'plan':
			return equivalentCommand(page.plan, page.answers);
		case 'operation':
		case 'conflict':
			return findOperation(state, page.operation)?.command ?? '';
		case 'form': {
			const outcome = requestOf(page.form);
			return 'request' in outcome
				? runCommandText(outcome.request)
				: ['run', page.form.target, ...(page.form.task === null ? [] : [page.form.task])].join(' ');
		}
		case 'help':
			return 'help';
		case undefined:
			return sectionCommand(state);
	}
}

function sectionCommand(state: State): string {
	switch (state.section) {
		case 'installed':
			return 'list';
		case 'run':
			return `run ${selectedItem(state) ?? ''}`.trim();
		case 'browse':
			return `search ${lineText(state.searchLine)}`.trim();
		case 'activity':
		case 'history':
			return 'history';
		case 'trust':
			return `verify ${selectedItem(state) ?? ''}`.trim();
	}
}
