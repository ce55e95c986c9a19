import { FACETS, findFacet } from './facets.ts';

export type Completion = {
	/** What could stand instead of the word before the cursor, best first; each whole, for instance `permission:net`. */
	readonly candidates: readonly string[];
	/** Where that word starts. */
	readonly start: number;
};

const MOST_CANDIDATES = 12;

/** What the facet that is being typed at the end of `text` could become. No candidates where no facet is begun. */
export function completeFacet(text: string): Completion {
	const word = /\S*$/u.exec(text)?.[0] ?? '';
	const [, sign = '', name = '', rest] = /^([-!]?)([a-z]+)(:.*)?$/iu.exec(word) ?? [];
	const start = text.length - word.length;
	if (name === '' || (rest === undefined && name.length < 2)) {
		return { candidates: [], start };
	}

	if (rest === undefined) {
		const begun = FACETS.filter((facet) => facet.name.startsWith(name.toLowerCase()));
		return { candidates: begun.map((facet) => `${sign}${facet.name}:`), start };
	}

	const facet = findFacet(name.toLowerCase());
	const value = rest.slice(1).toLowerCase();
	const [, head = '', last = ''] = /^(.*,|!?)([^,]*)$/u.exec(value) ?? [];
	const values = (facet?.values ?? []).filter((one) => one.startsWith(last) && one !== last);
	return { candidates: values.slice(0, MOST_CANDIDATES).map((one) => `${sign}${facet?.name ?? name}:${head}${one}`), start };
}
