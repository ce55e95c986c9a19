import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { EngineError } from '../../errors.ts';
import type { Level } from '../../evidence.ts';
import type { Generation, Revocation, ToolRecord } from '../../home/index.ts';
import { parsePluginManifest } from '../../parse-manifest.ts';
import type { Grant, Permission } from '../../permission.ts';
import { stripToLine } from '../../strip-controls.ts';
import type { EngineContext } from '../engine-context.ts';
import { isFolderTarget } from '../running/folder-plugin.ts';
import { effectiveLevelOf } from '../running/effective-level.ts';
import { notInstalled } from '../apply/require-installed.ts';
import { toolLevel } from '../tools/tool-root.ts';
import { declarationLines } from './declaration-lines.ts';

/** The generation is null for a tool, whose grants belong to the home. */
export type GrantOnRecord = { readonly grant: Grant; readonly generation: number | null };

/** Whoever asks for permissions: an installed plugin or a folder. */
export type Asker = {
	/** As it is typed after `run`. */
	readonly target: string;
	readonly name: string;
	readonly version: string;
	readonly level: Level;
	/** The current one; null for a folder and for a tool. */
	readonly generation: number | null;
	/** A program that `plugward x` ran. */
	readonly isTool: boolean;
	/** In the order of package.json. */
	readonly declared: readonly { readonly permission: Permission; readonly line: number | null }[];
	/** Everything granted to any version of it in this line of generations, newest generation first. */
	readonly grants: readonly GrantOnRecord[];
	readonly revocations: readonly Revocation[];
};

/** Throws `not-installed`, `usage` for a folder without a readable package.json, `manifest-invalid`. */
export async function findAsker(context: EngineContext, target: string): Promise<Asker> {
	if (isFolderTarget(target)) {
		const text = await readFolder(resolve(context.options.cwd, target), target);
		const facts = { target, level: 'unknown', generation: null, isTool: false, grants: [], revocations: [] } as const;
		return { ...facts, ...readDeclarations(text, { name: target, version: '0.0.0' }) };
	}

	const generation = await context.home.current();
	const record = generation.lock.roots[target] === undefined ? (await context.home.tools(target)).at(-1) : undefined;
	if (record !== undefined) {
		return toolAsker(context, record);
	}

	const instance = generation.lock.roots[target]?.instance;
	const locked = instance === undefined ? undefined : generation.lock.packages[instance];
	if (instance === undefined || locked === undefined) {
		throw notInstalled(generation, target);
	}

	const { name, version, integrity } = locked;
	const text = Buffer.from(await context.home.store.readFile(integrity, 'package.json')).toString('utf8');
	return {
		...readDeclarations(text, { name, version }),
		target,
		name,
		version,
		level: await effectiveLevelOf(context, generation, instance),
		generation: generation.number,
		isTool: false,
		grants: grantsOf(await context.home.line(), { name, current: generation }),
		revocations: await context.home.revocations(),
	};
}

/** The version of a tool that ran last: it declares nothing, and is asked about what it was granted. */
async function toolAsker(context: EngineContext, { name, version, lock, grants }: ToolRecord): Promise<Asker> {
	return {
		target: name,
		name,
		version,
		level: await toolLevel(context, lock),
		generation: null,
		isTool: true,
		declared: [],
		grants: grants.map((grant) => ({ grant, generation: null })),
		revocations: await context.home.revocations(),
	};
}

function grantsOf(
	line: readonly Generation[],
	{ name, current }: { readonly name: string; readonly current: Generation },
): readonly GrantOnRecord[] {
	const earlier = line.filter(({ number }) => number < current.number).toReversed();
	return [current, ...earlier].flatMap(({ number, grants }) =>
		grants.filter(({ plugin }) => plugin === name).map((grant) => ({ grant, generation: number })),
	);
}

type Named = { readonly name: string; readonly version: string };

function readDeclarations(text: string, fallback: Named): Named & Pick<Asker, 'declared'> {
	const json = parseJson(text, fallback.name);
	const lines = declarationLines(text);
	const permissions = parsePluginManifest(json)?.permissions ?? [];
	return {
		name: textField(json, 'name') ?? fallback.name,
		version: textField(json, 'version') ?? fallback.version,
		// The lines are told only when they are certain.
		declared: permissions.map((permission, index) => ({
			permission,
			line: lines.length === permissions.length ? (lines[index] ?? null) : null,
		})),
	};
}

function parseJson(text: string, name: string): unknown {
	try {
		return JSON.parse(text);
	} catch (error) {
		throw new EngineError('manifest-invalid', `The package.json of ${stripToLine(name)} is not JSON.`, {
			hint: 'Correct the file.',
			cause: error,
		});
	}
}

async function readFolder(folder: string, shown: string): Promise<string> {
	try {
		return await readFile(join(folder, 'package.json'), 'utf8');
	} catch (error) {
		throw new EngineError('usage', `${shown} has no readable package.json.`, {
			hint: 'Name a folder that holds a package.json.',
			cause: error,
		});
	}
}

function textField(json: unknown, field: string): string | null {
	const value: unknown = typeof json === 'object' && json !== null ? Reflect.get(json, field) : null;
	return typeof value === 'string' ? stripToLine(value) : null;
}
