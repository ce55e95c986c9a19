import { type Grant, parsePermission } from '../../permission.ts';
import type { PlannedPackage } from '../../plan.ts';
import { pinProgram } from '../../sandbox/index.ts';
import type { EngineContext } from '../engine-context.ts';

/** Says which file each new grant of a program means. Throws `usage` for one that is not here, `policy-refused` for an interpreter. */
export async function pinGrants(
	{ options }: EngineContext,
	grants: readonly Grant[],
	packages: readonly PlannedPackage[],
): Promise<readonly Grant[]> {
	return Promise.all(
		grants.map(async (grant): Promise<Grant> => {
			const permission = parsePermission(grant.permission);
			if (permission.type !== 'run' || grant.pin !== undefined) {
				return grant;
			}

			// The lowest level of all that it reaches is judged again when it runs.
			const level = packages.find(({ name, version }) => name === grant.plugin && version === grant.version)?.verdict.level;
			const pin = await pinProgram(permission, { searchPath: options.environment['PATH'], allowsInterpreters: level === 'core' });
			return { ...grant, pin };
		}),
	);
}
