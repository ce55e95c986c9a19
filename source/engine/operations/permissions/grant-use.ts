import type { CallOptions } from '../../events.ts';
import type { GrantUse } from '../../permission-questions.ts';
import { stillHolds } from '../apply/effective-grants.ts';
import { showLog } from '../audit-log/show-log.ts';
import type { EngineContext } from '../engine-context.ts';
import type { Asker } from './find-asker.ts';

const REMEMBERED_LINES = 100_000;

/** Which of the grants that hold now any run of this version has used, as the audit log tells. */
export async function grantUse(context: EngineContext, asker: Asker, options: CallOptions): Promise<GrantUse> {
	const { name, version, generation, grants, revocations } = asker;
	const query = { plugin: name, events: ['plugin-started', 'permission-used'], since: null, last: REMEMBERED_LINES, number: null };
	const records = (await showLog(context, query, options)).records.filter((record) => record.version === version);
	const runs = records.filter(({ event }) => event === 'plugin-started');
	const used = new Set(records.filter(({ event }) => event === 'permission-used').map(({ details }) => details['permission']));
	const now = context.clock();
	const held = grants
		.filter((one) => one.generation === generation && one.grant.version === version && stillHolds(one.grant, { now, revocations }))
		.map(({ grant }) => grant);
	return {
		runs: runs.length,
		since: runs[0]?.time ?? null,
		used: held.filter(({ permission }) => used.has(permission)).map(({ permission }) => permission),
		unused: held.filter(({ permission }) => !used.has(permission)).map(({ permission, grantedAt }) => ({ permission, grantedAt })),
	};
}
