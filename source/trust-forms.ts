import { EXCEPTION_RULES } from './engine/index.ts';
import { quoteWord } from './commands/consent.ts';
import { cleanLine } from './format.ts';
import type { KeyName } from './keys/binding.ts';
import { valueOf } from './run-form.ts';
import type { FormField, RunForm, TrustAct } from './state.ts';
import { EMPTY_LINE, lineOf } from './terminal/line-editor.ts';

const DAY_MILLISECONDS = 86_400_000;
const REVIEW_DAYS = 365;
const EXCEPTION_DAYS = 30;

/** What a reviewer signs about one version. `id`: `name@version`; `now`: milliseconds since the epoch. */
export function reviewForm(
	id: string,
	{ verdict, now, key }: { readonly verdict: 'endorse' | 'reject'; readonly now: number; readonly key: KeyName },
): RunForm {
	return {
		about: verdict,
		target: id,
		task: null,
		description: `Signs with your own key that you ${verdict === 'endorse' ? 'looked at' : 'reject'} exactly these bytes. ${key('submit', 'form')} shows it before anything is signed.`,
		fields: [
			textField('notes', 'what you found', { required: verdict === 'reject' }),
			textField('from', 'changes since version', { required: false }),
			textField('expires', 'until', { text: dayAfter(now, REVIEW_DAYS) }),
		],
		focused: 0,
		problem: null,
	};
}

/** Takes in what others signed. */
export function importForm(key: KeyName): RunForm {
	return {
		about: 'import',
		target: '',
		task: null,
		description: `Each statement is verified; it counts only when your policy trusts who signed it. ${key('submit', 'form')} shows it before anything is read.`,
		fields: [textField('source', 'file, or npm:NAME')],
		focused: 0,
		problem: null,
	};
}

/** Frees one version from one rule of the user's policy. */
export function exceptionForm(id: string, { rule, now }: { readonly rule: string; readonly now: number }): RunForm {
	return {
		about: 'except',
		target: id,
		task: null,
		description: `Rules: ${EXCEPTION_RULES.join(', ')}`,
		fields: [
			textField('rule', 'rule', { text: rule }),
			textField('reason', 'reason'),
			textField('expires', 'until', { text: dayAfter(now, EXCEPTION_DAYS) }),
		],
		focused: rule === '' ? 0 : 1,
		problem: null,
	};
}

/** What the filled form would sign or write, or the sentence that says what is wrong with it. */
export function trustActOf(form: RunForm, now: number): { readonly act: TrustAct } | { readonly problem: string } {
	const values: Record<string, string> = {};
	for (const field of form.fields) {
		const parsed = valueOf(field);
		if ('problem' in parsed) {
			return parsed;
		}

		values[field.name] = typeof parsed.value === 'string' ? parsed.value : '';
	}

	return form.about === 'import' ? { act: { type: 'import', source: values['source'] ?? '' } } : endingActOf(form, { values, now });
}

type Filled = { readonly values: Readonly<Record<string, string>>; readonly now: number };

/** What holds for a time: a review or an exception. */
function endingActOf({ about, target }: RunForm, { values, now }: Filled): { readonly act: TrustAct } | { readonly problem: string } {
	const { notes = '', from = '', rule = '', reason = '' } = values;
	const end = Date.parse(values['expires'] ?? '');
	if (Number.isNaN(end) || end <= now) {
		return { problem: 'until is a day to come, like 2027-06-30.' };
	}

	const expires = new Date(end).toISOString();
	if (about === 'endorse' || about === 'reject') {
		return {
			act: { type: 'endorse', review: { verdict: about, spec: target, from: from === '' ? null : from, notes, expires, keyless: null } },
		};
	}

	return EXCEPTION_RULES.some((one) => one === rule)
		? { act: { type: 'except', exception: { package: target, rule, reason, expires } } }
		: { problem: `rule is one of: ${EXCEPTION_RULES.join(', ')}.` };
}

/** The scripted command that does the same, without the program's name. */
export function trustCommandText(act: TrustAct): string {
	switch (act.type) {
		case 'endorse': {
			const { verdict, spec, from, notes, expires } = act.review;
			return [
				`trust ${verdict} ${quoteWord(spec)}`,
				...(from === null ? [] : [`--delta ${quoteWord(from)}`]),
				...(notes === '' ? [] : [`--notes ${quoteWord(notes)}`]),
				`--expires ${expires.slice(0, 10)}`,
			].join(' ');
		}
		case 'revoke':
			return `trust revoke ${act.sha256}`;
		case 'import':
			return `trust import ${quoteWord(act.source)}`;
		case 'pin':
		case 'unpin':
			return `trust ${act.type} ${quoteWord(act.name)}`;
		case 'except': {
			const { package: name, rule, reason, expires } = act.exception;
			return `policy except ${quoteWord(name)} --rule ${rule} --reason ${quoteWord(reason)} --expires ${expires.slice(0, 10)}`;
		}
	}
}

export function trustTitle(act: TrustAct): string {
	switch (act.type) {
		case 'endorse':
			return `${act.review.verdict === 'endorse' ? 'Endorse' : 'Reject'} ${cleanLine(act.review.spec)}`;
		case 'revoke':
			return `Take back what you said about ${cleanLine(act.about)}`;
		case 'import':
			return `Take in ${cleanLine(act.source)}`;
		case 'unpin':
			return `Unpin the builder of ${cleanLine(act.name)}`;
		case 'pin':
			return `Pin the builder of ${cleanLine(act.name)}`;
		case 'except':
			return `Except ${cleanLine(act.exception.package)} from ${act.exception.rule}`;
	}
}

function textField(
	name: string,
	label: string,
	{ required = true, text = '' }: { readonly required?: boolean; readonly text?: string } = {},
): FormField {
	return { name, label, kind: 'text', required, line: text === '' ? EMPTY_LINE : lineOf(text) };
}

function dayAfter(now: number, days: number): string {
	return new Date(now + days * DAY_MILLISECONDS).toISOString().slice(0, 10);
}
