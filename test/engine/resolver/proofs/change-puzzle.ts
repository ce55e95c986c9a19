import { Universe } from '../../../helpers/universe.ts';
import type { Served } from '../../../helpers/universe.ts';
import type { Puzzle } from './random-universes.ts';

type Random = (below: number) => number;

/** The puzzle with each version passed through `change`; null takes the version away. Tags stay while their version does. */
export function changed({ universe, ...rest }: Puzzle, change: (name: string, version: string, served: Served) => Served | null): Puzzle {
	const next = new Universe();
	for (const name of universe.names) {
		for (const [version, served] of universe.versionsOf(name)) {
			const kept = change(name, version, served);
			if (kept !== null) {
				next.serve(name, version, kept);
			}
		}

		for (const [tag, version] of Object.entries(universe.packument(name).distTags)) {
			if (next.versionsOf(name).has(version)) {
				next.tag(name, tag, version);
			}
		}
	}

	return { universe: next, ...rest };
}

/** The same puzzle, with everything that has an order in another one. */
export function shuffled({ universe, roots, ask }: Puzzle, random: Random): Puzzle {
	const next = new ShuffledUniverse(random);
	for (const name of shuffle(universe.names, random)) {
		for (const [version, served] of shuffle([...universe.versionsOf(name)], random)) {
			const { dependencies = {}, optionalDependencies = {}, peerDependencies = {}, optionalPeers = [] } = served;
			next.serve(name, version, {
				...served,
				dependencies: shuffledRecord(dependencies, random),
				optionalDependencies: shuffledRecord(optionalDependencies, random),
				peerDependencies: shuffledRecord(peerDependencies, random),
				optionalPeers: shuffle(optionalPeers, random),
			});
		}

		for (const [tag, version] of shuffle(Object.entries(universe.packument(name).distTags), random)) {
			next.tag(name, tag, version);
		}
	}

	return { universe: next, roots: shuffledRecord(roots, random), ask };
}

/** Splits each batch that is asked for, and answers its parts in any order. */
class ShuffledUniverse extends Universe {
	readonly #random: Random;

	constructor(random: Random) {
		super();
		this.#random = random;
	}

	override async load(names: readonly string[]): ReturnType<Universe['load']> {
		const parts: (readonly string[])[] = [];
		let left = shuffle(names, this.#random);
		while (left.length > 0) {
			const size = 1 + this.#random(left.length);
			parts.push(left.slice(0, size));
			left = left.slice(size);
		}

		const answers = [];
		for (const part of shuffle(parts, this.#random)) {
			answers.push(...(await super.load(part)));
		}

		return new Map(shuffle(answers, this.#random));
	}
}

function shuffledRecord<T>(record: Readonly<Record<string, T>>, random: Random): Record<string, T> {
	return Object.fromEntries(shuffle(Object.entries(record), random));
}

function shuffle<T>(items: readonly T[], random: Random): T[] {
	const shuffledItems = [...items];
	for (let i = shuffledItems.length - 1; i > 0; i -= 1) {
		const j = random(i + 1);
		[shuffledItems[i], shuffledItems[j]] = [shuffledItems[j] as T, shuffledItems[i] as T];
	}

	return shuffledItems;
}
