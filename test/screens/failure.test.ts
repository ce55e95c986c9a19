import { describe, expect, it } from 'vitest';

import { commandOf } from '../../source/actions/request-words.ts';
import { EngineError } from '../../source/engine/index.ts';
import { conflictOf, failureOf } from '../../source/failure.ts';
import { suggestionOf, withSuggestion } from '../../source/suggestion.ts';
import type { Suggestion } from '../../source/suggestion.ts';

function suggestion(entry: object): Suggestion {
	const [found] = suggestionOf({ sentence: 'Try it.', ...entry });
	return found ?? expect.fail('it is none');
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
			suggestions: [{ sentence: 'Drop b.', specs: {}, without: ['b'], acceptYoung: [], overrides: [], command: null }],
		});
	});
});

describe('taking a suggestion', () => {
	const request = { type: 'install', specs: ['eslint@9', '@acme/rules@^2'] } as const;
	const update = { type: 'update', names: [], toLatest: false } as const;

	it('asks for other versions and keeps the others, whatever was asked', () => {
		expect(withSuggestion(request, suggestion({ type: 'change-root', name: 'eslint', spec: '8' }))).toEqual({
			type: 'install',
			specs: ['@acme/rules@^2', 'eslint@8'],
		});
		const roots = suggestion({ type: 'change-roots', roots: { eslint: '8', '@acme/rules': '1', other: '^3' } });
		expect(withSuggestion(request, roots)).toEqual({ type: 'install', specs: ['eslint@8', '@acme/rules@1', 'other@^3'] });
		expect(withSuggestion(update, roots)).toEqual({ type: 'install', specs: ['eslint@8', '@acme/rules@1', 'other@^3'] });
	});

	it('leaves out what was asked for, but never all of it', () => {
		expect(withSuggestion(request, suggestion({ type: 'drop-root', name: 'eslint' }))).toEqual({
			type: 'install',
			specs: ['@acme/rules@^2'],
		});
		const three = { type: 'install', specs: ['a', 'b@1', 'c'] } as const;
		expect(withSuggestion(three, suggestion({ type: 'drop-roots', names: ['a', 'b'] }))).toEqual({ type: 'install', specs: ['c'] });
		expect(withSuggestion({ type: 'install', specs: ['eslint'] }, suggestion({ type: 'drop-root', name: 'eslint' }))).toBeNull();
	});

	it('removes what is installed only where that is all there is to do', () => {
		const drop = suggestion({ type: 'drop-roots', names: ['x', 'y'] });
		expect(withSuggestion(update, drop)).toEqual({ type: 'remove', names: ['x', 'y'] });
		expect(withSuggestion(request, drop)).toBeNull();
	});

	it('takes young versions and overrides as the flags do, beside those taken before', () => {
		const young = withSuggestion(request, suggestion({ type: 'allow-young', name: '@acme/rules', version: '2.1.0' }));
		expect(young).toEqual({ ...request, choices: { acceptYoung: ['@acme/rules@2.1.0'], overrides: [] } });
		const both = withSuggestion(
			young ?? request,
			suggestion({
				type: 'overrides',
				overrides: [
					{ path: ['eslint'], name: 'core', range: '^1' },
					{ path: [], name: 'core2', range: '2' },
				],
			}),
		);
		expect(both).toEqual({
			...request,
			choices: { acceptYoung: ['@acme/rules@2.1.0'], overrides: ['eslint>core=^1', 'core2=2'] },
		});
		expect(withSuggestion(update, suggestion({ type: 'override', path: [], name: 'core', range: '1' }))).toEqual({
			...update,
			choices: { acceptYoung: [], overrides: ['core=1'] },
		});
		expect(commandOf(both ?? request)).toBe(
			"install eslint@9 @acme/rules@^2 --accept-young @acme/rules@2.1.0 --override 'eslint>core=^1' --override core2=2",
		);
	});

	it('cannot do what no request can say', () => {
		expect(withSuggestion(request, suggestion({ type: 'another' }))).toBeNull();
		expect(withSuggestion({ type: 'remove', names: ['a'] }, suggestion({ type: 'drop-root', name: 'a' }))).toBeNull();
	});
});
