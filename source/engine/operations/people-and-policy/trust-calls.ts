import type { CallOptions } from '../../events.ts';
import type { TrustCalls } from '../../trust-calls.ts';
import type { EngineContext } from '../engine-context.ts';
import { checkPolicy, signPolicyFile } from './check-policy.ts';

/** Runs one call, so that nothing but an EngineError leaves it. */
export type Guard = <T>(call: CallOptions, work: () => Promise<T>) => Promise<T>;

export function trustCalls(context: EngineContext, guard: Guard): TrustCalls {
	return {
		checkPolicy: (call) => guard(call, async () => checkPolicy(context)),
		signPolicy: (file, call) => guard(call, () => signPolicyFile(context, file)),
	};
}
