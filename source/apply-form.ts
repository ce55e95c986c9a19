import { cleanLine } from './format.ts';
import type { GravePackage } from './plan-review.ts';
import type { RunForm } from './state.ts';
import { EMPTY_LINE, lineText } from './terminal/line-editor.ts';

/** The names to type before a plan is applied that widens rights or loses trust: a key alone is pressed too easily. */
export function applyForm(grave: readonly GravePackage[]): RunForm {
	return {
		about: 'apply',
		target: grave.map(({ name }) => name).join(' '),
		task: null,
		description: grave.map(({ name, reasons }) => `${cleanLine(name)}: ${reasons.map(cleanLine).join('; ')}.`).join(' '),
		fields: grave.map(({ name }) => ({
			name,
			label: `type ${cleanLine(name)}`,
			kind: 'text',
			required: true,
			line: EMPTY_LINE,
		})),
		focused: 0,
		problem: null,
	};
}

/** The first field that does not hold its name, as a sentence; null when all do. */
export function applyProblem(form: RunForm): string | null {
	const wrong = form.fields.find((field) => lineText(field.line).trim() !== cleanLine(field.name));
	return wrong === undefined ? null : `Type ${cleanLine(wrong.name)} to go on, or press Esc: nothing has changed.`;
}
