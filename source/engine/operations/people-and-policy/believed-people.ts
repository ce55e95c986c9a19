import { EngineError } from '../../errors.ts';
import type { SourceIdentity } from '../../evidence.ts';
import { stripToLine } from '../../strip-controls.ts';
import { type IdentityPin, isPersonId } from '../../trust/index.ts';
import type { PersonRequest, PersonSummary } from '../../trust-calls.ts';
import { identityIn } from '../apply/assessed-package.ts';
import type { EngineContext } from '../engine-context.ts';
import { editPolicy } from './edit-policy.ts';
import { findInstalled } from './find-installed.ts';
import { readStatements } from './statement-store.ts';

/** Whose word counts, with how much they said. */
export async function listPeople(context: EngineContext): Promise<readonly PersonSummary[]> {
	const counts = Map.groupBy(await readStatements(context), ({ signer }) => signer);
	const now = context.clock().getTime();
	return context.policy.people.map((person) => ({
		...person,
		isExpired: Date.parse(person.expires) <= now,
		statementCount: counts.get(person.id)?.length ?? 0,
	}));
}

export async function addPerson(context: EngineContext, person: PersonRequest): Promise<void> {
	if (!isPersonId(person.id)) {
		throw new EngineError('usage', `"${stripToLine(person.id)}" is nobody's id: expected ed25519:KEY or sigstore:ISSUER#SUBJECT.`, {
			hint: 'Ask them for what "plugward trust key" prints.',
		});
	}

	await editPolicy(context, 'people', (people) => [...people.filter(({ id }) => id !== person.id), person]);
}

/** By id or by name. */
export async function removePerson(context: EngineContext, word: string): Promise<void> {
	const found = context.policy.people.filter(({ id, name }) => id === word || name === word);
	if (found.length !== 1) {
		throw new EngineError(
			'usage',
			found.length === 0 ? `Nobody called ${stripToLine(word)} is trusted.` : `${found.length} people are called ${stripToLine(word)}.`,
			{ hint: 'See them with their ids: plugward trust people' },
		);
	}

	await editPolicy(context, 'people', (people) => people.filter(({ id }) => id !== found[0]?.id));
}

/** Writes down who built what is installed, so that nobody else may. */
export async function pinBuilder(context: EngineContext, name: string): Promise<SourceIdentity> {
	const { locked, receipt } = await findInstalled(context, name);
	const identity = identityIn(receipt);
	if (identity === null) {
		throw new EngineError('evidence-invalid', `Nothing proves who built ${locked.name}@${locked.version}, so there is nothing to pin.`, {
			hint: `See what is known: plugward trust why ${locked.name}`,
		});
	}

	await editPolicy(context, 'pins', (pins) => ({ ...pins, [locked.name]: pinOf(identity) }));
	return identity;
}

export async function unpinBuilder(context: EngineContext, name: string): Promise<void> {
	if (!Object.hasOwn(context.policy.pins, name)) {
		throw new EngineError('usage', `The builder of ${stripToLine(name)} is not pinned.`, {
			hint: 'See the pins: plugward policy check --json',
		});
	}

	await editPolicy(context, 'pins', (pins) => Object.fromEntries(Object.entries(pins).filter(([pinned]) => pinned !== name)));
}

// What stays the same from release to release; the numbers, because a repository's name can be given up and registered again.
function pinOf({ issuer, repository, repositoryId, ownerId, workflow, runner }: SourceIdentity): IdentityPin {
	const fields = { issuer, repository, repositoryId, ownerId, workflow, runner };
	return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
}
