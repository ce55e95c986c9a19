import type { AuditLogCalls } from '../../audit-log.ts';
import type { EngineContext } from '../engine-context.ts';
import type { Guard } from '../people-and-policy/trust-calls.ts';

/** Each loads what it needs when it is first called. */
export function auditLogCalls(context: EngineContext, guard: Guard): AuditLogCalls {
	return {
		show: (query, call) => guard(call, async () => (await import('./show-log.ts')).showLog(context, query, call)),
		verify: (request, call) => guard(call, async () => (await import('./verify-log.ts')).verifyLog(context, request, call)),
		export: (file, call) => guard(call, async () => (await import('./export-log.ts')).exportLog(context, file, call)),
	};
}
