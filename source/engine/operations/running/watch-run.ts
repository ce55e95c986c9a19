import { join } from 'node:path';
import { EngineError } from '../../errors.ts';
import type { CallOptions } from '../../events.ts';
import type { ObservedPermissions } from '../../permission-questions.ts';
import { permissionId } from '../../permission.ts';
import type { AccessObserver } from '../../sandbox/index.ts';
import { ceilingAllows } from '../apply/effective-grants.ts';
import type { EngineContext } from '../engine-context.ts';
import { proposePermissions } from '../permissions/propose-permissions.ts';
import { addDeclarations } from '../permissions/write-permissions.ts';
import { onlyLooks, startObservation } from './observation.ts';
import type { Runnable } from './run-task.ts';

export type RunWatch = { readonly observer: AccessObserver; readonly report: () => Promise<ObservedPermissions> };

/**
 * Watches what one run needs. Of a folder, which is the author's own, what only looks is let through although nothing grants it, below the
 * policy's ceilings; an installed plugin gets nothing that was not granted. Throws `usage` for `write` without a folder that has a manifest.
 */
export function watchRun(
	context: EngineContext,
	{ runnable, target, mode }: { readonly runnable: Runnable; readonly target: string; readonly mode: 'report' | 'write' },
	{ onEvent }: CallOptions,
): RunWatch {
	const { folder, manifest, level } = runnable;
	if (mode === 'write' && (folder === null || manifest === null)) {
		throw new EngineError('usage', `${target} is no folder of a plugin, so there is no package.json to write to.`, {
			hint: 'Leave --write out.',
		});
	}

	const isFolder = folder !== null && manifest !== null;
	const { observer, accesses, wanted } = startObservation(
		isFolder ? (permission) => onlyLooks(permission) && ceilingAllows(context.policy, { level, permission }) : null,
	);
	if (isFolder) {
		const text = `Watching ${target}: in this run it may read the project (but no name with a dot in front), ask public hosts and read variables that do not look secret, without a grant. Do this only with code that is yours.`;
		onEvent({ type: 'notice', severity: 'warning', code: 'observing', text });
	}

	return {
		observer,
		report: async () => {
			const { permissions, unneeded } = proposePermissions({ declared: manifest?.permissions ?? [], wanted: wanted() });
			const file = folder === null ? null : join(folder, 'package.json');
			const isWritten = mode === 'write' && file !== null && (await addDeclarations(file, permissions));
			return {
				accesses: accesses(),
				proposal: permissions,
				unneeded: unneeded.map((one) => permissionId(one)),
				writtenTo: isWritten ? file : null,
			};
		},
	};
}
