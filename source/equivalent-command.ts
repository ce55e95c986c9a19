import { reasonIn } from './apply-form.ts';
import { commandOf } from './actions/request-words.ts';
import { quoteWord } from './commands/consent.ts';
import { selectedItem } from './lists.ts';
import { equivalentCommand } from './plan-review.ts';
import { requestOf, runCommandText } from './run-form.ts';
import { runtimeCommandText } from './runtime-view.ts';
import { findOperation, topPage, visibleSettings } from './select.ts';
import { settingFormCommand } from './setting-forms.ts';
import type { Page, RunForm, State } from './state.ts';
import { lineText } from './terminal/index.ts';
import { trustActOf, trustCommandText } from './trust-forms.ts';

/** The scripted command that does what this screen shows, without the program's name. */
// oxlint-disable-next-line complexity
export function equivalentOf(state: State): string {
	const page = topPage(state);
	switch (page?.type) {
		case 'plugin':
			return pluginCommand(page);
		case 'file':
			return `info ${page.name}`;
		case 'plan':
			return equivalentCommand(page.plan, page.answers);
		case 'operation':
		case 'conflict':
			return findOperation(state, page.operation)?.command ?? '';
		case 'trust-why':
			return `trust why ${page.name}`;
		case 'trust-raw':
			return `trust raw ${page.name}`;
		case 'review':
			return `review ${page.name}@${page.to}`;
		case 'review-file':
			return `review ${page.name}@${page.to} --file ${quoteWord(page.path)}`;
		case 'confirm':
			return trustCommandText(page.act);
		case 'runtime-grants':
			return `permissions explain ${page.plugin}`;
		case 'runtime-confirm':
			return runtimeCommandText(page.act);
		case 'form':
			return formCommand(page.form, state);
		case 'ask':
			return commandOf(page.request);
		case 'levels':
			return 'trust audit';
		case 'welcome':
			return 'registry list';
		case 'keys':
		case 'palette':
		case 'help':
			return 'help';
		case undefined:
			return sectionCommand(state);
	}
}

function pluginCommand({ name, tab }: Extract<Page, { readonly type: 'plugin' }>): string {
	switch (tab) {
		case 'readme':
		case 'versions':
		case 'files':
			return `info ${name} --${tab}`;
		case 'permissions':
			return `evaluate ${name}`;
		case 'provenance':
			return `trust why ${name}`;
		case 'overview':
		case 'dependencies':
		case 'stats':
			return `info ${name}`;
	}
}

function formCommand(form: RunForm, { now, pages }: State): string {
	const below = pages.at(-2);
	if (form.about === 'apply') {
		return below?.type === 'plan' ? equivalentCommand(below.plan, below.answers, reasonIn(form)) : '';
	}

	const own = settingFormCommand(form);
	if (own !== null) {
		return own;
	}

	if (form.about === 'run') {
		const outcome = requestOf(form);
		return 'request' in outcome
			? runCommandText(outcome.request)
			: ['run', form.target, ...(form.task === null ? [] : [form.task])].join(' ');
	}

	if (form.about === 'limits') {
		const values = form.fields.map(({ name, line }) => `--${name} ${lineText(line)}`);
		return ['limits', form.target, ...values].join(' ');
	}

	const outcome = trustActOf(form, now);
	const start = form.about === 'except' ? `policy except ${form.target}` : `trust ${form.about} ${form.target}`.trim();
	return 'act' in outcome ? trustCommandText(outcome.act) : start;
}

function sectionCommand(state: State): string {
	switch (state.section) {
		case 'installed':
			return 'list';
		case 'updates':
			return state.marked.length === 0 ? 'outdated' : `update ${state.marked.join(' ')}`;
		case 'doctor':
			return 'doctor';
		case 'settings':
			return settingsCommand(state);
		case 'run':
			return `run ${selectedItem(state) ?? ''}`.trim();
		case 'browse':
			return `search ${lineText(state.searchLine)}`.trim();
		case 'activity':
		case 'history':
			return 'history';
		case 'trust':
			return 'trust audit';
		case 'runtime':
			return 'ps';
	}
}

function settingsCommand(state: State): string {
	const item = visibleSettings(state).find(({ key }) => key === selectedItem(state));
	return item?.type === 'registry' ? 'registry list' : item === undefined ? 'settings list' : `settings get ${item.setting.key}`;
}
