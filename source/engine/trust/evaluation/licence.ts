import type spdx from 'spdx-expression-parse';
import type { Fact } from '../../evaluation.ts';
import { fact } from './scan-facts.ts';

/**
 * A package's licence held against what the policy allows; null allows any. An `OR` needs one side that is allowed, an `AND` both, and
 * `ID WITH EXCEPTION` is allowed when it or its `ID` is.
 */
export async function licenceFacts(id: string, licence: string | null, allowed: readonly string[] | null): Promise<readonly Fact[]> {
	if (licence === null) {
		const refused = allowed !== null;
		return [
			fact(id, {
				code: refused ? 'licence-refused' : 'licence-missing',
				severity: refused ? 'danger' : 'note',
				text: `It states no licence${refused ? ', and your policy allows only named ones' : ', so nobody may use it without asking'}.`,
			}),
		];
	}

	const parsed = await parse(licence);
	if (parsed === null) {
		const refused = allowed !== null && !allowed.includes(licence);
		return [
			fact(id, {
				code: refused ? 'licence-refused' : 'licence-unclear',
				severity: refused ? 'danger' : 'note',
				text: `Its licence "${licence}" is no SPDX expression${refused ? ', and your policy does not allow it' : ''}.`,
			}),
		];
	}

	return allowed === null || satisfies(parsed, new Set(allowed))
		? []
		: [
				fact(id, {
					code: 'licence-refused',
					severity: 'danger',
					text: `Its licence is ${licence}, and your policy allows ${allowed.join(', ')}.`,
				}),
			];
}

type Expression = ReturnType<typeof spdx>;

async function parse(licence: string): Promise<Expression | null> {
	const { default: parseExpression } = await import('spdx-expression-parse');
	try {
		return parseExpression(licence);
	} catch {
		// The parser throws for whatever is no expression; that is the answer.
		return null;
	}
}

function satisfies(expression: Expression, allowed: ReadonlySet<string>): boolean {
	if ('conjunction' in expression) {
		const left = satisfies(expression.left, allowed);
		const right = satisfies(expression.right, allowed);
		return expression.conjunction === 'or' ? left || right : left && right;
	}

	const { license, plus, exception } = expression;
	const names = [license, ...(plus === true ? [`${license}+`] : []), ...(exception === undefined ? [] : [`${license} WITH ${exception}`])];
	return names.some((name) => allowed.has(name));
}
