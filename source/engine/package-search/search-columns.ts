import { PERMISSION_KINDS } from '../permission.ts';
import { lettersOf, type SearchText } from './match-word.ts';
import type { ClaimedProof, SearchedPackage } from './searched-package.ts';

const PROOFS: readonly (ClaimedProof | null)[] = [null, 'none', 'signed', 'attested'];
const PERMISSIONS_TOLD = 0x80;
const LONGEST_DESCRIPTION = 1000;
const LONGEST_KEYWORDS = 1000;
const LONGEST_PEOPLE = 500;

/** What a search reads of its packages, field by field: a hundred thousand of them must be passed over within a few milliseconds. */
export class SearchColumns {
	readonly names: string[] = [];
	readonly #texts: string[] = [];
	readonly #text = { text: '', nameEnd: 0, keywordsEnd: 0, descriptionEnd: 0 };
	/** Ends of name, keywords and description, three for each package. */
	#ends: Uint16Array;
	#letters: Int32Array;
	/** Milliseconds since the epoch; NaN when not told. */
	#times: Float64Array;
	/** NaN when not told. */
	#downloads: Float64Array;
	/** One bit for each kind of permission, and one for "was told"; then what is claimed as proof; then whether it is a plugin. */
	#bits: Uint8Array;
	#licences: Uint16Array;
	readonly #licenceWords: string[] = [''];
	readonly #licenceIds = new Map<string, number>();

	constructor(capacity: number) {
		this.#ends = new Uint16Array(capacity * 3);
		this.#letters = new Int32Array(capacity);
		this.#times = new Float64Array(capacity);
		this.#downloads = new Float64Array(capacity);
		this.#bits = new Uint8Array(capacity * 3);
		this.#licences = new Uint16Array(capacity);
	}

	get count(): number {
		return this.names.length;
	}

	/** Adds what stands beyond the capacity to nothing, so count first. */
	add(one: SearchedPackage): void {
		const index = this.names.length;
		const name = one.name.toLowerCase();
		const keywords = one.keywords.length === 0 ? '\n\t' : `\n\t${one.keywords.join('\t').toLowerCase().slice(0, LONGEST_KEYWORDS)}\t`;
		const description = `\n${one.description.toLowerCase().slice(0, LONGEST_DESCRIPTION)}`;
		const people = `\n${peopleOf(one).toLowerCase().slice(0, LONGEST_PEOPLE)}`;
		this.names.push(one.name);
		// Joined, since a sum stays a tree of its parts until it is first searched.
		this.#texts.push([name, keywords, description, people].join(''));
		const keywordsEnd = name.length + keywords.length;
		this.#ends.set([name.length, keywordsEnd, keywordsEnd + description.length], index * 3);
		this.#letters[index] = lettersOf(name, name.length);
		this.#times[index] = one.publishedAt === null ? Number.NaN : Date.parse(one.publishedAt);
		this.#downloads[index] = one.downloads ?? Number.NaN;
		this.#bits.set(
			[permissionBits(one.permissions), PROOFS.indexOf(one.proof), one.isPlugin === null ? 0 : one.isPlugin ? 2 : 1],
			index * 3,
		);
		this.#licences[index] = this.#licenceId(one.licence);
	}

	/** Of one package; the next call fills the same object anew, since a search asks a hundred thousand times. */
	text(index: number): SearchText {
		const at = index * 3;
		const text = this.#text;
		text.text = this.#texts[index] ?? '';
		text.nameEnd = this.#ends[at] ?? 0;
		text.keywordsEnd = this.#ends[at + 1] ?? 0;
		text.descriptionEnd = this.#ends[at + 2] ?? 0;
		return text;
	}

	/** Which letters its name has, as `lettersOf` tells. */
	letters(index: number): number {
		return this.#letters[index] ?? 0;
	}

	time(index: number): number {
		return this.#times[index] ?? Number.NaN;
	}

	downloads(index: number): number {
		return this.#downloads[index] ?? Number.NaN;
	}

	proof(index: number): ClaimedProof | null {
		return PROOFS[this.#bits[index * 3 + 1] ?? 0] ?? null;
	}

	isPlugin(index: number): boolean | null {
		const bits = this.#bits[index * 3 + 2] ?? 0;
		return bits === 0 ? null : bits === 2;
	}

	/** One bit for each of the kinds, as `permissionBit` names them; null when nobody told. */
	permissions(index: number): number | null {
		const bits = this.#bits[index * 3] ?? 0;
		return bits === 0 ? null : bits & ~PERMISSIONS_TOLD;
	}

	licence(index: number): number {
		return this.#licences[index] ?? 0;
	}

	/** By number, in lower case; 0 is for one that was not told. */
	get licences(): readonly string[] {
		return this.#licenceWords;
	}

	#licenceId(licence: string | null): number {
		const word = (licence ?? '').toLowerCase();
		if (word === '') {
			return 0;
		}

		let id = this.#licenceIds.get(word);
		// More kinds than numbers are no licences but texts; the last number stands for all of those.
		if (id === undefined && this.#licenceWords.length < 65_535) {
			id = this.#licenceWords.push(word) - 1;
			this.#licenceIds.set(word, id);
		}

		return id ?? 65_535;
	}
}

export function permissionBit(kind: string): number {
	const index = PERMISSION_KINDS.findIndex((known) => known === kind);
	return index === -1 ? 0 : 1 << index;
}

function permissionBits(kinds: readonly string[] | null): number {
	return kinds === null ? 0 : kinds.reduce((bits, kind) => bits | permissionBit(kind), PERMISSIONS_TOLD);
}

function peopleOf({ publisher, maintainers }: SearchedPackage): string {
	return publisher === null || maintainers.includes(publisher) ? maintainers.join('\n') : [publisher, ...maintainers].join('\n');
}
