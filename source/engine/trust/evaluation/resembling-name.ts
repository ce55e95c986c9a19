import type { Fact } from '../../evaluation.ts';
import { POPULAR_NAMES } from './popular-names.ts';
import { fact } from './scan-facts.ts';

type Resemblance = {
	readonly name: string;
	readonly how: 'separator' | 'homoglyph' | 'keyboard' | 'swapped' | 'letter' | 'scope' | 'order';
};

/** Shorter names are close to each other by chance. */
const SHORTEST = 5;
const ROWS = ['qwertyuiop', 'asdfghjkl', 'zxcvbnm'];

/** What names are compared by: worked out once for each, since a plan holds each of its names against each well-known one. */
type Forms = {
	readonly name: string;
	/** With the `@`; empty without one. */
	readonly scope: string;
	readonly bare: string;
	readonly flat: string;
	readonly glyphs: string;
};

/** A known name that this one could be mistaken for. Known names resemble nobody. `known`: names installed or pinned besides the popular ones. */
export function resemblanceFact(id: string, name: string, known: readonly string[]): readonly Fact[] {
	const mine = formsOf(name);
	const found =
		popular().names.has(name) || known.includes(name)
			? null
			: nearest(mine, [...popularNear(mine), ...knownForms(known).filter(isNear(mine))]);
	if (found === null) {
		return [];
	}

	const text = `Its name ${HOW[found.how]} the well-known ${found.name}. If you meant that, type that.`;
	return [fact(id, { code: 'name-resembles', severity: found.how === 'letter' || found.how === 'order' ? 'note' : 'caution', text })];
}

const formsOfKnown = new WeakMap<readonly string[], readonly Forms[]>();

/** The names of one plan are held against the same others each. */
function knownForms(known: readonly string[]): readonly Forms[] {
	const forms = formsOfKnown.get(known) ?? known.map(formsOf);
	formsOfKnown.set(known, forms);
	return forms;
}

function nearest(mine: Forms, candidates: readonly Forms[]): Resemblance | null {
	for (const compare of [separatorOrScope, homoglyph, wordOrder, oneEdit]) {
		for (const other of candidates) {
			const how = compare(mine, other);
			if (how !== null) {
				return { name: other.name, how };
			}
		}
	}

	return null;
}

function isNear(mine: Forms): (other: Forms) => boolean {
	return (other) => Math.abs(other.flat.length - mine.flat.length) <= 2;
}

type Popular = { readonly names: ReadonlySet<string>; readonly forms: readonly Forms[]; readonly near: Map<number, readonly Forms[]> };
let popularForms: Popular | null = null;

function popular(): Popular {
	popularForms ??= { names: new Set(POPULAR_NAMES), forms: POPULAR_NAMES.map(formsOf), near: new Map() };
	return popularForms;
}

function popularNear(mine: Forms): readonly Forms[] {
	const { forms, near } = popular();
	const found = near.get(mine.flat.length) ?? forms.filter(isNear(mine));
	near.set(mine.flat.length, found);
	return found;
}

const HOW: Readonly<Record<Resemblance['how'], string>> = {
	separator: 'differs only in separators from',
	homoglyph: 'looks like',
	keyboard: 'is one neighbouring key away from',
	swapped: 'has two letters swapped compared with',
	letter: 'is one letter away from',
	scope: 'differs only in its scope from',
	order: 'has the words of',
};

function formsOf(name: string): Forms {
	const slash = name.startsWith('@') ? name.indexOf('/') : -1;
	const flat = name.replaceAll(/[-_.@/]/g, '');
	return { name, scope: name.slice(0, Math.max(slash, 0)), bare: name.slice(slash + 1), flat, glyphs: glyphsOf(flat) };
}

function separatorOrScope(mine: Forms, other: Forms): Resemblance['how'] | null {
	if (mine.flat.length >= SHORTEST && mine.flat === other.flat) {
		return 'separator';
	}

	if (mine.bare !== other.bare || mine.scope === '' || other.scope === '') {
		return null;
	}

	return mine.scope !== other.scope && other.scope.length > 4 && editOf(mine.scope, other.scope) !== null ? 'scope' : null;
}

function homoglyph(mine: Forms, other: Forms): Resemblance['how'] | null {
	return mine.flat.length >= SHORTEST && mine.glyphs === other.glyphs ? 'homoglyph' : null;
}

function glyphsOf(flat: string): string {
	return flat
		.replaceAll('rn', 'm')
		.replaceAll('vv', 'w')
		.replaceAll(/[0o]/g, 'o')
		.replaceAll(/[1li]/g, 'l')
		.replaceAll('5', 's')
		.replaceAll('3', 'e');
}

function wordOrder({ name }: Forms, { name: other }: Forms): Resemblance['how'] | null {
	// The same letters in another order, so that they are as many.
	if (name.length !== other.length || name.includes('/')) {
		return null;
	}

	const words = (text: string) => text.split(/[-_.]/);
	const mine = words(name);
	return mine.length === 2 && mine.toReversed().join('-') === words(other).join('-') ? 'order' : null;
}

function oneEdit(mine: Forms, other: Forms): Resemblance['how'] | null {
	return mine.scope !== other.scope || Math.min(mine.bare.length, other.bare.length) < SHORTEST ? null : editOf(mine.bare, other.bare);
}

/** How one edit turns one text into the other; null when it takes more or none. */
function editOf(a: string, b: string): 'keyboard' | 'swapped' | 'letter' | null {
	if (a === b || Math.abs(a.length - b.length) > 1) {
		return null;
	}

	let start = 0;
	while (start < Math.min(a.length, b.length) && a[start] === b[start]) {
		start += 1;
	}

	const [restA, restB] = [a.slice(start), b.slice(start)];
	if (a.length !== b.length) {
		return restA.slice(1) === restB || restB.slice(1) === restA ? 'letter' : null;
	}

	if (restA.slice(1) === restB.slice(1)) {
		return areNeighbours(restA.charAt(0), restB.charAt(0)) ? 'keyboard' : 'letter';
	}

	return restA.slice(2) === restB.slice(2) && restA[0] === restB[1] && restA[1] === restB[0] ? 'swapped' : null;
}

function areNeighbours(a: string, b: string): boolean {
	return ROWS.some((row) => row.includes(a) && row.includes(b) && Math.abs(row.indexOf(a) - row.indexOf(b)) === 1);
}
