import type { Question, Session, Solved, Steps } from '../model/session.ts';

/** A small problem is enough to judge a handful of facts or one change; past this a trial counts as failed. */
const MOST_CONFLICTS_OF_A_TRIAL = 500;
const DECISIONS_OF_A_TRIAL = { least: 3000, perPackage: 8 };
const TRIALS = 4;
/** A conflict is analysed, which takes as long as some decisions. */
const DECISIONS_OF_A_CONFLICT = 4;

/**
 * What one half of explaining may cost, to find the reasons or to try changes: some hundred milliseconds, more where more packages are
 * involved. Counted in decisions and conflicts, not in time, so that a slow machine says the same.
 */
export class Effort {
	/** True once something was not tried, or not to its end, for want of effort. */
	isCut = false;
	readonly session: Session;
	readonly #startedAt: number;

	constructor(session: Session) {
		this.session = session;
		this.#startedAt = spentBy(session);
	}

	/** Answers the question within what a trial may cost; gives up at once when nothing is left. */
	*solve(question: Question): Steps<Solved> {
		const { least, perPackage } = DECISIONS_OF_A_TRIAL;
		// Packages become known while trials are made, so both grow with them.
		const ofTrial = least + perPackage * this.session.table.size;
		const left = ofTrial * TRIALS - (spentBy(this.session) - this.#startedAt);
		const solved: Solved =
			left <= 0
				? { type: 'gave-up', conflicts: 0 }
				: yield* this.session.solve({ ...question, mostConflicts: MOST_CONFLICTS_OF_A_TRIAL, mostDecisions: Math.min(left, ofTrial) });
		this.isCut ||= solved.type === 'gave-up';
		return solved;
	}
}

function spentBy({ statistics: { decisions, conflicts } }: Session): number {
	return decisions + conflicts * DECISIONS_OF_A_CONFLICT;
}
