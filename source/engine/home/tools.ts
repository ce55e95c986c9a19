import { hash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import type { Lock } from '../lock.ts';
import type { Grant } from '../permission.ts';
import type { Disk } from './disk.ts';
import { replaceFile } from './disk.ts';
import { damaged, isMissing, writeError } from './home-errors.ts';
import type { Layout } from './layout.ts';
import { parseLock } from './parse-lock.ts';
import { sealJson, unsealJson } from './sealed-json.ts';

/** One version of one tool that the user agreed to run. It belongs to the home, not to a generation. */
export type ToolRecord = {
	readonly name: string;
	readonly version: string;
	/** Exactly what was agreed to, dependencies included. */
	readonly lock: Lock;
	readonly grants: readonly Grant[];
	/** ISO time. */
	readonly acceptedAt: string;
};

type Place = { readonly disk: Disk; readonly layout: Layout };

const schema = v.strictObject({
	format: v.literal(1),
	name: v.string(),
	version: v.string(),
	lock: v.unknown(),
	grants: v.array(
		v.object({
			plugin: v.string(),
			version: v.string(),
			permission: v.string(),
			grantedAt: v.string(),
			reason: v.nullable(v.string()),
			expiresAt: v.nullable(v.string()),
		}),
	),
	acceptedAt: v.string(),
});

/** All of one name, oldest first; none for a tool that never ran here. Throws `home-damaged`, naming the file. */
export async function readTools(layout: Layout, name: string): Promise<readonly ToolRecord[]> {
	const files = await readdir(layout.tools).catch((error: unknown) => {
		if (isMissing(error)) {
			return [];
		}

		throw damaged('tools', 'cannot be read', { cause: error });
	});
	const records = await Promise.all(files.filter((file) => file.startsWith(prefixOf(name))).map((file) => readTool(layout, file)));
	return records.filter((record) => record.name === name).toSorted((a, b) => (a.acceptedAt < b.acceptedAt ? -1 : 1));
}

async function readTool(layout: Layout, file: string): Promise<ToolRecord> {
	const shown = `tools/${file}`;
	let json: unknown;
	try {
		json = JSON.parse(await readFile(join(layout.tools, file), 'utf8'));
	} catch (error) {
		throw damaged(shown, error instanceof SyntaxError ? 'is not JSON' : 'cannot be read', { cause: error });
	}

	const parsed = v.safeParse(schema, unsealJson(json, shown));
	if (!parsed.success) {
		throw damaged(shown, `is not the record of a tool: ${parsed.issues[0].message}`);
	}

	const { name, version, lock, grants, acceptedAt } = parsed.output;
	return { name, version, lock: parseLock(lock, shown), grants, acceptedAt };
}

export async function writeTool({ disk, layout }: Place, record: ToolRecord): Promise<void> {
	try {
		await disk.makeFolder(layout.tools);
		await replaceFile(disk, pathOf(layout, record), Buffer.from(`${JSON.stringify(sealJson({ format: 1, ...record }))}\n`));
	} catch (error) {
		throw writeError(error, 'record what was granted to the tool');
	}
}

export async function removeTool({ disk, layout }: Place, record: Pick<ToolRecord, 'name' | 'version'>): Promise<void> {
	try {
		await disk.removeFile(pathOf(layout, record));
		await disk.syncFolder(layout.tools);
	} catch (error) {
		throw writeError(error, 'forget the tool');
	}
}

function pathOf(layout: Layout, { name, version }: Pick<ToolRecord, 'name' | 'version'>): string {
	return join(layout.tools, `${prefixOf(name)}${digest(version)}.json`);
}

// Names and versions are hostile text; digests are file names.
function prefixOf(name: string): string {
	return `${digest(name)}-`;
}

function digest(text: string): string {
	return hash('sha256', text, 'hex').slice(0, 32);
}
