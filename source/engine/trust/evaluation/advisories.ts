import { hash } from 'node:crypto';
import coerce from 'semver/functions/coerce.js';
import compare from 'semver/functions/compare.js';
import isGreater from 'semver/functions/gt.js';
import isAtLeast from 'semver/functions/gte.js';
import valid from 'semver/functions/valid.js';
import * as v from 'valibot';
import type { Fact, Severity } from '../../evaluation.ts';
import { stripToLine } from '../../strip-controls.ts';
import { cvssBaseScore, severityWord } from './cvss.ts';
import { fact } from './scan-facts.ts';

/** One OSV advisory, as far as it concerns npm packages. */
export type Advisory = {
	readonly id: string;
	readonly summary: string;
	readonly aliases: readonly string[];
	/** Lower-case word of the advisory's own database, else of its CVSS 3 score; null when neither says. */
	readonly severity: string | null;
	readonly url: string | null;
	readonly affected: readonly AffectedPackage[];
};

export type AffectedPackage = {
	readonly name: string;
	readonly versions: readonly string[];
	readonly ranges: readonly (readonly RangeEvent[])[];
};

type RangeEvent = {
	readonly introduced?: string | undefined;
	readonly fixed?: string | undefined;
	readonly last_affected?: string | undefined;
};

const event = v.object({ introduced: v.optional(v.string()), fixed: v.optional(v.string()), last_affected: v.optional(v.string()) });
const affected = v.object({
	package: v.optional(v.object({ ecosystem: v.string(), name: v.string() })),
	versions: v.optional(v.array(v.string()), []),
	ranges: v.optional(v.array(v.object({ type: v.string(), events: v.array(event) })), []),
});
const osv = v.object({
	id: v.string(),
	summary: v.optional(v.string(), ''),
	aliases: v.optional(v.array(v.string()), []),
	withdrawn: v.optional(v.string()),
	affected: v.optional(v.array(affected), []),
	references: v.optional(v.array(v.object({ type: v.optional(v.string()), url: v.string() })), []),
	severity: v.optional(v.array(v.object({ type: v.string(), score: v.string() })), []),
	database_specific: v.optional(v.object({ severity: v.optional(v.string()) })),
});

/** Digits of the hash by which a set is cut into files; between them a question could mean hundreds of packages. */
export const SHARD_DIGITS = { least: 1, most: 4 };

/** The file of a sharded set that a package's advisories are in. Nobody who serves it learns the name. */
export function shardOf(name: string, digits: number): string {
	return hash('sha256', name, 'hex').slice(0, digits);
}

/** Reads one OSV document, a list of them, or `{"vulns": [...]}`. Null when it is none of these; withdrawn ones are left out. */
export function parseAdvisories(json: unknown): readonly Advisory[] | null {
	const list = Array.isArray(json)
		? (json as readonly unknown[])
		: typeof json === 'object' && json !== null && 'vulns' in json
			? json.vulns
			: [json];
	const parsed = v.safeParse(v.array(osv), list);
	return parsed.success ? parsed.output.filter(({ withdrawn }) => withdrawn === undefined).map(toAdvisory) : null;
}

/** One fact for each advisory that this version falls under. */
export function advisoryFacts(
	{ id, name, version }: { readonly id: string; readonly name: string; readonly version: string },
	all: readonly Advisory[],
): readonly Fact[] {
	return all.flatMap((advisory) => {
		const hit = advisory.affected.find((one) => one.name === name && isAffected(one, version));
		if (hit === undefined) {
			return [];
		}

		const fixed = fixedVersion(hit, version);
		const next = fixed === null ? 'No version is known to be free of it.' : `Fixed in ${fixed}.`;
		return [fact(id, { code: 'advisory', severity: severityOf(advisory), text: `${headOf(advisory)} ${next}`, url: advisory.url })];
	});
}

/** `name@version` -> the first advisory that calls this version malware; by the ids that OSV gives to malicious packages. */
export function malwareAmong(
	packages: readonly { readonly name: string; readonly version: string }[],
	all: readonly Advisory[],
): ReadonlyMap<string, { readonly advisory: string; readonly summary: string }> {
	const found = new Map<string, { readonly advisory: string; readonly summary: string }>();
	for (const advisory of all.filter(({ id, aliases }) => [id, ...aliases].some((one) => one.startsWith('MAL-')))) {
		for (const { name, version } of packages) {
			if (advisory.affected.some((one) => one.name === name && isAffected(one, version)) && !found.has(`${name}@${version}`)) {
				found.set(`${name}@${version}`, { advisory: advisory.id, summary: advisory.summary });
			}
		}
	}

	return found;
}

