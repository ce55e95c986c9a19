import type { SearchedPackage } from './searched-package.ts';

/**
 * A registry's list of all its packages goes over the wire as lines of JSON: a head, one array for each package that is new or changed since
 * `since`, one array with a name alone for each that is gone, and an end that counts them. It is served at `/-/plugward/index`.
 */
export const CATALOGUE_FORMAT = 1;

export type CatalogueHead = {
	readonly plugwardIndex: typeof CATALOGUE_FORMAT;
	/** Names this state of the list; opaque. */
	readonly revision: string;
	/** The revision these lines lead on from; null for the whole list. */
	readonly since: string | null;
};

export function encodeCatalogueHead(head: Omit<CatalogueHead, 'plugwardIndex'>): string {
	return `${JSON.stringify({ plugwardIndex: CATALOGUE_FORMAT, ...head })}\n`;
}

export function encodeCatalogueRow(one: SearchedPackage): string {
	const { name, version, description, keywords, publisher, maintainers, licence, publishedAt, downloads, permissions, isPlugin, proof } =
		one;
	const time = publishedAt === null ? Number.NaN : Date.parse(publishedAt);
	const seconds = Number.isNaN(time) ? null : Math.round(time / 1000);
	const people = publisher === null ? maintainers : maintainers.filter((person) => person !== publisher);
	const row = [name, version, description, keywords, publisher, people, licence, seconds, downloads, permissions, isPlugin, proof];
	return `${JSON.stringify(row)}\n`;
}

export function encodeCatalogueGone(name: string): string {
	return `${JSON.stringify([name])}\n`;
}

export function encodeCatalogueEnd(lines: number): string {
	return `${JSON.stringify({ end: lines })}\n`;
}
