import type { SourceIdentity } from '../../evidence.ts';
import { pinMismatch } from '../level/identity.ts';
import { NO_STANDING } from '../level/standing.ts';
import type { Standing } from '../level/standing.ts';
import { nameMatches } from '../policy/name-pattern.ts';
import type { Certifier } from '../policy/policy.ts';
import type { Certification, Review, StatementIndex } from './statement-index.ts';
import { trustedFor } from './trust-graph.ts';
import type { GraphLimits, Person, TrustedPeople, TrustedPerson } from './trust-graph.ts';

export type PeopleQuestion = {
	readonly name: string;
	/** `pkg:npm/%40scope/name@1.0.0` */
	readonly purl: string;
	/** Lower-case hex. */
	readonly sha512: string;
	/** Who built it, when that is proven; what a publisher's entry is held against. */
	readonly identity: SourceIdentity | null;
	readonly people: readonly Person[];
	readonly certifiers: readonly Certifier[];
	/** Of verified statements, about anything. */
	readonly statements: StatementIndex;
	/** Milliseconds since the epoch. */
	readonly now: number;
	readonly limits?: GraphLimits;
	/** How many of the user's own people suffice: of level high, else of level medium or more. */
	readonly quorum?: Quorum;
};

export type Quorum = { readonly high: number; readonly medium: number };

const DEFAULT_QUORUM: Quorum = { high: 1, medium: 2 };

// A delta review needs a reviewed start; a longer chain than this is a whole review overdue.
const LONGEST_CHAIN = 16;

/**
 * What people and certifiers that the user believes say about one artefact. A quorum is one person of level high or two of medium, or what
 * the policy wants, counted by the user's own people that lead to them. Only the user's own people can reject.
 */
export function evaluatePeople(question: PeopleQuestion): Standing {
	const { statements, name, sha512 } = question;
	const certification = certificationOf(question);
	if (!statements.reviews.has(sha512) && !statements.publishers.has(name)) {
		return { ...NO_STANDING, certification };
	}

	const trusted = trustedFor(name, { ...question, graph: statements.trust });
	const search: Search = { question, trusted, known: new Map() };
	const rejecting = reviewsOf(search, sha512)
		.filter(({ verdict }) => verdict === 'reject')
		.flatMap(({ signer }) => (trusted.get(signer) ?? []).filter(({ depth }) => depth === 0));
	const endorsing = [...endorsers(search, { sha512, chain: LONGEST_CHAIN }), ...vouchingForBuilder(search)];
	return {
		...NO_STANDING,
		certification,
		rejectedBy: rejecting[0]?.root.name ?? null,
		endorsements: endorsing.length === 0 ? null : { quorum: quorumOf(endorsing, question), text: describe(endorsing) },
	};
}

type Search = {
	readonly question: PeopleQuestion;
	readonly trusted: TrustedPeople;
	/** What was found for a digest, so that many deltas from one start cost one look. */
	readonly known: Map<string, readonly TrustedPerson[]>;
};

function reviewsOf({ question }: Search, sha512: string): readonly Review[] {
	const reviews = question.statements.reviews.get(sha512) ?? [];
	// The same bytes under another name are another matter: who reviewed them looked at another role.
	return sha512 === question.sha512 ? reviews.filter(({ purl }) => purl === question.purl) : reviews;
}

/** Trusted people who endorse the whole artefact, or its difference from one that has a quorum itself. */
function endorsers(search: Search, { sha512, chain }: { readonly sha512: string; readonly chain: number }): readonly TrustedPerson[] {
	const known = search.known.get(sha512);
	if (known !== undefined || chain === 0) {
		return known ?? [];
	}

	// Deltas in a circle start nowhere: while a digest is looked at, it counts as not endorsed.
	search.known.set(sha512, []);
	const found = reviewsOf(search, sha512)
		.filter(({ verdict, signer }) => verdict === 'endorse' && search.trusted.has(signer))
		.filter(
			({ deltaFrom }) =>
				deltaFrom === null || quorumOf(endorsers(search, { sha512: deltaFrom, chain: chain - 1 }), search.question) !== null,
		)
		.flatMap(({ signer }) => search.trusted.get(signer) ?? []);
	search.known.set(sha512, found);
	return found;
}

/** Trusted people whose entry says that this name comes from the builder that is proven. */
function vouchingForBuilder({ question, trusted }: Search): readonly TrustedPerson[] {
	const { identity, name, statements } = question;
	return identity === null
		? []
		: (statements.publishers.get(name) ?? [])
				.filter(({ builder }) => pinMismatch(builder, identity) === null)
				.flatMap(({ signer }) => trusted.get(signer) ?? []);
}

// A denial outweighs a pass by the same certifier, and a pass outweighs an earlier one that was taken back.
const STATES = ['denied', 'verified', 'revoked'] as const;

/** The word of the first certifier of the policy that said something about these bytes. */
function certificationOf({ certifiers, statements, name, purl, sha512 }: PeopleQuestion): Standing['certification'] {
	const about = (statements.certifications.get(sha512) ?? []).filter((one) => one.purl === purl);
	for (const { id, scopes, name: by } of about.length === 0 ? [] : certifiers) {
		const states = scopes.some((scope) => nameMatches(scope, name)) ? about.filter(({ signer }) => signer === id).map(stateOf) : [];
		const state = STATES.find((one) => states.includes(one));
		if (state !== undefined) {
			return { state, by };
		}
	}

	return null;
}

function stateOf({ isRevoked, result }: Certification): (typeof STATES)[number] {
	return isRevoked ? 'revoked' : result;
}

function quorumOf(endorsing: readonly TrustedPerson[], { quorum = DEFAULT_QUORUM }: Pick<PeopleQuestion, 'quorum'>): string | null {
	const rootsWith = (levels: readonly TrustedPerson['level'][]): readonly string[] =>
		[...new Map(endorsing.filter(({ level }) => levels.includes(level)).map(({ root }) => [root.id, root.name])).values()].toSorted();
	const high = rootsWith(['high']);
	if (high.length >= quorum.high) {
		return `endorsed through ${high.slice(0, quorum.high).join(' and ')}, whom you trust highly`;
	}

	const medium = rootsWith(['high', 'medium']);
	return medium.length >= quorum.medium ? `endorsed through ${medium.join(' and ')}` : null;
}

function describe(endorsing: readonly TrustedPerson[]): string {
	const names = [...new Set(endorsing.map(({ root }) => root.name))].toSorted();
	return `Endorsed through ${names.join(', ')}.`;
}