/** The versions that an installed one waits for: `name@version` -> the advisory that each is the first to fix. */
export function securityFixes(
	installed: readonly { readonly name: string; readonly version: string }[],
	all: readonly Advisory[],
): ReadonlyMap<string, { readonly advisory: string; readonly affected: string }> {
	const fixes = new Map<string, { readonly advisory: string; readonly affected: string }>();
	for (const { name, version } of installed) {
		for (const { id, affected } of all) {
			const hit = affected.find((one) => one.name === name && isAffected(one, version));
			const fixed = hit === undefined ? null : fixedVersion(hit, version);
			if (fixed !== null) {
				fixes.set(`${name}@${fixed}`, { advisory: id, affected: `${name}@${version}` });
			}
		}
	}

	return fixes;
}

function toAdvisory(raw: v.InferOutput<typeof osv>): Advisory {
	return {
		id: stripToLine(raw.id),
		summary: stripToLine(raw.summary).slice(0, 200),
		aliases: raw.aliases.map(stripToLine),
		severity: stripToLine(raw.database_specific?.severity?.toLowerCase() ?? '') || scoredSeverity(raw.severity),
		url: raw.references.map(({ url }) => url).find((url) => /^https?:\/\//.test(url)) ?? null,
		affected: raw.affected
			.filter((one) => one.package?.ecosystem === 'npm')
			.map((one) => ({
				name: one.package?.name ?? '',
				versions: one.versions,
				ranges: one.ranges.filter(({ type }) => type === 'SEMVER').map(({ events }) => events),
			})),
	};
}

/** The highest of its vectors that can be computed. CVSS 4 scores come from a table of its authors, which is not kept here. */
function scoredSeverity(vectors: readonly { readonly score: string }[]): string | null {
	const scores = vectors.flatMap(({ score }) => cvssBaseScore(score) ?? []);
	return scores.length === 0 ? null : severityWord(Math.max(...scores));
}

function headOf({ id, aliases, summary, severity }: Advisory): string {
	const text = summary === '' ? '' : `: ${summary}`;
	// Malware needs no grade.
	const grade = severity ?? (isMalware({ id, aliases }) ? null : 'severity unknown');
	return `${id}${grade === null ? '' : ` (${grade})`}${text}${/[.!?]$/.test(text) ? '' : '.'}`;
}

// One of unknown severity is not assumed to be harmless.
function severityOf({ id, aliases, severity }: Advisory): Severity {
	if (isMalware({ id, aliases }) || severity === 'critical' || severity === 'high') {
		return 'danger';
	}

	return severity === 'low' ? 'note' : 'caution';
}

/** MAL- is OSV's prefix for malicious packages. */
function isMalware({ id, aliases }: Pick<Advisory, 'id' | 'aliases'>): boolean {
	return [id, ...aliases].some((one) => one.startsWith('MAL-'));
}

function isAffected({ versions, ranges }: AffectedPackage, version: string): boolean {
	return versions.includes(version) || ranges.some((events) => coversVersion(events, version));
}

/** The events of OSV's evaluation algorithm, in the order of their versions: the last one at or before the version decides. */
function coversVersion(events: readonly RangeEvent[], version: string): boolean {
	if (valid(version) === null) {
		return false;
	}

	let inside = false;
	for (const { introduced, fixed, last_affected: last } of events.toSorted((a, b) => compare(boundOf(a), boundOf(b)))) {
		if (introduced !== undefined && isAtLeast(version, lenient(introduced))) {
			inside = true;
		}

		if ((fixed !== undefined && isAtLeast(version, lenient(fixed))) || (last !== undefined && isGreater(version, lenient(last)))) {
			inside = false;
		}
	}

	return inside;
}

function boundOf({ introduced, fixed, last_affected: last }: RangeEvent): string {
	return lenient(introduced ?? fixed ?? last ?? '0');
}

function lenient(version: string): string {
	return valid(version) ?? coerce(version)?.version ?? '0.0.0';
}

function fixedVersion({ ranges }: AffectedPackage, version: string): string | null {
	const fixes = ranges
		.flat()
		.flatMap(({ fixed }) => (fixed === undefined || valid(fixed) === null ? [] : [fixed]))
		.filter((fixed) => valid(version) !== null && isGreater(fixed, version));
	return fixes.toSorted((a, b) => compare(a, b))[0] ?? null;
}
