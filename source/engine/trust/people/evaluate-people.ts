import type { Standing } from '../level/standing.ts';
import { standingStatements } from './person-statement.ts';
import type { PersonStatement } from './person-statement.ts';
import type { SignedStatement } from './signed-statement.ts';
import { trustedFor } from './trust-graph.ts';
import type { GraphLimits, Person, TrustedPerson } from './trust-graph.ts';

export type PeopleQuestion = {
	readonly name: string;
	/** `pkg:npm/%40scope/name@1.0.0` */
	readonly purl: string;
	/** Lower-case hex. */
	readonly sha512: string;
	readonly people: readonly Person[];
	/** Verified ones, in any order, about anything. */
	readonly statements: readonly SignedStatement[];
	readonly now: number;
	readonly limits?: GraphLimits;
};

type Review = Extract<PersonStatement, { readonly type: 'review' }> & { readonly signer: string };

// A delta review needs a reviewed start; a longer chain than this is a whole review overdue.
const LONGEST_CHAIN = 16;

/**
 * What the people that the user trusts say about one artefact. A quorum is one person of level high or two of medium, counted by the
 * user's own people that lead to them. Only the user's own people can reject.
 */
export function evaluatePeople(question: PeopleQuestion): Pick<Standing, 'endorsements' | 'rejectedBy'> {
	const statements = standingStatements(question.statements, question.now);
	const trusted = Map.groupBy(trustedFor(question.name, { ...question, statements }), ({ id }) => id);
	const reviews = statements
		.flatMap(({ signer, statement }): readonly Review[] => (statement.type === 'review' ? [{ ...statement, signer }] : []))
		// The same bytes under another name are another matter: who reviewed them looked at another role.
		.filter(({ sha512, purl }) => sha512 !== question.sha512 || purl === question.purl);
	const own = reviews.filter(({ sha512 }) => sha512 === question.sha512);
	const rejecting = own
		.filter(({ verdict }) => verdict === 'reject')
		.flatMap(({ signer }) => (trusted.get(signer) ?? []).filter(({ depth }) => depth === 0));
	const endorsing = endorsers(
		{ reviews: Map.groupBy(reviews, ({ sha512 }) => sha512), trusted, known: new Map() },
		{ sha512: question.sha512, chain: LONGEST_CHAIN },
	);
	return {
		rejectedBy: rejecting[0]?.root.name ?? null,
		endorsements: endorsing.length === 0 ? null : { quorum: quorumOf(endorsing), text: describe(endorsing) },
	};
}

type Search = {
	readonly reviews: ReadonlyMap<string, readonly Review[]>;
	readonly trusted: ReadonlyMap<string, readonly TrustedPerson[]>;
	/** What was found for a digest, so that many deltas from one start cost one look. */
	readonly known: Map<string, readonly TrustedPerson[]>;
};

/** Trusted people who endorse the whole artefact, or its difference from one that has a quorum itself. */
function endorsers(search: Search, { sha512, chain }: { readonly sha512: string; readonly chain: number }): readonly TrustedPerson[] {
	const known = search.known.get(sha512);
	if (known !== undefined || chain === 0) {
		return known ?? [];
	}

	// Deltas in a circle start nowhere: while a digest is looked at, it counts as not endorsed.
	search.known.set(sha512, []);
	const found = (search.reviews.get(sha512) ?? [])
		.filter(({ verdict, signer }) => verdict === 'endorse' && search.trusted.has(signer))
		.filter(({ deltaFrom }) => deltaFrom === null || quorumOf(endorsers(search, { sha512: deltaFrom, chain: chain - 1 })) !== null)
		.flatMap(({ signer }) => search.trusted.get(signer) ?? []);
	search.known.set(sha512, found);
	return found;
}

function quorumOf(endorsing: readonly TrustedPerson[]): string | null {
	const rootsWith = (levels: readonly TrustedPerson['level'][]): readonly string[] =>
		[...new Map(endorsing.filter(({ level }) => levels.includes(level)).map(({ root }) => [root.id, root.name])).values()].toSorted();
	const [high] = rootsWith(['high']);
	if (high !== undefined) {
		return `endorsed through ${high}, whom you trust highly`;
	}

	const medium = rootsWith(['high', 'medium']);
	return medium.length >= 2 ? `endorsed through ${medium.join(' and ')}` : null;
}

function describe(endorsing: readonly TrustedPerson[]): string {
	const names = [...new Set(endorsing.map(({ root }) => root.name))].toSorted();
	return `Endorsed through ${names.join(', ')}.`;
}
