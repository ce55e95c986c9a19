import { refine } from './model/refine.ts';
import { readRootSpecs, rootOf } from './model/roots.ts';
import type { Session, Steps } from './model/session.ts';
import { toResolution } from './model/to-resolution.ts';
import { explain } from './report/explain.ts';
import { unknownRoots } from './report/unknown-roots.ts';
import type { ResolveOutcome } from './resolution.ts';

/** The whole way from a request to its outcome; the driver fills in what only it can measure. */
export function* answer(session: Session): Steps<ResolveOutcome> {
	const specs = readRootSpecs(session.request.roots);
	yield* session.know([...new Set(specs.map(({ spec }) => spec.target))]);
	const roots = specs.flatMap((spec) => rootOf(spec, session) ?? []);
	const unknown = unknownRoots(specs, { table: session.table, roots });
	if (unknown !== null) {
		return { type: 'unsolvable', failure: unknown };
	}

	yield* session.look(roots);
	const solved = yield* session.solve({ roots });
	switch (solved.type) {
		case 'gave-up':
			return { type: 'gave-up', conflicts: solved.conflicts };
		case 'unsolvable':
			return { type: 'unsolvable', failure: yield* explain(session, roots, solved) };
		case 'done': {
			const tree = yield* refine(session, { roots, tree: solved.tree });
			const { decisions, conflicts, restarts, solves } = session.statistics;
			const statistics = {
				solveMilliseconds: 0,
				loadMilliseconds: 0,
				rounds: 0,
				decisions,
				conflicts,
				restarts,
				refinements: solves - restarts - 1,
			};
			return { type: 'resolved', resolution: yield* toResolution({ tree, roots, session, statistics }) };
		}
	}
}
