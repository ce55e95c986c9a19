import type { RunRequest, TaskDeclaration } from './engine/index.ts';
import { cleanLine } from './format.ts';
import type { FormField, RunForm } from './state.ts';
import { EMPTY_LINE, lineOf, lineText } from './terminal/line-editor.ts';

/** A form for one task: a field per property of a flat input schema, else one field of JSON. */
export function taskForm(target: string, task: string, declaration: TaskDeclaration | null): RunForm {
	const fields = declaration === null ? null : flatFields(declaration.input);
	return {
		about: 'run',
		target,
		task,
		description: cleanLine(declaration?.description ?? ''),
		fields: fields ?? [{ name: '', label: 'input (JSON)', kind: 'json', required: false, line: lineOf('{}') }],
		focused: 0,
		problem: null,
	};
}

/** A plain package has no tasks: the user names an exported function and its arguments. */
export function functionForm(target: string): RunForm {
	return {
		about: 'run',
		target,
		task: null,
		description: 'Calls an exported function of the package in the isolate, without any rights.',
		fields: [
			{ name: 'function', label: 'function', kind: 'text', required: true, line: EMPTY_LINE },
			{ name: 'input', label: 'arguments (JSON)', kind: 'json', required: false, line: lineOf('[]') },
		],
		focused: 0,
		problem: null,
	};
}

/** The scripted command for a run, quoted for a shell, without the program's name. */
export function runCommandText(request: RunRequest): string {
	const input = JSON.stringify(request.input).replaceAll("'", String.raw`'\''`);
	return ['run', request.target, ...(request.task === null ? [] : [request.task]), '--input', `'${input}'`].join(' ');
}

/** The request that the filled form stands for, or the sentence that says what is wrong with it. */
export function requestOf(form: RunForm): { readonly request: RunRequest } | { readonly problem: string } {
	const values: Record<string, unknown> = {};
	for (const field of form.fields) {
		const parsed = valueOf(field);
		if ('problem' in parsed) {
			return parsed;
		}

		if (parsed.value !== undefined) {
			values[field.name] = parsed.value;
		}
	}

	if (form.task === null) {
		return { request: { target: form.target, task: String(values['function']), input: values['input'] ?? [], allow: [] } };
	}

	const [first] = form.fields;
	const isWhole = form.fields.length === 1 && first?.name === '';
	return { request: { target: form.target, task: form.task, input: isWhole ? (values[''] ?? {}) : values, allow: [] } };
}

export function valueOf(field: FormField): { readonly value: unknown } | { readonly problem: string } {
	const text = lineText(field.line).trim();
	if (text === '') {
		return field.required ? { problem: `${field.label} is needed.` } : { value: undefined };
	}

	switch (field.kind) {
		case 'text':
		case 'secret':
			return { value: text };
		case 'boolean':
			return text === 'true' || text === 'false'
				? { value: text === 'true' }
				: { problem: `${field.label} is true or false, not "${text}".` };
		case 'number':
			return Number.isFinite(Number(text)) ? { value: Number(text) } : { problem: `${field.label} is a number, not "${text}".` };
		case 'json':
			try {
				return { value: JSON.parse(text) };
			} catch (error) {
				return { problem: `${field.label} is not JSON: ${error instanceof Error ? cleanLine(error.message) : 'unreadable'}.` };
			}
	}
}

function flatFields(schema: Readonly<Record<string, unknown>>): readonly FormField[] | null {
	const properties = schema['properties'];
	if (schema['type'] !== 'object' || !isRecord(properties) || Object.keys(properties).length === 0) {
		return null;
	}

	const required = Array.isArray(schema['required']) ? schema['required'] : [];
	return Object.entries(properties).map(([name, property]) => {
		const kind = kindOf(property);
		const hasDefault = isRecord(property) && property['default'] !== undefined;
		const initial = hasDefault && isRecord(property) ? property['default'] : undefined;
		return {
			name,
			label: cleanLine(name),
			kind,
			required: required.includes(name),
			line: initial === undefined ? EMPTY_LINE : lineOf(typeof initial === 'string' ? cleanLine(initial) : JSON.stringify(initial)),
		};
	});
}

function kindOf(property: unknown): FormField['kind'] {
	const type = isRecord(property) ? property['type'] : undefined;
	switch (type) {
		case 'string':
			return 'text';
		case 'number':
		case 'integer':
			return 'number';
		case 'boolean':
			return 'boolean';
		default:
			return 'json';
	}
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
