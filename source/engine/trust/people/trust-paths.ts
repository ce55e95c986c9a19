import type { Review, StatementIndex } from './statement-index.ts';
import { trustedFor } from './trust-graph.ts';
import type { GraphLimits, Person } from './trust-graph.ts';

export type TrustPath = {
	/** `you > Ana > ed25519:...` */
	readonly path: string;
	readonly text: string;
};

/** Everyone who reviewed these bytes and whom the user believes, with the way that leads there. */
export function pathsTo(question: {
	readonly name: string;
	/** Lower-case hex. */
	readonly sha512: string;
	readonly people: readonly Person[];
	readonly statements: StatementIndex;
	/** Milliseconds since the epoch. */
	readonly now: number;
	readonly limits?: GraphLimits;
}): readonly TrustPath[] {
	const trusted = trustedFor(question.name, { ...question, graph: question.statements.trust });
	const names = new Map(question.people.map(({ id, name }) => [id, name]));
	return (question.statements.reviews.get(question.sha512) ?? []).flatMap((review) =>
		(trusted.get(review.signer) ?? []).map(({ via, level }) => ({
			path: ['you', ...via.map((id) => names.get(id) ?? id)].join(' > '),
			text: sentence(review, level),
		})),
	);
}

function sentence({ verdict, deltaFrom, notes, expires }: Review, level: string): string {
	const what = deltaFrom === null ? 'it' : 'its difference from an earlier version';
	const said = notes === '' ? '' : `: ${notes}`;
	return `${verdict === 'endorse' ? 'endorses' : 'rejects'} ${what} (trusted ${level}, until ${new Date(expires).toISOString().slice(0, 10)})${said}`;
}
