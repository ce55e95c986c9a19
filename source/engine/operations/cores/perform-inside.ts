import type { ControlCall } from '../../control/index.ts';
import { parsePermission } from '../../permission.ts';
import type { Runtime } from '../running/runtime.ts';
import type { RuntimeChanges } from '../running/runtime-changes.ts';

/** Does in this process what this or another one asks for. `tell` resolves when there is room for more lines. */
export async function performInside(
	{ runtime, changes }: { readonly runtime: Runtime; readonly changes: RuntimeChanges },
	request: ControlCall,
	{ signal, tell }: { readonly signal: AbortSignal; readonly tell: (lines: readonly object[]) => Promise<void> },
): Promise<unknown> {
	const call = { signal, onEvent: () => undefined };
	switch (request.call) {
		case 'list':
			return changes.list();
		case 'logs':
			return changes.lines(request);
		case 'follow':
			for await (const lines of changes.follow(request, { signal })) {
				await tell(lines);
			}

			return null;
		case 'start':
			return request.allow === null
				? runtime.startAgain(request.target, call)
				: runtime.start({ target: request.target, allow: request.allow.map((text) => parsePermission(text)) }, call);
		case 'reload':
			return runtime.reload(request.plugin, call);
		case 'stop':
			return runtime.stop(request);
		case 'set-limits':
			return runtime.setLimits({ plugin: request.plugin, limits: request.limits });
		case 'revoke':
			return runtime.revoke({ plugin: request.plugin, permission: parsePermission(request.permission) });
		case 'release':
			return runtime.release(request.plugin);
	}
}
