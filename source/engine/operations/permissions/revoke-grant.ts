import { EngineError } from '../../errors.ts';
import type { CallOptions } from '../../events.ts';
import { type Grant, parsePermission, type Permission, permissionId } from '../../permission.ts';
import type { RevokedGrant } from '../../permission-questions.ts';
import { isCovered } from '../../sandbox/index.ts';
import { stripToLine } from '../../strip-controls.ts';
import { stillHolds } from '../apply/effective-grants.ts';
import { whileExclusive } from '../apply/while-exclusive.ts';
import { revokeInCores } from '../cores/steer-cores.ts';
import type { EngineContext } from '../engine-context.ts';

/**
 * Takes a grant from a plugin for good: no rollback brings it back, and wherever the plugin runs now, it has lost it when this resolves.
 * Throws `usage` when neither the current generation nor a process has one like it.
 */
export async function revokeGrant(
	context: EngineContext,
	{ plugin, permission }: { readonly plugin: string; readonly permission: Permission },
	call: CallOptions,
): Promise<RevokedGrant> {
	const revoked = await whileExclusive(context, call, () => revokeInHome(context, { plugin, permission }));
	const pids = await revokeWhereItRuns(context, { plugin, permission }, call);
	if (revoked.length === 0 && pids.length === 0) {
		throw new EngineError('usage', `${stripToLine(plugin)} has no grant ${stripToLine(permissionId(permission))}.`, {
			hint: `See what it has: plugward permissions explain ${stripToLine(plugin)}`,
		});
	}

	return { plugin, permission: permissionId(permission), revoked, pids };
}

async function revokeInHome(
	{ home, clock }: EngineContext,
	{ plugin, permission }: { readonly plugin: string; readonly permission: Permission },
): Promise<readonly string[]> {
	const [{ grants, number }, revocations] = [await home.current(), await home.revocations()];
	const now = clock();
	const holds = (grant: Grant): boolean =>
		grant.plugin === plugin && stillHolds(grant, { now, revocations }) && isCovered(parsePermission(grant.permission), [permission]);
	const ids: string[] = [];
	for (const { version, permission: id } of grants.filter(holds)) {
		ids.push(id);
		await home.appendAudit({
			event: 'permission-revoked',
			plugin,
			version,
			permission: id,
			scope: 'home',
			base: number,
			profile: home.profile,
		});
		await home.revoke({ type: 'grant', plugin, permission: id, revokedAt: now.toISOString(), reason: null });
	}

	return ids;
}

/** Nowhere, when it runs nowhere or without that grant. */
async function revokeWhereItRuns(
	context: EngineContext,
	request: { readonly plugin: string; readonly permission: Permission },
	call: CallOptions,
): Promise<readonly number[]> {
	try {
		return await revokeInCores(context, request, call);
	} catch (error) {
		if (error instanceof EngineError && (error.code === 'usage' || error.code === 'plugin-not-running')) {
			return [];
		}

		throw error;
	}
}
