import type { Distribution, RegistryManifest, RegistrySignature } from '../../packument.ts';
import { stripControls, stripToLine } from '../../strip-controls.ts';
import { isPackageName } from '../package-name.ts';
import { RepeatedField } from './repeated-fields.ts';

const PLAIN_TEXT = /^[\x20-\x7e]*$/;
const LONGEST_RANGE = 2_048;
const LONGEST_TEXT = 4_096;
const LONGEST_URL = 4_096;
const INSTALL_SCRIPTS = ['preinstall', 'install', 'postinstall'];

type Json = Readonly<Record<string, unknown>>;
type StringMap = Readonly<Record<string, string>>;

const EMPTY_MAP: StringMap = Object.freeze(Object.create(null) as Record<string, string>);
const EMPTY_LIST: readonly string[] = Object.freeze([]);

/** A reason to leave one version out of a packument, without failing the rest of it. A class, since a map may hold any key. */
export class Skipped {
	readonly why: string;

	constructor(why: string) {
		this.why = why;
	}
}

/** Shared by the versions of one packument, which mostly repeat each other. */
export class Neighbours {
	readonly optionalDependencies = new RepeatedField<StringMap | Skipped>();
	readonly dependencies = new RepeatedField<StringMap | Skipped>();
	readonly peerDependencies = new RepeatedField<StringMap | Skipped>();
	readonly optionalPeers = new RepeatedField<readonly string[]>();
	readonly engines = new RepeatedField<StringMap>();
}

type Asked = { readonly name: string; readonly version: string; readonly neighbours: Neighbours };

/**
 * One version's manifest from a registry's JSON. Hand-written because a large tree means hundreds of thousands of them. What only
 * informs is repaired (a wrong type counts as absent); what decides the tree or the bytes is not: the version is skipped with the reason.
 */
export function parseManifest(raw: unknown, { name, version, neighbours }: Asked): RegistryManifest | Skipped {
	if (!isObject(raw)) {
		return new Skipped('its manifest is not an object');
	}

	const dist = parseDistribution(raw['dist']);
	if (dist instanceof Skipped) {
		return dist;
	}

	const optionalDependencies = parseDependencies(raw['optionalDependencies'], neighbours.optionalDependencies);
	if (optionalDependencies instanceof Skipped) {
		return optionalDependencies;
	}

	const dependencies = parseDependencies(raw['dependencies'], neighbours.dependencies, optionalDependencies);
	if (dependencies instanceof Skipped) {
		return dependencies;
	}

	const peerDependencies = parseDependencies(raw['peerDependencies'], neighbours.peerDependencies);
	if (peerDependencies instanceof Skipped) {
		return peerDependencies;
	}

	return {
		name,
		version,
		...describe(raw),
		dependencies,
		optionalDependencies,
		peerDependencies,
		optionalPeers: parseOptionalPeers(raw['peerDependenciesMeta'], { peers: peerDependencies, repeated: neighbours.optionalPeers }),
		bundledDependencies: parseBundled(raw['bundleDependencies'] ?? raw['bundledDependencies'], dependencies),
		engines: parseEngines(raw['engines'], neighbours.engines),
		os: parseList(raw['os']),
		cpu: parseList(raw['cpu']),
		libc: parseList(raw['libc']),
		deprecated: parseDeprecated(raw['deprecated']),
		hasInstallScript: hasInstallScript(raw),
		hasPluginField: isObject(raw['plugward']),
		dist,
	};
}

