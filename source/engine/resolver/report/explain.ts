import type { Conflict, Fact, Failure } from '../failure.ts';
import type { Root } from '../model/roots.ts';
import type { Session, Solved, Steps } from '../model/session.ts';
import { citedCauses, minimalCauses } from './cited-causes.ts';
import type { Cited } from './cited-causes.ts';
import { Effort } from './effort.ts';
import { pathsOf } from './paths.ts';
import { sentencesOf } from './sentences.ts';
import { suggest } from './suggest.ts';
import { relevantVersions, toFact } from './to-facts.ts';

const MOST_CONFLICTS_SHOWN = 5;

/** Why there is no solution, as few facts as possible, every independent reason, and what would help. */
export function* explain(
	session: Session,
	roots: readonly Root[],
	unsolvable: Extract<Solved, { readonly type: 'unsolvable' }>,
): Steps<Failure> {
	const effort = new Effort(session);
	const found: Cited[] = [];
	const without = new Set<string>();
	let next: Solved = unsolvable;
	while (next.type === 'unsolvable' && found.length < MOST_CONFLICTS_SHOWN) {
		const cited: Cited = yield* minimalCauses(effort, { question: { roots }, cited: citedCauses(next) });
		found.push(cited);
		// What the roots ask for is shared by all; only without the other facts can a reason be told from the next.
		const told = [...cited.keys()].filter((key) => !key.startsWith('root '));
		if (told.length === 0) {
			break;
		}

		for (const key of told) {
			without.add(key);
		}

		next = yield* effort.solve({ roots, filter: { only: null, without } });
	}

	const conflicts = found.map((cited) => toConflict(session, cited));
	const [first] = found;
	const trying = new Effort(session);
	const suggestions =
		first === undefined ? [] : yield* suggest(trying, { roots, cited: mergedCauses(found), relevant: relevantVersions(first) });
	return { kind: 'conflict', sentences: leadingSentences(conflicts), conflicts, suggestions, isCut: effort.isCut || trying.isCut };
}

/** The first reason, and further ones between other roots; several reasons between the same roots would only repeat the conclusion. */
function leadingSentences(conflicts: readonly Conflict[]): string[] {
	const told = new Set<string>();
	return conflicts.flatMap(({ sentences }) => {
		const conclusion = sentences.at(-1) ?? '';
		const isNew = !told.has(conclusion);
		told.add(conclusion);
		return isNew ? sentences : [];
	});
}

function mergedCauses(found: readonly Cited[]): Cited {
	return new Map(found.flatMap((cited) => [...cited]));
}

function toConflict({ request }: Session, cited: Cited): Conflict {
	const context = { relevant: relevantVersions(cited), request };
	return {
		facts: inOrder([...cited.values()].flatMap((cause) => toFact(cause, context))),
		sentences: sentencesOf(cited, context),
		paths: pathsOf(cited),
	};
}

/** Roots first, then by what they are about, so that equal conflicts are equal data. */
function inOrder(facts: readonly Fact[]): Fact[] {
	const key = (fact: Fact): string =>
		`${fact.type === 'root' ? 0 : 1} ${'dependent' in fact ? fact.dependent : ''} ${fact.name} ${JSON.stringify(fact)}`;
	return facts.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
}
