import type { Requirement } from './engine/index.ts';
import { cleanLine } from './format.ts';
import type { KeyName } from './keys/binding.ts';
import { requirementSubject } from './plan-review.ts';
import type { GravePackage } from './plan-review.ts';
import type { FormField, RunForm } from './state.ts';
import { EMPTY_LINE, lineText } from './terminal/line-editor.ts';

/** No package is called so: names have no spaces. */
const REASON = 'the reason';

/**
 * What is asked before a plan is applied that accepts something: the names of what widens rights or loses trust, since a key alone is pressed
 * too easily, and why, for whoever reads the history and the audit log later.
 */
export function applyForm(grave: readonly GravePackage[], accepted: readonly Requirement[]): RunForm {
	const names = grave.map(({ name }): FormField => ({
		name,
		label: `type ${cleanLine(name)}`,
		kind: 'text',
		required: true,
		line: EMPTY_LINE,
	}));
	return {
		about: 'apply',
		target: grave.map(({ name }) => name).join(' '),
		task: null,
		description: [
			...grave.map(({ name, reasons }) => `${cleanLine(name)}: ${reasons.map(cleanLine).join('; ')}.`),
			...(grave.length === 0
				? [`You accept ${accepted.map(acceptedWords).join('; ')}. Say why for whoever reads the history later, or leave it empty.`]
				: []),
		].join(' '),
		fields: [...names, { name: REASON, label: 'reason (optional)', kind: 'text', required: false, line: EMPTY_LINE }],
		focused: 0,
		problem: null,
	};
}

/** The first field that does not hold its name, as a sentence; null when all do. */
export function applyProblem(form: RunForm, key: KeyName): string | null {
	const wrong = form.fields.find((field) => field.name !== REASON && lineText(field.line).trim() !== cleanLine(field.name));
	return wrong === undefined ? null : `Type ${cleanLine(wrong.name)} to go on, or press ${key('back', 'form')}: nothing has changed.`;
}

/** Empty where none was given. */
export function reasonIn(form: RunForm): string {
	const field = form.fields.find(({ name }) => name === REASON);
	return field === undefined ? '' : cleanLine(lineText(field.line)).trim();
}

function acceptedWords(requirement: Requirement): string {
	const subject = cleanLine(requirementSubject(requirement));
	switch (requirement.type) {
		case 'permission':
			return `that ${subject} may use ${cleanLine(requirement.permissionId)}`;
		case 'lower-level':
			return `that ${subject} is ${requirement.level} only`;
		case 'changed-identity':
			return `that somebody else built ${subject} than before`;
		case 'young-version':
			return `that ${subject} is younger than your policy wants`;
		case 'downgrade':
			return `that ${subject} goes back to ${cleanLine(requirement.version)}`;
	}
}
