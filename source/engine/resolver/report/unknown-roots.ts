import type { Fact, Failure } from '../failure.ts';
import type { Root, RootSpec } from '../model/roots.ts';
import type { PackageTable } from '../model/packages.ts';
import { newestOf } from './to-facts.ts';
import { joined } from './version-text.ts';

/** A failure when a root does not exist at all, or no version of it was ever asked for; null when there is something to solve. */
export function unknownRoots(
	specs: readonly RootSpec[],
	{ table, roots }: { readonly table: PackageTable; readonly roots: readonly Root[] },
): Failure | null {
	const missing = specs.filter(({ spec }) => table.get(spec.target)?.index === null);
	if (missing.length > 0) {
		const facts = missing.map(({ spec }): Fact => ({ type: 'not-found', name: spec.target }));
		const sentences = missing.map(({ spec }) => `There is no package named ${spec.target} in the registry.`);
		return failure('package-not-found', facts, sentences);
	}

	const unmatched = specs.flatMap((spec) =>
		roots.filter(({ name, allowed }) => name === spec.name && allowed.count === 0).map((root) => ({ spec, root })),
	);
	if (unmatched.length === 0) {
		return null;
	}

	const facts = unmatched.map(({ root }): Fact => ({
		type: 'no-version',
		name: root.package.name,
		range: root.spec,
		newest: newestOf(root.package),
	}));
	return failure(
		'no-matching-version',
		facts,
		unmatched.map(({ spec, root }) => unmatchedSentence(spec, root)),
	);
}

function unmatchedSentence({ spec }: RootSpec, { package: package_, spec: text }: Root): string {
	const newest = newestOf(package_);
	if (newest === null) {
		return `${package_.name} has no published version.`;
	}

	const tags = [...(package_.index?.tags.keys() ?? [])];
	return spec.type === 'tag'
		? `${package_.name} has no tag ${spec.tag}; it has ${joined(tags)}.`
		: `No version of ${package_.name} matches ${text}; the newest is ${newest}.`;
}

function failure(kind: Failure['kind'], facts: readonly Fact[], sentences: readonly string[]): Failure {
	return {
		kind,
		sentences,
		conflicts: facts.map((fact, i) => ({ facts: [fact], sentences: [sentences[i] ?? ''], paths: [] })),
		suggestions: [],
		isCut: false,
	};
}
