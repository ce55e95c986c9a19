import semver from 'semver';
import { EngineError } from '../../errors.ts';
import type { Packument, RegistryManifest } from '../../packument.ts';
import { stripControls, stripToLine } from '../../strip-controls.ts';
import { isObject, Neighbours, parseLine, parseManifest, parsePerson, Skipped } from './parse-manifest.ts';

// Numbers of 15 digits are always safe integers; what is longer or unusual goes to semver itself.
const COMMON_VERSION = /^(?:0|[1-9]\d{0,14})\.(?:0|[1-9]\d{0,14})\.(?:0|[1-9]\d{0,14})(?:-[a-z][a-z-]{0,30}(?:\.(?:0|[1-9]\d{0,14}))?)?$/;
const LONGEST_VERSION = 256;
const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;
const LONGEST_README = 262_144;

/** `full`, or `abbreviated`: what an installer reads and no times. A registry may answer the second question with the first document. */
export type DocumentKind = 'full' | 'abbreviated';

type Asked = {
	readonly name: string;
	/** Names the registry in sentences. */
	readonly from: string;
	/** `full` when left out. */
	readonly kind?: DocumentKind;
};

/**
 * The packument of `name` from a registry's bytes. Throws `registry-response-invalid` when it is no JSON or another package's; a junk
 * version is skipped and listed.
 */
export function parsePackument(body: Buffer, asked: Asked): Packument {
	const raw = parseJson(body, asked);
	const rawVersions = isObject(raw) ? (raw['versions'] ?? (isUnpublished(raw) ? {} : null)) : null;
	if (!isObject(raw) || !isObject(rawVersions)) {
		throw invalid(asked, 'a document without versions');
	}

	if (typeof raw['name'] === 'string' && raw['name'] !== asked.name) {
		throw invalid(asked, `the document of "${stripToLine(raw['name']).slice(0, 214)}"`);
	}

	const { versions, skipped } = parseVersions(asked.name, rawVersions);
	const { readme, maintainers } = raw;
	return {
		name: asked.name,
		distTags: parseTags(raw['dist-tags'], versions),
		versions,
		time: parseTime(raw['time'], versions),
		// What a document has decides, not what its sender calls it: one with times is as good as a full one.
		...(asked.kind === 'abbreviated' && !isObject(raw['time']) ? { changedAt: parseMoment(raw['modified']) } : {}),
		maintainers: Array.isArray(maintainers) ? maintainers.map(parsePerson).filter((person) => person !== null) : [],
		readme: typeof readme === 'string' && readme !== '' ? stripControls(readme.slice(0, LONGEST_README)) : null,
		skipped,
	};
}

function parseJson(body: Buffer, asked: Asked): unknown {
	try {
		return JSON.parse(body.toString('utf8'));
	} catch (error) {
		throw invalid(asked, 'something that is not JSON', error);
	}
}

function parseVersions(name: string, raw: Readonly<Record<string, unknown>>): Pick<Packument, 'versions' | 'skipped'> {
	const versions = new Map<string, RegistryManifest>();
	const skipped: { version: string; why: string }[] = [];
	const neighbours = new Neighbours();
	for (const version of Object.keys(raw)) {
		const manifest = isVersion(version)
			? parseManifest(raw[version], { name, version, neighbours })
			: new Skipped('it is not a semantic version');
		if (manifest instanceof Skipped) {
			skipped.push({ version: stripToLine(version).slice(0, LONGEST_VERSION), why: manifest.why });
		} else {
			versions.set(version, manifest);
		}
	}

	return { versions, skipped };
}

/** A package whose every version was taken back keeps a document that only says when. */
function isUnpublished({ time }: Readonly<Record<string, unknown>>): boolean {
	return isObject(time) && isObject(time['unpublished']);
}

/** Exactly the canonical form: what only a loose reading accepts would be one version under two names. */
function isVersion(text: string): boolean {
	return COMMON_VERSION.test(text) || (text.length <= LONGEST_VERSION && semver.valid(text) === text);
}

function parseTags(raw: unknown, versions: Packument['versions']): Packument['distTags'] {
	const tags = Object.create(null) as Record<string, string>;
	for (const [tag, version] of Object.entries(isObject(raw) ? raw : {})) {
		if (typeof version === 'string' && versions.has(version)) {
			tags[parseLine(tag, '')] = version;
		}
	}

	return tags;
}

function parseTime(raw: unknown, versions: Packument['versions']): Packument['time'] {
	const time = Object.create(null) as Record<string, string>;
	if (isObject(raw)) {
		for (const version of versions.keys()) {
			const published = parseMoment(raw[version]);
			if (published !== null) {
				time[version] = published;
			}
		}
	}

	return time;
}

function parseMoment(raw: unknown): string | null {
	if (typeof raw !== 'string' || !ISO_TIME.test(raw) || Number.isNaN(Date.parse(raw))) {
		return null;
	}

	// Some registries write an offset.
	return raw.endsWith('Z') ? raw : new Date(raw).toISOString();
}

function invalid(asked: Asked, got: string, cause?: unknown): EngineError {
	return new EngineError('registry-response-invalid', `Expected the metadata of "${asked.name}" from ${asked.from}, got ${got}.`, {
		cause,
		hint: `Check that ${asked.from} is an npm registry.`,
	});
}
