import { parseIntegrity } from '../integrity.ts';
import type { Lock, LockPackage, LockRoot } from '../lock.ts';
import { damaged } from './home-errors.ts';

// By hand and not by a schema: record schemas drop names such as "constructor", which are names of real packages.
type Json = Readonly<Record<string, unknown>>;

/** Checks a lock that was read from disk, edges included. Throws `home-damaged`, naming the file. */
export function parseLock(json: unknown, file: string): Lock {
	const refuse = (problem: string): never => {
		throw damaged(file, `is not a lock: ${problem}`);
	};

	if (!isRecord(json) || json['format'] !== 1 || !isRecord(json['roots']) || !isRecord(json['packages'])) {
		return refuse('expected format 1 with roots and packages');
	}

	const packages = mapValues(json['packages'], (value, id) => parsePackage(value) ?? refuse(`the package "${id}" is malformed`));
	const roots = mapValues(json['roots'], (value, name) => parseRoot(value) ?? refuse(`the root "${name}" is malformed`));
	const known = new Set(Object.keys(packages));
	for (const [name, root] of Object.entries(roots)) {
		if (!known.has(root.instance)) {
			refuse(`the root "${name}" leads to "${root.instance}", which it does not hold`);
		}
	}

	for (const [id, entry] of Object.entries(packages)) {
		for (const target of Object.values(entry.dependencies)) {
			if (!known.has(target)) {
				refuse(`an edge of "${id}" leads to "${target}", which it does not hold`);
			}
		}
	}

	return { format: 1, roots, packages };
}

function parseRoot(value: unknown): LockRoot | null {
	if (!isRecord(value)) {
		return null;
	}

	const { spec, instance } = value;
	return typeof spec === 'string' && typeof instance === 'string' ? { spec, instance } : null;
}

function parsePackage(value: unknown): LockPackage | null {
	if (!isRecord(value)) {
		return null;
	}

	const { name, version, optional, tarballPath, dependencies, dropped, peers, os, cpu, libc } = value;
	const integrity = typeof value['integrity'] === 'string' ? parseIntegrity(value['integrity']) : null;
	if (
		typeof name !== 'string' ||
		typeof version !== 'string' ||
		typeof optional !== 'boolean' ||
		integrity === null ||
		!(tarballPath === null || typeof tarballPath === 'string') ||
		!isTextRecord(dependencies) ||
		!isTextRecord(dropped) ||
		!isTextList(peers) ||
		!isTextList(os) ||
		!isTextList(cpu) ||
		!isTextList(libc)
	) {
		return null;
	}

	return { name, version, integrity, dependencies, peers, dropped, optional, os, cpu, libc, tarballPath };
}

function mapValues<T>(record: Json, parse: (value: unknown, key: string) => T): Readonly<Record<string, T>> {
	return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, parse(value, key)]));
}

function isRecord(value: unknown): value is Json {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isTextRecord(value: unknown): value is Readonly<Record<string, string>> {
	return isRecord(value) && Object.values(value).every((entry) => typeof entry === 'string');
}

function isTextList(value: unknown): value is readonly string[] {
	return Array.isArray(value) && value.every((entry) => typeof entry === 'string');
}
