import Logic from 'logic-solver';
import type { Puzzle } from './random-universes.ts';
import { allowedForRoot, allowedVersions, askedFor, isForbidden } from './what-is-allowed.ts';

const seen = (name: string, version: string): string => `seen ${name}@${version}`;
const copy = (name: string, version: string): string => `copy ${name}@${version}`;

/**
 * What MiniSat says of a puzzle in which no copy hides a peer: `peersOnly` and `hostsAndLibraries`. "Seen" is the one version that
 * everybody sees, "copy" says that a version could stand somewhere. Optional dependencies say nothing, for they may be dropped.
 */
export function isSatisfiable(puzzle: Puzzle): boolean {
	const { universe, roots } = puzzle;
	const solver = new Logic.Solver();
	for (const name of universe.names) {
		const versions = [...universe.versionsOf(name)];
		solver.require(Logic.atMostOne(...versions.map(([version]) => seen(name, version))));
		for (const [version, { dependencies = {}, optionalDependencies = {}, peerDependencies = {}, optionalPeers = [] }] of versions) {
			const self = copy(name, version);
			solver.require(Logic.implies(seen(name, version), self));
			if (isForbidden(puzzle, name, version)) {
				solver.require(Logic.not(self));
			}

			const required = Object.entries(dependencies).filter(([target]) => !Object.hasOwn(optionalDependencies, target));
			for (const [target, text] of required) {
				const fitting = allowedVersions(puzzle, target, askedFor(puzzle, target, text));
				solver.require(Logic.implies(self, Logic.or(...fitting.map((fit) => copy(target, fit)))));
			}

			for (const [peer, text] of Object.entries(peerDependencies)) {
				const fitting = allowedVersions(puzzle, peer, askedFor(puzzle, peer, text));
				const all = [...universe.versionsOf(peer).keys()].map((other) => seen(peer, other));
				const mayMiss = optionalPeers.includes(peer) ? [Logic.not(Logic.or(...all))] : [];
				solver.require(Logic.implies(self, Logic.or(...fitting.map((fit) => seen(peer, fit)), ...mayMiss)));
			}
		}
	}

	for (const [name, text] of Object.entries(roots)) {
		solver.require(Logic.or(...allowedForRoot(puzzle, name, text).map((version) => seen(name, version))));
	}

	return solver.solve() !== null;
}
