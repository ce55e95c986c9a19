import { type CallOptions } from '../../events.ts';
import { type Permission, permissionCaution, permissionId, type PermissionId, parsePermission } from '../../permission.ts';
import type { PermissionAnswer, PermissionReport } from '../../permission-questions.ts';
import { isCovered } from '../../sandbox/index.ts';
import { stripToLine } from '../../strip-controls.ts';
import { quoteForShell, quoteTarget } from '../../quote-for-shell.ts';
import { showLog } from '../audit-log/show-log.ts';
import type { EngineContext } from '../engine-context.ts';
import { forbiddenPaths } from '../running/forbidden-paths.ts';
import { type Asker, findAsker } from './find-asker.ts';
import { grantUse } from './grant-use.ts';
import { judgePermission } from './judge-permission.ts';
import { toDeclaration } from './write-permissions.ts';

const REMEMBERED_DENIALS = 50;

/** Why calls of a plugin are allowed or denied. `permission` null: all it asks for and all it was denied before. Throws `not-installed`, `usage`. */
export async function explainPermissions(
	context: EngineContext,
	{ target, permission, use = false }: { readonly target: string; readonly permission: string | null; readonly use?: boolean },
	options: CallOptions,
): Promise<PermissionReport> {
	const asker = await findAsker(context, target);
	const wanted = permission === null ? await everything(context, asker, options) : [parsePermission(permission)];
	const forbidden = forbiddenPaths(context);
	const answers = wanted.map((one) => answer(context, { asker, permission: one, forbidden }));
	return {
		plugin: asker.name,
		version: asker.version,
		level: asker.level,
		generation: asker.generation,
		answers,
		use: use ? await grantUse(context, asker, options) : null,
	};
}

/** The permission that a denial in the log names may hold anything a plugin asked for; what cannot be read as one is left out. */
async function everything(
	context: EngineContext,
	{ name, version, declared, grants, isTool }: Asker,
	options: CallOptions,
): Promise<readonly Permission[]> {
	const query = { plugin: name, events: ['permission-denied'], since: null, last: REMEMBERED_DENIALS, number: null };
	const { records } = await showLog(context, query, options);
	const asked = isTool ? grants.map(({ grant }) => parsePermission(grant.permission)) : declared.map(({ permission }) => permission);
	const found = new Map<PermissionId, Permission>(asked.map((permission) => [permissionId(permission), permission]));
	for (const { version: deniedVersion, details } of records) {
		const permission = deniedVersion === version ? readPermission(details['permission']) : null;
		if (permission !== null && !isCovered(permission, [...found.values()])) {
			found.set(permissionId(permission), permission);
		}
	}

	return [...found.values()];
}

function readPermission(text: unknown): Permission | null {
	try {
		return typeof text === 'string' ? parsePermission(text) : null;
	} catch {
		return null;
	}
}

type Question = { readonly asker: Asker; readonly permission: Permission; readonly forbidden: readonly string[] };

function answer(context: EngineContext, question: Question): PermissionAnswer {
	const { asker, permission } = question;
	const { reason, text } = judgePermission(context, question);
	const id = stripToLine(permissionId(permission));
	const declared = asker.declared.find((candidate) => isCovered(permission, [candidate.permission])) ?? null;
	const isOpen = reason !== 'never-grantable' && reason !== 'ceiling' && reason !== 'granted';
	const asked = declared === null ? id : permissionId(declared.permission);
	return {
		permission: id,
		isGranted: reason === 'granted',
		reason,
		text: [text, permissionCaution(permission) ?? ''].join(' ').trim(),
		declared: declared === null ? null : { permission: asked, line: declared.line, why: declared.permission.reason },
		declaration: declared === null && !asker.isTool && reason !== 'never-grantable' ? declarationOf(permission) : null,
		commands: {
			always:
				isOpen && declared !== null && asker.generation !== null
					? `plugward install ${quoteTarget(asker.target)} --allow ${quoteForShell(`${asker.name}=${asked}`)}`
					: isOpen && asker.isTool
						? `plugward x ${quoteTarget(`${asker.name}@${asker.version}`)} --allow ${quoteForShell(asked)}`
						: null,
			once: isOpen ? onceCommand(asker, asked) : null,
		},
	};
}

function onceCommand({ target, name, version, isTool }: Asker, asked: string): string {
	return isTool
		? `plugward x ${quoteTarget(`${name}@${version}`)} --once --allow ${quoteForShell(asked)}`
		: `plugward run ${quoteTarget(target)} --allow ${quoteForShell(asked)}`;
}

/** A line to paste into package.json; the author has to write the reason. */
export function declarationOf(permission: Permission): string {
	return JSON.stringify(toDeclaration({ ...permission, reason: '' }));
}
