import semver from 'semver';
import { EngineError } from '../../errors.ts';
import { isPackageName } from '../../registry/index.ts';
import type { Override } from '../../resolver/index.ts';
import { stripToLine } from '../../strip-controls.ts';
import { parseSpec } from './parse-spec.ts';

const MOST_PARENTS = 8;
const LONGEST = 1000;

type Selected = { readonly name: string; readonly range: string | null };

/** Reads `[PARENT[@RANGE]>]NAME[@RANGE]=SPEC`, with any number of parents, outermost first. Throws `spec-invalid`. */
export function parseOverride(text: string): Override {
	const selector = readSelector(text);
	const spec = text.slice(selector.end + 1).trim();
	if (selector.end === text.length || spec === '') {
		throw malformed(text, 'it does not say what is to be taken instead');
	}

	const [target, ...parents] = selector.elements.toReversed();
	if (target === undefined) {
		throw malformed(text, 'it names no package');
	}

	requireSpec(target.name, spec, text);
	return { path: parents.toReversed(), ...target, spec };
}

/** Reads what stands left of the `=`, in the form that `selectorOf` gives. Throws `spec-invalid`. */
export function parseSelector(text: string): string {
	const { elements, end } = readSelector(text);
	if (end !== text.length) {
		throw malformed(text, 'to drop an override, name only what stands before the "="');
	}

	return elements.map((element) => elementText(element)).join('>');
}

/** What an override is about; one selector has one override. */
export function selectorOf({ path, name, range }: Override): string {
	return [...path, { name, range }].map((element) => elementText(element)).join('>');
}

/** The one way an override is written down, so that equal ones are equal texts. */
export function overrideText(override: Override): string {
	return `${selectorOf(override)}=${override.spec}`;
}

function elementText({ name, range }: Selected): string {
	return range === null ? name : `${name}@${range}`;
}

function readSelector(text: string): { readonly elements: readonly Selected[]; readonly end: number } {
	if (text.length > LONGEST) {
		throw malformed(`${text.slice(0, 40)}...`, `it is longer than ${LONGEST} characters`);
	}

	const elements: Selected[] = [];
	for (let at = 0; ;) {
		const name = /(?:@[^/@>=\s]+\/)?[^/@>=\s]+/uy;
		name.lastIndex = at;
		const found = name.exec(text)?.[0] ?? '';
		if (!isPackageName(found)) {
			throw malformed(text, `expected the name of a package, got "${stripToLine(found || text.slice(at, at + 20))}"`);
		}

		const afterName = at + found.length;
		const end = text[afterName] === '@' ? endOfRange(text, afterName + 1) : afterName;
		elements.push({ name: found, range: end === afterName ? null : readRange(text.slice(afterName + 1, end), text) });
		if (text[end] !== '>' || elements.length > MOST_PARENTS) {
			return { elements, end: requireEnd(text, end) };
		}

		at = end + 1;
	}
}

/** A range may hold `>`, `>=` and `=` itself: `>` before a name ends it, and so does `=` that belongs to no operator. */
function endOfRange(text: string, from: number): number {
	for (let i = from; i < text.length; i += 1) {
		const isParent = text[i] === '>' && /[a-z@_]/iu.test(text[i + 1] ?? '');
		const isEquals = text[i] === '=' && i > from && !/[<>=\s|]/u.test(text[i - 1] ?? '');
		if (isParent || isEquals) {
			return i;
		}
	}

	return text.length;
}

function requireEnd(text: string, end: number): number {
	if (end < text.length && text[end] !== '=') {
		throw malformed(text, `"${stripToLine(text.slice(end, end + 20))}" was not expected`);
	}

	return end;
}

function readRange(range: string, text: string): string {
	if (semver.validRange(range, { loose: true }) === null) {
		throw malformed(text, `"${stripToLine(range)}" is not a range`);
	}

	return range.trim();
}

function requireSpec(name: string, spec: string, text: string): void {
	if (spec.startsWith('$') ? !isPackageName(spec.slice(1)) : parseSpec(`${name}@${spec}`).spec === '') {
		throw malformed(text, `"${stripToLine(spec)}" cannot be asked of a registry`);
	}
}

function malformed(text: string, why: string): EngineError {
	return new EngineError('spec-invalid', `"${stripToLine(text)}" is not an override: ${why}.`, {
		hint: "For example: --override 'left-pad=1.3.0' or --override 'parent@2>left-pad=1.3.0'",
	});
}
