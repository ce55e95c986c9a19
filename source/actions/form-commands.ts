import { completeLine } from '../complete-line.ts';
import { editedLine } from '../edited-line.ts';
import { requestOf } from '../run-form.ts';
import { topPage } from '../select.ts';
import type { RunForm, State } from '../state.ts';
import { EMPTY_LINE } from '../terminal/index.ts';
import { trustActOf } from '../trust-forms.ts';
import type { CommandParts } from './context.ts';
import { submitApply } from './item-commands.ts';
import { submitLimits } from './runtime-commands.ts';
import { submitSetting } from './setting-commands.ts';

/** What the keys of fields and forms do. */

export function complete({ store, loading }: CommandParts, state: State): void {
	store.dispatch({ type: 'line-changed', line: completeLine(editedLine(state)) });
	if (state.editing?.type === 'search') {
		loading.searchSoon();
	}
}

export function moveField({ store }: CommandParts, state: State, by: 1 | -1): void {
	const page = topPage(state);
	if (page?.type === 'form') {
		const count = page.form.fields.length;
		store.dispatch({ type: 'form-changed', form: { ...page.form, focused: (page.form.focused + by + count) % count } });
	}
}

export function submit(parts: CommandParts, state: State): void {
	const { store, loading, operations } = parts;
	const page = topPage(state);
	if (page?.type !== 'form') {
		store.dispatch({ type: 'editing-ended' });
		if (state.editing?.type === 'search') {
			void loading.searchNow();
		}

		return;
	}

	if (page.form.about === 'limits') {
		return submitLimits(parts, state);
	}

	if (page.form.about === 'apply') {
		return submitApply(parts, state, page.form);
	}

	if (page.form.about === 'setting' || page.form.about === 'registry' || page.form.about === 'sign-in') {
		return submitSetting(parts, page.form);
	}

	if (page.form.about !== 'run') {
		return submitTrust(store, page.form, state.now);
	}

	const outcome = requestOf(page.form);
	if ('problem' in outcome) {
		return store.dispatch({ type: 'form-changed', form: { ...page.form, problem: outcome.problem } });
	}

	operations.start({ type: 'run', request: outcome.request });
}

function submitTrust(store: CommandParts['store'], form: RunForm, now: number): void {
	const outcome = trustActOf(form, now);
	if ('problem' in outcome) {
		return store.dispatch({ type: 'form-changed', form: { ...form, problem: outcome.problem } });
	}

	store.dispatch({ type: 'page-pushed', page: { type: 'confirm', act: outcome.act } });
}

export function stopEditing({ store }: CommandParts, state: State): void {
	if (state.editing?.type === 'filter') {
		store.dispatch({ type: 'line-changed', line: EMPTY_LINE });
	}

	store.dispatch({ type: 'editing-ended' });
}
