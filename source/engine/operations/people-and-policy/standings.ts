import { hexOfIntegrity, type Integrity } from '../../integrity.ts';
import type { SourceIdentity } from '../../evidence.ts';
import { evaluatePeople, indexStatements, NO_STANDING, packageUrl, type Standing } from '../../trust/index.ts';
import type { EngineContext } from '../engine-context.ts';
import { readStatements } from './statement-store.ts';

export type StandingQuestion = {
	readonly name: string;
	readonly version: string;
	readonly integrity: Integrity;
	readonly identity: SourceIdentity | null;
};

/** What people and certifiers say about artefacts. */
export type Standings = { readonly of: (question: StandingQuestion) => Standing };

/** Reads the statements, and only when the policy names somebody to believe. */
export async function readStandings(context: EngineContext): Promise<Standings> {
	const { people, certifiers, quorum, core } = context.policy;
	const corePin = (name: string) => (Object.hasOwn(core, name) ? (core[name] ?? null) : null);
	if (people.length === 0 && certifiers.length === 0) {
		return { of: ({ name }) => ({ ...NO_STANDING, corePin: corePin(name) }) };
	}

	const now = context.clock().getTime();
	const statements = indexStatements(await readStatements(context), now);
	return {
		of: ({ name, version, integrity, identity }) => ({
			...evaluatePeople({
				name,
				purl: packageUrl({ name, version }),
				sha512: hexOfIntegrity(integrity),
				identity,
				people,
				certifiers,
				statements,
				now,
				limits: quorum,
				quorum,
			}),
			corePin: corePin(name),
		}),
	};
}