export function isObject(value: unknown): value is Json {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Text for one line, or `fallback` for anything else. Most text is plain, and testing that is many times cheaper than stripping. */
export function parseLine<T>(value: unknown, fallback: T): string | T {
	if (typeof value !== 'string') {
		return fallback;
	}

	const text = value.length > LONGEST_TEXT ? value.slice(0, LONGEST_TEXT) : value;
	return PLAIN_TEXT.test(text) ? text : stripToLine(text);
}

export function parseList(value: unknown): readonly string[] {
	if (typeof value === 'string') {
		return [parseLine(value, '')];
	}

	return Array.isArray(value) && value.length > 0
		? value.filter((entry) => typeof entry === 'string').map((entry) => parseLine(entry, ''))
		: EMPTY_LIST;
}

/** The name of a `{name}` or of a string, as `maintainers` and `_npmUser` hold it. */
export function parsePerson(value: unknown): string | null {
	return isObject(value) ? parseLine(value['name'] ?? value['username'], null) : parseLine(value, null);
}

function describe(raw: Json): Pick<RegistryManifest, 'description' | 'license' | 'keywords' | 'homepage' | 'repository' | 'publisher'> {
	const { license, licenses, repository } = raw;
	const firstLicense: unknown = license ?? (Array.isArray(licenses) ? licenses[0] : undefined);
	return {
		description: parseLine(raw['description'], ''),
		license: parseLine(isObject(firstLicense) ? firstLicense['type'] : firstLicense, ''),
		keywords: parseList(raw['keywords']),
		homepage: parseLine(raw['homepage'], null),
		repository: parseLine(isObject(repository) ? repository['url'] : repository, null),
		publisher: parsePerson(raw['_npmUser']),
	};
}

/** `except`: names that this map repeats from there and that do not count here. */
function parseDependencies(
	value: unknown,
	repeated: RepeatedField<StringMap | Skipped>,
	except: StringMap = EMPTY_MAP,
): StringMap | Skipped {
	return isObject(value) ? repeated.read(value, { beside: except, parse: (raw) => readDependencies(raw, except) }) : EMPTY_MAP;
}

function readDependencies(value: Json, except: StringMap): StringMap | Skipped {
	const names = Object.keys(value);
	if (names.length === 0) {
		return EMPTY_MAP;
	}

	// Without a prototype, so that a package named `constructor` is found only where it is.
	const parsed = Object.create(null) as Record<string, string>;
	for (const name of names) {
		const range = value[name];
		if (!isPackageName(name)) {
			return new Skipped(`its dependency "${stripToLine(name).slice(0, 80)}" has no valid name`);
		}

		if (typeof range !== 'string' || range.length > LONGEST_RANGE) {
			return new Skipped(`its dependency ${name} has no valid range`);
		}

		if (!(name in except)) {
			parsed[name] = PLAIN_TEXT.test(range) ? range : stripControls(range);
		}
	}

	return parsed;
}

function parseOptionalPeers(
	meta: unknown,
	{ peers, repeated }: { readonly peers: StringMap; readonly repeated: RepeatedField<readonly string[]> },
): readonly string[] {
	const parse = (raw: Json): readonly string[] =>
		Object.keys(raw).filter((name) => {
			const entry = raw[name];
			return name in peers && isObject(entry) && entry['optional'] === true;
		});
	return isObject(meta) ? repeated.read(meta, { beside: peers, parse }) : EMPTY_LIST;
}

function parseBundled(value: unknown, dependencies: StringMap): readonly string[] {
	const names = value === true ? Object.keys(dependencies) : parseList(value);
	return names.length === 0 ? EMPTY_LIST : names.filter(isPackageName);
}

function parseEngines(value: unknown, repeated: RepeatedField<StringMap>): StringMap {
	return isObject(value) ? repeated.read(value, { beside: null, parse: readEngines }) : EMPTY_MAP;
}

function readEngines(value: Json): StringMap {
	const engines = Object.create(null) as Record<string, string>;
	for (const [name, range] of Object.entries(value)) {
		if (typeof range === 'string' && range.length <= LONGEST_RANGE) {
			engines[parseLine(name, '')] = parseLine(range, '');
		}
	}

	return engines;
}

/** npm writes the message; some registries write `true`, and an empty message takes a deprecation back. */
function parseDeprecated(value: unknown): string | null {
	return value === true ? 'This version is deprecated.' : parseLine(value, null) || null;
}

function hasInstallScript({ hasInstallScript: stated, scripts, gypfile }: Json & { hasInstallScript?: unknown }): boolean {
	return stated === true || gypfile === true || (isObject(scripts) && INSTALL_SCRIPTS.some((name) => typeof scripts[name] === 'string'));
}

function parseDistribution(raw: unknown): Distribution | Skipped {
	if (!isObject(raw)) {
		return new Skipped('it has no dist');
	}

	const { tarball, attestations, signatures } = raw;
	if (typeof tarball !== 'string' || tarball.length > LONGEST_URL || !PLAIN_TEXT.test(tarball) || tarball === '') {
		return new Skipped('it has no dist.tarball');
	}

	return {
		integrity: parseLine(raw['integrity'], null),
		shasum: parseLine(raw['shasum'], null),
		tarball,
		fileCount: parseCount(raw['fileCount']),
		unpackedBytes: parseCount(raw['unpackedSize']),
		signatures: Array.isArray(signatures) ? signatures.flatMap(parseSignature) : [],
		attestations: parseAttestations(attestations),
	};
}

function parseAttestations(raw: unknown): Distribution['attestations'] {
	if (!isObject(raw) || typeof raw['url'] !== 'string') {
		return null;
	}

	const { provenance } = raw;
	return { url: parseLine(raw['url'], ''), predicateType: isObject(provenance) ? parseLine(provenance['predicateType'], null) : null };
}

function parseSignature(raw: unknown): RegistrySignature[] {
	return isObject(raw) && typeof raw['keyid'] === 'string' && typeof raw['sig'] === 'string'
		? [{ keyid: parseLine(raw['keyid'], ''), sig: parseLine(raw['sig'], '') }]
		: [];
}

function parseCount(value: unknown): number | null {
	return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null;
}
