import type { Fact } from '../../evaluation.ts';
import { POPULAR_NAMES } from './popular-names.ts';
import { fact } from './scan-facts.ts';

export type Resemblance = {
	readonly name: string;
	readonly how: 'separator' | 'homoglyph' | 'keyboard' | 'swapped' | 'letter' | 'scope' | 'order';
};

/** Shorter names are close to each other by chance. */
const SHORTEST = 5;
const ROWS = ['qwertyuiop', 'asdfghjkl', 'zxcvbnm'];

/** A known name that this one could be mistaken for, or null. Known names resemble nobody. */
export function resembles(name: string, known: ReadonlySet<string>): Resemblance | null {
	if (known.has(name)) {
		return null;
	}

	const candidates = [...known].filter((other) => Math.abs(flat(other).length - flat(name).length) <= 2);
	for (const compare of [separatorOrScope, homoglyph, wordOrder, oneEdit]) {
		for (const other of candidates) {
			const how = compare(name, other);
			if (how !== null) {
				return { name: other, how };
			}
		}
	}

	return null;
}

/** `known`: names installed or pinned besides the popular ones. */
export function resemblanceFact(id: string, name: string, known: readonly string[]): readonly Fact[] {
	const found = resembles(name, new Set([...POPULAR_NAMES, ...known]));
	if (found === null) {
		return [];
	}

	const text = `Its name ${HOW[found.how]} the well-known ${found.name}. If you meant that, type that.`;
	return [fact(id, { code: 'name-resembles', severity: found.how === 'letter' || found.how === 'order' ? 'note' : 'caution', text })];
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

function bareOf(name: string): string {
	return name.startsWith('@') ? name.slice(name.indexOf('/') + 1) : name;
}

function flat(name: string): string {
	return name.replaceAll(/[-_.@/]/g, '');
}

function separatorOrScope(name: string, other: string): Resemblance['how'] | null {
	if (flat(name).length >= SHORTEST && flat(name) === flat(other)) {
		return 'separator';
	}

	if (!name.startsWith('@') || !other.startsWith('@') || bareOf(name) !== bareOf(other)) {
		return null;
	}

	const [scope, wanted] = [name.slice(1, name.indexOf('/')), other.slice(1, other.indexOf('/'))];
	return scope !== wanted && wanted.length >= 4 && editOf(scope, wanted) !== null ? 'scope' : null;
}

function homoglyph(name: string, other: string): Resemblance['how'] | null {
	return flat(name).length >= SHORTEST && glyphs(name) === glyphs(other) ? 'homoglyph' : null;
}

function glyphs(name: string): string {
	return flat(name)
		.replaceAll('rn', 'm')
		.replaceAll('vv', 'w')
		.replaceAll(/[0o]/g, 'o')
		.replaceAll(/[1li]/g, 'l')
		.replaceAll('5', 's')
		.replaceAll('3', 'e');
}

function wordOrder(name: string, other: string): Resemblance['how'] | null {
	const words = (text: string) => text.split(/[-_.]/);
	const mine = words(name);
	return !name.includes('/') && mine.length === 2 && mine.toReversed().join('-') === words(other).join('-') ? 'order' : null;
}

function oneEdit(name: string, other: string): Resemblance['how'] | null {
	if (name.startsWith('@') !== other.startsWith('@') || (name.startsWith('@') && name.split('/')[0] !== other.split('/')[0])) {
		return null;
	}

	const [mine, theirs] = [bareOf(name), bareOf(other)];
	return Math.min(mine.length, theirs.length) < SHORTEST ? null : editOf(mine, theirs);
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
