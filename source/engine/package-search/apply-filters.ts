import { LEVELS, type Level } from '../evidence.ts';
import type { Filter } from './facets.ts';
import { permissionBit, type SearchColumns } from './search-columns.ts';
import type { ClaimedProof, InstalledFacts } from './searched-package.ts';

export type Installed = ReadonlyMap<string, InstalledFacts>;

/** Null when the package does not tell what the filter asks: it then matches neither the filter nor its opposite. */
type Test = (index: number) => boolean | null;

/** One function for all filters of a query. */
export function filterTest(filters: readonly Filter[], columns: SearchColumns, installed: Installed): ((index: number) => boolean) | null {
	const tests = filters.map((filter) => ({ test: testOf(filter, columns, installed), wanted: !filter.isNegated }));
	return tests.length === 0 ? null : (index) => tests.every(({ test, wanted }) => test(index) === wanted);
}

// oxlint-disable-next-line complexity
function testOf(filter: Filter, columns: SearchColumns, installed: Installed): Test {
	switch (filter.facet) {
		case 'trust':
			return (index) => filter.values.some((value) => hasTrust(value, installed.get(columns.names[index] ?? ''), columns.proof(index)));
		case 'permission':
			return permissionTest(filter.values, columns);
		case 'license': {
			const matching = columns.licences.map((licence) => licence !== '' && filter.values.some((value) => isLicence(licence, value)));
			return (index) => (columns.licence(index) === 0 ? null : matching[columns.licence(index)] === true);
		}
		case 'keyword': {
			const wanted = filter.values.map((value) => `\t${value}\t`);
			return (index) => {
				const { text, nameEnd, keywordsEnd } = columns.text(index);
				return wanted.some((value) => isWithin(text.indexOf(value, nameEnd), keywordsEnd));
			};
		}
		case 'author':
			return (index) => {
				const { text, descriptionEnd } = columns.text(index);
				return filter.values.some((value) => text.indexOf(value, descriptionEnd) !== -1);
			};
		case 'scope':
			return (index) => filter.values.some((value) => (columns.names[index] ?? '').toLowerCase().startsWith(value));
		case 'is':
			return (index) => isAny(filter.values, installed.get(columns.names[index] ?? ''), columns.isPlugin(index));
		case 'updated':
			return (index) => within(columns.time(index), filter.span.from, filter.span.to);
		case 'downloads':
			return (index) => within(columns.downloads(index), filter.least, filter.most);
	}
}

function isWithin(at: number, end: number): boolean {
	return at !== -1 && at < end;
}

function within(value: number, from: number, to: number): boolean | null {
	return Number.isNaN(value) ? null : value >= from && value <= to;
}

/** What is installed was judged; of the rest nothing is known but what the registry claims, and a claim of an attestation counts as one. */
function hasTrust(value: string, facts: InstalledFacts | undefined, proof: ClaimedProof | null): boolean {
	switch (value) {
		case 'attested':
		case 'signed':
			return proof === value;
		case 'unproven':
			return proof === 'none' || proof === null;
		case 'unknown':
			return facts === undefined ? proof !== 'attested' : facts.level === 'unknown';
		case 'verified':
			return facts === undefined ? proof === 'attested' : facts.level === 'verified';
		default:
			return facts?.level === value;
	}
}

/** Best first for `sort:trust`: levels of what is installed, between them what the registry claims. */
export function trustRank(level: Level | null, proof: ClaimedProof | null): number {
	if (level !== null) {
		return (LEVELS.indexOf(level) + 1) * 2;
	}

	// Below what was verified here, above what is only known; a signature says who served it and nothing about who built it.
	return proof === 'attested' ? LEVELS.indexOf('verified') * 2 + 1 : proof === 'signed' ? 1 : 0;
}

function permissionTest(values: readonly string[], columns: SearchColumns): Test {
	const wanted = values.reduce((bits, value) => bits | permissionBit(value), 0);
	const [any, none] = [values.includes('any'), values.includes('none')];
	return (index) => {
		const bits = columns.permissions(index);
		return bits === null ? null : (bits & wanted) !== 0 || (any && bits !== 0) || (none && bits === 0);
	};
}

/** `mit` is one of `(MIT OR Apache-2.0)`; `apache` is the beginning of one. */
function isLicence(licence: string, value: string): boolean {
	return licence.split(/[\s()]+/u).some((word) => word === value || word.startsWith(`${value}-`));
}

function isAny(values: readonly string[], facts: InstalledFacts | undefined, isPlugin: boolean | null): boolean | null {
	if (values.length === 1 && values[0] === 'plugin') {
		return isPlugin;
	}

	return values.some((value) =>
		value === 'installed'
			? facts !== undefined
			: value === 'plugin'
				? isPlugin === true
				: (facts?.marks ?? []).some((mark) => mark === value),
	);
}
