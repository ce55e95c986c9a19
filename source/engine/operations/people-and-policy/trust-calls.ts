import type { CallOptions } from '../../events.ts';
import type { TrustCalls } from '../../trust-calls.ts';
import type { EngineContext } from '../engine-context.ts';
import { addPerson, addRoot, listPeople, listRoots, pinBuilder, removePerson, removeRoot, unpinBuilder } from './believed-people.ts';
import { checkPolicy, signPolicyFile } from './check-policy.ts';
import { addException, removeException } from './exceptions.ts';
import { rawEvidence } from './raw-evidence.ts';
import { auditTrust, diffTrust, explainTrust } from './explain-trust.ts';
import { importStatements } from './import-statements.ts';
import { publishStatements } from './publish-statements.ts';
import { review, revokeStatement, vouch } from './make-statement.ts';
import { ownSigningKey } from './signing-key.ts';
import { keptBundles } from './statement-store.ts';

/** Runs one call, so that nothing but an EngineError leaves it. */
export type Guard = <T>(call: CallOptions, work: () => Promise<T>) => Promise<T>;

export function trustCalls(context: EngineContext, guard: Guard): TrustCalls {
	return {
		checkPolicy: (call) => guard(call, async () => checkPolicy(context)),
		signPolicy: (file, call) => guard(call, () => signPolicyFile(context, file)),
		why: (name, call) => guard(call, () => explainTrust(context, name)),
		audit: (call) => guard(call, () => auditTrust(context)),
		diff: (from, to, call) => guard(call, () => diffTrust(context, from, to)),
		review: (request, call) => guard(call, () => review(context, request, call.signal)),
		revoke: (sha256, call) => guard(call, () => revokeStatement(context, sha256)),
		vouch: (person, call) => guard(call, () => vouch(context, person)),
		people: (call) => guard(call, () => listPeople(context)),
		addPerson: (person, call) => guard(call, () => addPerson(context, person)),
		removePerson: (person, call) => guard(call, () => removePerson(context, person)),
		pin: (name, call) => guard(call, () => pinBuilder(context, name)),
		unpin: (name, call) => guard(call, () => unpinBuilder(context, name)),
		addException: (exception, call) => guard(call, () => addException(context, exception)),
		removeException: (exception, call) => guard(call, () => removeException(context, exception)),
		raw: (name, call) => guard(call, () => rawEvidence(context, name, call)),
		roots: (call) => guard(call, () => listRoots(context)),
		addRoot: (root, call) => guard(call, () => addRoot(context, root)),
		removeRoot: (id, call) => guard(call, () => removeRoot(context, id)),
		importStatements: (source, call) => guard(call, () => importStatements(context, source, call)),
		publishStatements: (name, call) => guard(call, () => publishStatements(context, name, call)),
		exportStatements: (call) => guard(call, () => keptBundles(context)),
		ownId: (call) => guard(call, async () => (await ownSigningKey(context)).id),
	};
}
