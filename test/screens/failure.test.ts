import { describe, expect, it } from 'vitest';

import { EngineError } from '../../source/engine/index.ts';
import { conflictOf, failureOf, withSuggestion } from '../../source/failure.ts';
import type { Suggestion } from '../../source/failure.ts';

function suggestion(overrides: Partial<Suggestion>): Suggestion {
	return { sentence: 'Try it.', type: 'change-root', name: 'eslint', spec: '8', command: null, ...overrides };
}

describe('what a screen says about an error', () => {
	it('keeps code, hint and cause of an engine error and cleans its text', () => {
		const error = new EngineError('registry-unreachable', 'gone \u001B[31mnow', { hint: 'Try R.', cause: new Error('ECONNREFUSED') });
		expect(failureOf(error)).toEqual({
			code: 'registry-unreachable',
			message: 'gone now',
			hint: 'Try R.',
			cause: 'ECONNREFUSED',
			details: undefined,
		});
	});

	it('calls everything else a defect', () => {
		expect(failureOf(new TypeError('x is not a function'))).toMatchObject({ code: 'internal', message: 'x is not a function' });
	});
});

describe('a conflict', () => {
	it('falls back to the message when there are no details', () => {
		const conflict = conflictOf(failureOf(new EngineError('no-solution', 'a and b exclude each other.')));
		expect(conflict).toEqual({ reasons: [['a and b exclude each other.']], suggestions: [] });
	});

	it('takes nothing but text from details, whatever they are', () => {
		const details = {
			conflicts: [{ sentences: ['one', 7, '\u001B[2Jtwo'] }, 'junk'],
			suggestions: [null, { sentence: 5 }, { sentence: 'Drop b.', type: 'drop-root', name: 'b' }],
		};
		expect(conflictOf(failureOf(new EngineError('no-solution', 'no', { details })))).toEqual({
			reasons: [['one', '\uFFFDtwo']],
			suggestions: [{ sentence: 'Drop b.', type: 'drop-root', name: 'b', spec: null, command: null }],
		});
	});
});

describe('taking a suggestion', () => {
	const request = { type: 'install', specs: ['eslint@9', '@acme/rules@^2'] } as const;

	it('asks for another version of one package and keeps the others', () => {
		expect(withSuggestion(request, suggestion({}))).toEqual({ type: 'install', specs: ['@acme/rules@^2', 'eslint@8'] });
		expect(withSuggestion(request, suggestion({ type: 'allow-young', name: '@acme/rules', spec: '2.1.0' }))).toEqual({
			type: 'install',
			specs: ['eslint@9', '@acme/rules@2.1.0'],
		});
	});

	it('leaves out a package that was asked for, but never all of them', () => {
		expect(withSuggestion(request, suggestion({ type: 'drop-root', spec: null }))).toEqual({ type: 'install', specs: ['@acme/rules@^2'] });
		expect(withSuggestion({ type: 'install', specs: ['eslint'] }, suggestion({ type: 'drop-root', spec: null }))).toBeNull();
		expect(withSuggestion(request, suggestion({ type: 'drop-root', name: 'other', spec: null }))).toBeNull();
	});

	it('cannot do what no request can say', () => {
		expect(withSuggestion(request, suggestion({ type: 'other' }))).toBeNull();
		expect(withSuggestion({ type: 'remove', names: ['a'] }, suggestion({}))).toBeNull();
	});
});
