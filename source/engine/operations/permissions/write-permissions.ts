import { randomUUID } from 'node:crypto';
import { readFile, rename, stat, unlink, writeFile } from 'node:fs/promises';
import { EngineError } from '../../errors.ts';
import { type Permission, permissionId } from '../../permission.ts';
import { parsePluginManifest } from '../../parse-manifest.ts';

const REASON_TO_WRITE = 'Why the user should allow this';

/** Entries as they stand in a package.json; the author has yet to write the reason of those that are new. */
export function toDeclaration(permission: Permission): Readonly<Record<string, unknown>> {
	const { reason } = permission;
	return { ...permission, reason: reason === '' ? REASON_TO_WRITE : reason };
}

/**
 * Adds to `plugward.permissions` of a package.json what is not there yet; nothing is taken away, since one run does not show that it is never
 * needed. The file keeps its indentation and is replaced as a whole. False when nothing was missing.
 */
export async function addDeclarations(file: string, permissions: readonly Permission[]): Promise<boolean> {
	const text = await readFile(file, 'utf8');
	const json = JSON.parse(text) as { plugward?: { permissions?: unknown[] } };
	const declared = new Set((parsePluginManifest(json)?.permissions ?? []).map((permission) => permissionId(permission)));
	const missing = permissions.filter((permission) => !declared.has(permissionId(permission)));
	if (missing.length === 0 || json.plugward === undefined) {
		return false;
	}

	json.plugward.permissions = [...(json.plugward.permissions ?? []), ...missing.map((permission) => toDeclaration(permission))];
	// Never leaves a manifest behind that plugward itself would refuse.
	parsePluginManifest(json);
	const indent = /\n([\t ]+)"/.exec(text)?.[1] ?? '\t';
	await replaceFile(file, `${JSON.stringify(json, null, indent)}\n`);
	return true;
}

async function replaceFile(file: string, text: string): Promise<void> {
	const temporary = `${file}.${randomUUID()}`;
	try {
		await writeFile(temporary, text, { mode: (await stat(file)).mode & 0o777, flag: 'wx' });
		await rename(temporary, file);
	} catch (error) {
		await unlink(temporary).catch(() => undefined);
		throw new EngineError('usage', `${file} could not be changed.`, {
			hint: 'Make the file writable, or leave --write out.',
			cause: error,
		});
	}
}
