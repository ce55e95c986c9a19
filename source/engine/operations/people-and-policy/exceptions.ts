import { EngineError } from '../../errors.ts';
import { stripToLine } from '../../strip-controls.ts';
import { EXCEPTION_RULES, type ExceptionRule } from '../../exception-rules.ts';
import type { ExceptionRequest } from '../../trust-calls.ts';
import type { EngineContext } from '../engine-context.ts';
import { editPolicy } from './edit-policy.ts';

type Named = Pick<ExceptionRequest, 'package' | 'rule'>;

/** Frees one package from one rule of the user's policy, with a reason and an end: an exception for good is a changed rule. */
export async function addException(context: EngineContext, exception: ExceptionRequest): Promise<void> {
	const rule = ruleOf(exception.rule);
	const end = Date.parse(exception.expires);
	if (Number.isNaN(end) || end <= context.clock().getTime()) {
		throw new EngineError('usage', `An exception ends at a time to come, not at ${stripToLine(exception.expires)}.`, {
			hint: 'For instance: --expires 2027-06-30',
		});
	}

	if (exception.reason.trim() === '') {
		throw new EngineError('usage', 'An exception needs a reason, for whoever finds it later.', {
			hint: 'Say why: --reason "moved to another org"',
		});
	}

	await editPolicy(context, 'exceptions', (exceptions) => [
		...exceptions.filter((one) => !isSame(one, exception)),
		{ package: exception.package, rule, reason: exception.reason, expires: new Date(end).toISOString() },
	]);
}

export async function removeException(context: EngineContext, exception: Named): Promise<void> {
	ruleOf(exception.rule);
	if (!context.policy.exceptions.some((one) => isSame(one, exception))) {
		throw new EngineError('usage', `${stripToLine(exception.package)} is not excepted from ${exception.rule}.`, {
			hint: 'See the exceptions: plugward policy check',
		});
	}

	await editPolicy(context, 'exceptions', (exceptions) => exceptions.filter((one) => !isSame(one, exception)));
}

function isSame(one: Named, other: Named): boolean {
	return one.package === other.package && one.rule === other.rule;
}

function ruleOf(text: string): ExceptionRule {
	const rule = EXCEPTION_RULES.find((one) => one === text);
	if (rule === undefined) {
		const message = text === '' ? 'An exception is one from a rule.' : `"${stripToLine(text)}" is no rule that has exceptions.`;
		throw new EngineError('usage', message, { hint: `Name it with --rule, one of: ${EXCEPTION_RULES.join(', ')}` });
	}

	return rule;
}
