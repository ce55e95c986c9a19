import { EngineError } from '../../errors.ts';
import type { CallOptions } from '../../events.ts';
import type { RootRequest } from '../../resolver/index.ts';
import { ageHours, timesNeeded } from './age.ts';
import type { EngineContext } from '../engine-context.ts';

type Accepts = (name: string, version: string) => boolean;

/**
 * Which young versions are taken. `NAME@VERSION` means that one; a bare `NAME` the only young version there is. Throws `usage` when a bare
 * name could mean several and none of them is asked for by its number.
 */
export async function acceptedYoung(
	context: EngineContext,
	{ accepted, asked }: { readonly accepted: readonly string[]; readonly asked: readonly RootRequest[] },
	{ signal }: CallOptions,
): Promise<Accepts> {
	if (accepted.length === 0) {
		return () => false;
	}

	const ids = new Set(accepted.filter((text) => text.includes('@', 1)));
	const bare = accepted.filter((text) => !text.includes('@', 1));
	const answers =
		bare.length === 0 ? new Map<string, never>() : await context.registry.metadata.load(bare, { signal, ...timesNeeded(context) });
	for (const name of bare) {
		const answer = answers.get(name);
		if (answer?.type !== 'found') {
			throw new EngineError('package-not-found', `--accept-young names ${name}, which the registry does not have.`, {
				hint: 'Check the spelling.',
			});
		}

		const { index } = answer;
		const young = Array.from({ length: index.versionCount }, (_, i) => i)
			.filter((i) => isYoung(context, { name, at: index.publishedAt(i) }))
			.map((i) => index.versionText(i));
		const named = young.filter((version) => asked.some((root) => root.name === name && root.spec.replace(/^[=v\s]+/u, '') === version));
		const meant = named.length > 0 ? named : young;
		if (meant.length > 1) {
			throw new EngineError('usage', `--accept-young ${name} could mean any of ${meant.length} young versions: ${meant.join(', ')}.`, {
				hint: `Name one: --accept-young ${name}@${meant.at(-1) ?? ''}`,
			});
		}

		for (const version of meant) {
			ids.add(`${name}@${version}`);
		}
	}

	return (name, version) => ids.has(`${name}@${version}`);
}

/** Younger than the policy wants; false where no age is judged. */
function isYoung(context: EngineContext, published: { readonly name: string; readonly at: number | null }): boolean {
	const hours = ageHours(context, published);
	return hours !== null && hours < context.policy.minimumAgeHours;
}
