import type { CallOptions } from '../../events.ts';
import type { TrustCalls } from '../../trust-calls.ts';
import type { EngineContext } from '../engine-context.ts';

/** Runs one call, so that nothing but an EngineError leaves it. */
export type Guard = <T>(call: CallOptions, work: () => Promise<T>) => Promise<T>;

// Signatures, statements and policies of people: only who works with them waits for it.
const load = () => import('./people-calls.ts');

export function trustCalls(context: EngineContext, guard: Guard): TrustCalls {
	return {
		checkPolicy: (call) => guard(call, async () => (await load()).checkPolicy(context)),
		signPolicy: (file, call) => guard(call, async () => (await load()).signPolicyFile(context, file)),
		why: (name, call) => guard(call, async () => (await load()).explainTrust(context, name)),
		audit: (call) => guard(call, async () => (await load()).auditTrust(context)),
		diff: (from, to, call) => guard(call, async () => (await load()).diffTrust(context, from, to)),
		review: (request, call) => guard(call, async () => (await load()).review(context, request, call.signal)),
		revoke: (sha256, call) => guard(call, async () => (await load()).revokeStatement(context, sha256)),
		vouch: (person, call) => guard(call, async () => (await load()).vouch(context, person)),
		people: (call) => guard(call, async () => (await load()).listPeople(context)),
		addPerson: (person, call) => guard(call, async () => (await load()).addPerson(context, person)),
		removePerson: (person, call) => guard(call, async () => (await load()).removePerson(context, person)),
		pin: (name, call) => guard(call, async () => (await load()).pinBuilder(context, name)),
		unpin: (name, call) => guard(call, async () => (await load()).unpinBuilder(context, name)),
		addException: (exception, call) => guard(call, async () => (await load()).addException(context, exception)),
		removeException: (exception, call) => guard(call, async () => (await load()).removeException(context, exception)),
		raw: (name, call) => guard(call, async () => (await load()).rawEvidence(context, name, call)),
		roots: (call) => guard(call, async () => (await load()).listRoots(context)),
		addRoot: (root, call) => guard(call, async () => (await load()).addRoot(context, root, call.signal)),
		removeRoot: (id, call) => guard(call, async () => (await load()).removeRoot(context, id)),
		refreshRoots: (request, call) => guard(call, async () => (await load()).refreshRoots(context, request, call.signal)),
		importStatements: (source, call) => guard(call, async () => (await load()).importStatements(context, source, call)),
		publishStatements: (name, call) => guard(call, async () => (await load()).publishStatements(context, name, call)),
		exportStatements: (call) => guard(call, async () => (await load()).keptBundles(context)),
		advisories: (call) => guard(call, async () => (await load()).advisoryReport(context, call.signal)),
		importAdvisories: (request, call) => guard(call, async () => (await load()).importAdvisories(context, request, call.signal)),
		signAdvisories: (request, call) => guard(call, async () => (await load()).signAdvisories(context, request, call.signal)),
		ownId: (call) => guard(call, async () => (await (await load()).ownSigningKey(context)).id),
	};
}
