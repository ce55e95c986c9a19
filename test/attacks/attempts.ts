import type { LocalSigstore } from '../helpers/local-sigstore.ts';
import { MIRROR_ATTEMPTS } from './mirror-attempts.ts';
import { PEOPLE_ATTEMPTS } from './people-attempts.ts';
import { PROJECT_ATTEMPTS } from './project-attempts.ts';
import { PUBLISHER_ATTEMPTS } from './publisher-attempts.ts';
import { REGISTRY_ATTEMPTS } from './registry-attempts.ts';
import { onStage, type Stage } from './stage.ts';

/** One way to get to a wrong "verified", a wrong "trusted" or a silent update. What it brings is inert. */
export type Attempt = {
	/** As the first cell of its row in docs/attacks.md. */
	readonly name: string;
	/** Plays it against a victim and gives what became of it, as the last cell. */
	readonly play: (stage: Stage) => Promise<string>;
};

export const ATTEMPTS: readonly Attempt[] = [
	...REGISTRY_ATTEMPTS,
	...MIRROR_ATTEMPTS,
	...PUBLISHER_ATTEMPTS,
	...PEOPLE_ATTEMPTS,
	...PROJECT_ATTEMPTS,
];

export function outcome({ play }: Attempt, sigstore: LocalSigstore): Promise<string> {
	return onStage(sigstore, play);
}
