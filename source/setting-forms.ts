import { quoteWord } from './commands/consent.ts';
import type { Setting } from './setting-entries.ts';
import type { FormField, RunForm } from './state.ts';
import { EMPTY_LINE, lineOf, lineText } from './terminal/line-editor.ts';

/** One value, as it is now, to be changed. */
export function settingForm({ key, value, default: usual, choices, help }: Setting): RunForm {
	const words = choices.length === 0 ? `Default: ${usual === '' ? 'nothing' : usual}.` : `One of ${choices.join(', ')}; default ${usual}.`;
	return form('setting', {
		target: key,
		description: `${help}. ${words}`,
		fields: [field('value', key, { text: value, required: false })],
	});
}

/** Which registry is asked for the packages of a scope. */
export function registryForm(): RunForm {
	return form('registry', {
		target: '',
		description: 'Written into your own .npmrc. Without a scope it is the registry of everything that has none of its own.',
		fields: [field('scope', 'scope, like @acme', { required: false }), field('url', 'address')],
	});
}

/** `target` is a scope, or empty for the default registry. */
export function signInForm(scope: string | null, url: string): RunForm {
	return form('sign-in', {
		target: scope ?? '',
		description: `Make a token on the pages of ${url} and put it here. It is written into your own .npmrc, which only you can read, and goes to that registry alone.`,
		fields: [{ ...field('token', 'token'), kind: 'secret' }],
	});
}

/** Values of a filled form by field. */
export function formValues({ fields }: RunForm): Readonly<Record<string, string>> {
	return Object.fromEntries(fields.map(({ name, line }) => [name, lineText(line).trim()]));
}

/** The scripted command that does the same, without the program's name; null for another form. A token never stands in it. */
export function settingFormCommand(filled: RunForm): string | null {
	const { value = '', scope = '', url = '' } = formValues(filled);
	switch (filled.about) {
		case 'setting':
			return `settings set ${filled.target} ${quoteWord(value)}`;
		case 'registry':
			return ['registry add', scope, url === '' ? 'URL' : quoteWord(url)].filter((word) => word !== '').join(' ');
		case 'sign-in':
			return ['registry login', filled.target, '--token-from FILE'].filter((word) => word !== '').join(' ');
		case 'run':
		case 'endorse':
		case 'reject':
		case 'import':
		case 'except':
		case 'apply':
		case 'limits':
			return null;
	}
}

function form(about: RunForm['about'], rest: Pick<RunForm, 'target' | 'description' | 'fields'>): RunForm {
	return { about, task: null, focused: 0, problem: null, ...rest };
}

function field(
	name: string,
	label: string,
	{ required = true, text = '' }: { readonly required?: boolean; readonly text?: string } = {},
): FormField {
	return { name, label, kind: 'text', required, line: text === '' ? EMPTY_LINE : lineOf(text) };
}
