import { isAlive, standingStatements } from './person-statement.ts';
import type { PersonStatement } from './person-statement.ts';
import type { SignedStatement } from './signed-statement.ts';
import { type TrustGraph, trustGraph } from './trust-graph.ts';

type Said<T extends PersonStatement['type']> = Extract<PersonStatement, { readonly type: T }> & {
	readonly signer: string;
	readonly sha256: string;
};

export type Review = Said<'review'>;
export type PublisherEntry = Said<'publisher'>;
export type Certification = Said<'certification'> & { readonly isRevoked: boolean };

/** Statements sorted by what they are about, so that a package nobody spoke of costs two look-ups. */
export type StatementIndex = {
	/** By lower-case hex sha512 of the artefact. */
	readonly reviews: ReadonlyMap<string, readonly Review[]>;
	readonly certifications: ReadonlyMap<string, readonly Certification[]>;
	/** By package name. */
	readonly publishers: ReadonlyMap<string, readonly PublisherEntry[]>;
	readonly trust: TrustGraph;
};

/** Leaves out what ended or was taken back; only of certifications it is kept that they were. `now` is milliseconds since the epoch. */
export function indexStatements(statements: readonly SignedStatement[], now: number): StatementIndex {
	const standing = standingStatements(statements, now);
	return {
		reviews: Map.groupBy(said(standing, 'review'), ({ sha512 }) => sha512),
		certifications: Map.groupBy(certifications(statements, now), ({ sha512 }) => sha512),
		publishers: byName(said(standing, 'publisher').filter(({ starts }) => starts <= now)),
		trust: trustGraph(standing),
	};
}

function said<T extends PersonStatement['type']>(statements: readonly SignedStatement[], type: T): readonly Said<T>[] {
	return statements.flatMap(({ signer, sha256, statement }) => (isOf(statement, type) ? [{ ...statement, signer, sha256 }] : []));
}

function isOf<T extends PersonStatement['type']>(
	statement: PersonStatement,
	type: T,
): statement is Extract<PersonStatement, { readonly type: T }> {
	return statement.type === type;
}

function certifications(statements: readonly SignedStatement[], now: number): readonly Certification[] {
	const taken = new Set(
		statements.flatMap(({ signer, statement }) => (statement.type === 'revoke' ? [`${signer} ${statement.sha256}`] : [])),
	);
	return said(statements, 'certification')
		.filter(({ expires }) => isAlive(expires, now))
		.map((one) => ({ ...one, isRevoked: taken.has(`${one.signer} ${one.sha256}`) }));
}

function byName(entries: readonly PublisherEntry[]): ReadonlyMap<string, readonly PublisherEntry[]> {
	const pairs = entries.flatMap((entry) => entry.names.map((name) => ({ name, entry })));
	return new Map([...Map.groupBy(pairs, ({ name }) => name)].map(([name, own]) => [name, own.map(({ entry }) => entry)]));
}
