import { describe, expect, it } from 'vitest';

import { functionForm, requestOf, runCommandText, taskForm } from '../../source/run-form.ts';
import type { RunForm } from '../../source/state.ts';
import { lineOf } from '../../source/terminal/index.ts';

function filled(form: RunForm, values: Readonly<Record<string, string>>): RunForm {
	return { ...form, fields: form.fields.map((field) => ({ ...field, line: lineOf(values[field.name] ?? '') })) };
}

const declaration = {
	description: 'Checks links.',
	input: {
		type: 'object',
		properties: { file: { type: 'string' }, tries: { type: 'integer', default: 3 }, strict: { type: 'boolean' }, tags: { type: 'array' } },
		required: ['file'],
	},
	output: {},
};

describe('a form for a task', () => {
	it('has a field per property, with defaults filled in', () => {
		const form = taskForm('links', 'check', declaration);
		expect(form.fields.map(({ name, kind, required, line }) => [name, kind, required, line.before])).toEqual([
			['file', 'text', true, ''],
			['tries', 'number', false, '3'],
			['strict', 'boolean', false, ''],
			['tags', 'json', false, ''],
		]);
	});

	it('makes typed values of what was typed and leaves out what is empty', () => {
		const form = filled(taskForm('links', 'check', declaration), { file: 'a b.md', tries: '5', strict: 'true', tags: '["x"]' });
		expect(requestOf(form)).toEqual({
			request: { target: 'links', task: 'check', input: { file: 'a b.md', tries: 5, strict: true, tags: ['x'] }, allow: [] },
		});
		expect(requestOf(filled(form, { file: 'a' }))).toMatchObject({ request: { input: { file: 'a' } } });
	});

	it.each([
		[{}, 'file is needed.'],
		[{ file: 'a', tries: 'x' }, 'tries is a number, not "x".'],
		[{ file: 'a', strict: 'yes' }, 'strict is true or false, not "yes".'],
	])('says what is wrong with %j', (values, problem) => {
		expect(requestOf(filled(taskForm('links', 'check', declaration), values))).toEqual({ problem });
	});

	it('is one field of JSON when the schema is not flat or not known', () => {
		const form = taskForm('links', 'check', null);
		expect(form.fields).toHaveLength(1);
		expect(requestOf(form)).toMatchObject({ request: { input: {} } });
		expect(requestOf(filled(form, { '': '{"a":' }))).toMatchObject({ problem: expect.stringContaining('input (JSON) is not JSON') });
	});
});

describe('a form for a plain package', () => {
	it('calls an exported function with arguments', () => {
		const form = filled(functionForm('semver'), { function: 'valid', input: '["v1.2.3"]' });
		expect(requestOf(form)).toEqual({ request: { target: 'semver', task: 'valid', input: ['v1.2.3'], allow: [] } });
	});
});

describe('the scripted command for a run', () => {
	it('is quoted for a shell', () => {
		expect(runCommandText({ target: 'links', task: 'check', input: { text: "it's" }, allow: [] })).toBe(
			String.raw`run links check --input '{"text":"it'\''s"}'`,
		);
	});
});
