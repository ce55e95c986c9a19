import type { Evidence } from '../../evidence.ts';
import { stripControls } from '../../strip-controls.ts';
import type { CollectRequest, ComparedManifest } from './collect-request.ts';
import { faultToEvidence, invalid, quote } from './outcome.ts';

type DependencyField = 'dependencies' | 'optionalDependencies' | 'peerDependencies';
type TarballManifest = Omit<ComparedManifest, 'hasInstallScript'> & { readonly bundled: ReadonlySet<string> };
type Dependencies = Pick<ComparedManifest, DependencyField>;

const NONE: ReadonlySet<string> = new Set();

/**
 * What the registry tells about a version must be what the tarball's own package.json says: the registry's word decides what else is
 * installed, and only the tarball is signed. Install scripts are not compared, since they never run. Throws `EvidenceFault`.
 */
export function compareManifests({
	packageJson,
	registryManifest,
	name,
	version,
}: Pick<CollectRequest, 'packageJson' | 'registryManifest' | 'name' | 'version'>): void {
	const own = readTarballManifest(packageJson);
	compareValue('name', own.name, name);
	compareValue('version', cleanVersion(own.version), cleanVersion(version));
	if (registryManifest === null) {
		return;
	}

	compareValue('name', own.name, registryManifest.name);
	compareValue('version', cleanVersion(own.version), cleanVersion(registryManifest.version));
	// A name has one role: optional before required, required before peer. Registries and indexes differ in where they repeat it.
	compareMap('dependencies', required(own), { inRegistry: required(registryManifest), mayLack: own.bundled });
	compareMap('optionalDependencies', own.optionalDependencies, { inRegistry: registryManifest.optionalDependencies, mayLack: own.bundled });
	compareMap('peerDependencies', peers(own), { inRegistry: peers(registryManifest), mayLack: NONE });
}

/** The same question about something that was proven before: null when both agree. */
export function manifestFault(request: Parameters<typeof compareManifests>[0]): Evidence | null {
	try {
		compareManifests(request);
		return null;
	} catch (error) {
		return faultToEvidence('integrity', error);
	}
}

function compareValue(field: string, inTarball: string, inRegistry: string): void {
	if (inTarball !== inRegistry) {
		throw mismatch(field, inRegistry, inTarball);
	}
}

/** `mayLack`: bundled names, which are in the tarball itself, so that an index may leave them out. */
function compareMap(
	field: DependencyField,
	inTarball: Readonly<Record<string, string>>,
	{ inRegistry, mayLack }: { readonly inRegistry: Readonly<Record<string, string>>; readonly mayLack: ReadonlySet<string> },
): void {
	for (const name of new Set([...Object.keys(inTarball), ...Object.keys(inRegistry)])) {
		const own = Object.hasOwn(inTarball, name) ? normalizeRange(inTarball[name]) : null;
		const told = Object.hasOwn(inRegistry, name) ? normalizeRange(inRegistry[name]) : null;
		if (own !== told && !(told === null && mayLack.has(name))) {
			throw mismatch(`${field}.${quote(name)}`, told, own);
		}
	}
}

function mismatch(field: string, told: string | null, own: string | null): Error {
	const text = (value: string | null): string => (value === null ? 'nothing' : `"${quote(value)}"`);
	return invalid('manifest-mismatch', `The registry says ${field} is ${text(told)}, the tarball's package.json says ${text(own)}.`);
}

function required(manifest: Dependencies): Readonly<Record<string, string>> {
	return without(manifest.dependencies, manifest.optionalDependencies);
}

function peers(manifest: Dependencies): Readonly<Record<string, string>> {
	return without(without(manifest.peerDependencies, manifest.dependencies), manifest.optionalDependencies);
}

function without(map: Readonly<Record<string, string>>, others: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
	return Object.fromEntries(Object.entries(map).filter(([name]) => !Object.hasOwn(others, name)));
}

// What publishing normalises: an empty range means any.
function normalizeRange(range: string | undefined): string {
	const trimmed = stripControls(range ?? '').trim();
	return trimmed === '' ? '*' : trimmed;
}

function cleanVersion(version: string): string {
	return version
		.trim()
		.replace(/^[=v]+/, '')
		.replace(/\+.*$/, '');
}

function readTarballManifest(json: unknown): TarballManifest {
	if (typeof json !== 'object' || json === null || Array.isArray(json)) {
		throw invalid('manifest-mismatch', "The tarball's package.json is not an object.");
	}

	const text = (key: string): string => {
		const value: unknown = Reflect.get(json, key);
		return typeof value === 'string' ? value.trim() : '';
	};
	const map = (key: DependencyField): Readonly<Record<string, string>> => readMap(Reflect.get(json, key));
	const dependencies = map('dependencies');
	return {
		name: text('name'),
		version: text('version'),
		bundled: readBundled(Reflect.get(json, 'bundleDependencies') ?? Reflect.get(json, 'bundledDependencies'), Object.keys(dependencies)),
		dependencies,
		optionalDependencies: map('optionalDependencies'),
		peerDependencies: map('peerDependencies'),
	};
}

// Junk that no resolver reads (a list, a number) counts as nothing, as it does in a registry.
function readMap(value: unknown): Readonly<Record<string, string>> {
	if (typeof value !== 'object' || value === null || Array.isArray(value)) {
		return {};
	}

	return Object.fromEntries(Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}

function readBundled(value: unknown, all: readonly string[]): ReadonlySet<string> {
	if (value === true) {
		return new Set(all);
	}

	return Array.isArray(value) ? new Set(value.filter((name) => typeof name === 'string')) : NONE;
}
