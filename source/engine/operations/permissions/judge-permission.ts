import { basename } from 'node:path';
import { parsePermission, permissionId, type Permission } from '../../permission.ts';
import type { Level } from '../../evidence.ts';
import type { PermissionReason } from '../../permission-questions.ts';
import { isCovered, isInterpreter } from '../../sandbox/index.ts';
import { stripToLine } from '../../strip-controls.ts';
import { ceilingAllows, stillHolds } from '../apply/effective-grants.ts';
import type { EngineContext } from '../engine-context.ts';
import type { Asker, GrantOnRecord } from './find-asker.ts';

type Question = { readonly asker: Asker; readonly permission: Permission; readonly forbidden: readonly string[] };
type Judgement = { readonly reason: PermissionReason; readonly text: string };

/** The first reason that applies; what stands higher cannot be helped by what stands lower. */
export function judgePermission(context: EngineContext, { asker, permission, forbidden }: Question): Judgement {
	const { name, version, level } = asker;
	const never = neverGrantable(permission, { forbidden, project: context.options.cwd, level });
	if (never !== null) {
		return { reason: 'never-grantable', text: never };
	}

	if (!ceilingAllows(context.policy, { level, permission })) {
		return {
			reason: 'ceiling',
			text: `The policy never grants ${permission.type} to a plugin of level ${level}, whatever the user says: plugward policy check`,
		};
	}

	const onRecord = asker.grants.filter(({ grant }) => isCovered(permission, [parsePermission(grant.permission)]));
	const current = onRecord.filter(({ generation }) => generation === asker.generation);
	const now = context.clock();
	const effective = current.find(({ grant }) => grant.version === version && stillHolds(grant, { now, revocations: asker.revocations }));
	if (effective !== undefined) {
		return { reason: 'granted', text: grantedText(effective, permission) };
	}

	const [best] = current.length > 0 ? current : onRecord;
	if (best !== undefined) {
		return lapsed(best, { asker, now });
	}

	if (asker.isTool) {
		return { reason: 'not-granted', text: `Nobody granted it to ${name} ${version}, which ran here as a tool.` };
	}

	return asker.declared.some((candidate) => isCovered(permission, [candidate.permission]))
		? { reason: 'not-granted', text: notGrantedText(asker) }
		: { reason: 'not-declared', text: `The package.json of ${name} ${version} does not ask for it, so no install offers to grant it.` };
}

function lapsed({ grant, generation }: GrantOnRecord, { asker, now }: { readonly asker: Asker; readonly now: Date }): Judgement {
	const { name, version, revocations } = asker;
	if (grant.version !== version) {
		return {
			reason: 'other-version',
			text: `It was granted to ${name} ${grant.version} in generation ${generation}, and that did not carry over to ${version}.`,
		};
	}

	if (grant.expiresAt !== null && new Date(grant.expiresAt) <= now) {
		return { reason: 'expired', text: `It was granted until ${grant.expiresAt}, which is over.` };
	}

	return stillHolds(grant, { now, revocations })
		? { reason: 'withdrawn', text: `It was granted in generation ${generation} and is not in generation ${asker.generation}.` }
		: { reason: 'revoked', text: `It was granted in generation ${generation} and revoked since.` };
}

function grantedText({ grant }: GrantOnRecord, permission: Permission): string {
	const by = grant.permission === permissionId(permission) ? '' : ` with ${stripToLine(grant.permission)}`;
	const end = grant.expiresAt === null ? '' : `, until ${grant.expiresAt}`;
	return `It was granted${by} on ${grant.grantedAt.slice(0, 10)}${end}.`;
}

function notGrantedText({ name, version, generation }: Asker): string {
	return generation === null
		? `The package.json of ${name} asks for it, but a folder has no grants: they are given to one run at a time.`
		: `The package.json of ${name} ${version} asks for it, but it was not granted in generation ${generation}.`;
}

/** Judged as text: what is behind a link is judged again when it is opened. */
function neverGrantable(
	permission: Permission,
	{ forbidden, project, level }: { readonly forbidden: readonly string[]; readonly project: string; readonly level: Level },
): string | null {
	if (permission.type === 'run' && level !== 'core' && isInterpreter(permission.program)) {
		return `${permission.program} does whatever its arguments say; only a plugin of level core can be granted it.`;
	}

	if (permission.type !== 'fs') {
		return null;
	}

	const path = permission.path.replace(/^\$project(?=\/|$)/, () => project);
	return basename(path) === '.npmrc' || forbidden.some((place) => path === place || path.startsWith(`${place}/`))
		? 'No grant opens it: it belongs to plugward or holds credentials.'
		: null;
}
