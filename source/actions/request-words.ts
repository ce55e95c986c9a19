import { quoteWord } from '../commands/consent.ts';
import { equivalentCommand } from '../plan-review.ts';
import { runCommandText } from '../run-form.ts';
import { trustCommandText, trustTitle } from '../trust-forms.ts';
import type { Answers, OperationRequest, TakenChoices } from '../state.ts';

/** What a page about the request is called. */
// oxlint-disable-next-line complexity
export function titleOf(request: OperationRequest): string {
	switch (request.type) {
		case 'apply':
			return `Apply: ${request.plan.command}`;
		case 'verify':
			return request.names.length === 0 ? 'Verify everything' : `Verify ${request.names.join(' ')}`;
		case 'trust':
			return trustTitle(request.act);
		case 'doctor':
			return 'Put right what can be put right safely';
		case 'registry':
			return request.act.type === 'sign-out'
				? `Sign out of ${request.act.scope ?? 'the default registry'}`
				: `Take the registry of ${request.act.scope ?? 'everything else'} out of .npmrc`;
		case 'run':
			return `Run ${request.request.target}${request.request.task === null ? '' : ` ${request.request.task}`}`;
		case 'keep':
			return `${request.isKept ? 'Keep' : 'Release'} generation ${request.generation}`;
		case 'compare':
			return `Generation ${request.from} and the current one`;
		case 'collect':
			return request.isDryRun ? 'What a collection would remove' : 'Collect old generations';
		case 'install':
		case 'update':
		case 'remove':
		case 'rollback':
		case 'switch':
		case 'undo':
		case 'redo':
		case 'mark':
			return `Plan: ${commandOf(request)}`;
	}
}

/** The scripted command that does the same, without the program's name. */
export function commandOf(request: OperationRequest): string {
	return wordsOf(request)
		.filter((word) => word !== '')
		.join(' ');
}

// oxlint-disable-next-line complexity
function wordsOf(request: OperationRequest): readonly string[] {
	switch (request.type) {
		case 'install':
			return ['install', ...request.specs, ...choiceWords(request.choices)];
		case 'update':
			return ['update', ...request.names, request.toLatest ? '--latest' : '', ...choiceWords(request.choices)];
		case 'remove':
		case 'verify':
			return [request.type, ...request.names];
		case 'rollback':
		case 'switch':
		case 'undo':
			return [request.type, String(request.generation ?? '')];
		case 'redo':
			return ['redo'];
		case 'mark':
			return [request.mark, ...request.names];
		case 'keep':
			return ['keep', String(request.generation), request.isKept ? '' : '--release'];
		case 'compare':
			return ['diff', String(request.from)];
		case 'collect':
			return ['gc', request.isDryRun ? '--dry-run' : ''];
		case 'apply': {
			const answers: Answers = Object.fromEntries(request.decisions.map((decision) => [decision.requirementId, decision.answer]));
			const reason = request.decisions.find((decision) => decision.reason !== undefined)?.reason ?? '';
			return [equivalentCommand(request.plan, answers, reason)];
		}
		case 'trust':
			return [trustCommandText(request.act)];
		case 'doctor':
			return ['doctor', '--fix'];
		case 'registry':
			return ['registry', request.act.type === 'sign-out' ? 'logout' : 'remove', request.act.scope ?? ''];
		case 'run':
			return [runCommandText(request.request)];
	}
}

function choiceWords({ acceptYoung, overrides }: TakenChoices = { acceptYoung: [], overrides: [] }): readonly string[] {
	return [
		...acceptYoung.map((young) => `--accept-young ${quoteWord(young)}`),
		...overrides.map((override) => `--override ${quoteWord(override)}`),
	];
}
