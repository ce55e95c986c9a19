import { LEVELS } from '../../evidence.ts';
import type { IdentityPin } from '../level/identity.ts';
import { DEFAULT_POLICY, parseTrustPolicy } from './policy.ts';
import type { ExceptionRule } from '../../exception-rules.ts';
import type { Ceiling, PermissionCeilings, TrustPolicy } from './policy.ts';

export type PolicySource = 'organisation' | 'user' | 'project';

/** Policy files as JSON, from the widest to the narrowest; null where there is none. */
export type PolicyLayers = Readonly<Record<PolicySource, unknown>>;

export type PolicyKey = Exclude<keyof TrustPolicy, 'version' | 'projectPins'>;

export type LayeredPolicy = {
	readonly policy: TrustPolicy;
	/** The layer whose word each stated key is held to. */
	readonly lockedBy: Readonly<Partial<Record<PolicyKey, PolicySource>>>;
	/** The last layer that changed a key's value; a key that is missing has its default. */
	readonly setBy: Readonly<Partial<Record<PolicyKey, PolicySource>>>;
	/** What a layer wanted to loosen and could not, one sentence each. */
	readonly refused: readonly string[];
};

type Merged = {
	policy: TrustPolicy;
	readonly lockedBy: Partial<Record<PolicyKey, PolicySource>>;
	readonly setBy: Partial<Record<PolicyKey, PolicySource>>;
	readonly refused: string[];
};
type Combine<K extends PolicyKey> = (kept: TrustPolicy[K], wanted: TrustPolicy[K]) => TrustPolicy[K];

const CEILINGS: readonly Ceiling[] = ['deny', 'ask', 'allow'];

/** Which key a rule of an exception would loosen. */
const KEY_OF_RULE: Readonly<Record<ExceptionRule, PolicyKey>> = {
	'minimum-level': 'minimumLevel',
	'minimum-age': 'minimumAgeHours',
	'identity-change': 'pins',
	fall: 'requireProvenance',
	'require-provenance': 'requireProvenance',
	pin: 'pins',
};

// The stricter of two values, key by key. Exceptions are apart: they always loosen.
const STRICTER: { readonly [K in Exclude<PolicyKey, 'exceptions'>]: Combine<K> } = {
	minimumLevel: (kept, wanted) => (LEVELS.indexOf(wanted) > LEVELS.indexOf(kept) ? wanted : kept),
	minimumAgeHours: (kept, wanted) => Math.max(kept, wanted),
	ageExempt: intersection,
	ownRegistries: intersection,
	people: intersection,
	certifiers: intersection,
	roots: intersection,
	requireProvenance: (kept, wanted) => [...new Set([...kept, ...wanted])],
	pins: (kept, wanted) => ({ ...wanted, ...kept }),
	allowedLicences: (kept, wanted) => (kept === null || wanted === null ? (kept ?? wanted) : intersection(kept, wanted)),
	advisories: (kept, wanted) => kept ?? wanted,
	// More names whose signatures are looked at, never other keys for the same.
	openpgp: (kept, wanted) => [
		...kept,
		...wanted.filter(({ names }) => !kept.some((one) => one.names.some((name) => names.includes(name)))),
	],
	// More people, nearer by.
	quorum: (kept, wanted) => ({
		high: Math.max(kept.high, wanted.high),
		medium: Math.max(kept.medium, wanted.medium),
		depth: Math.min(kept.depth, wanted.depth),
		budget: Math.min(kept.budget, wanted.budget),
	}),
	core: (kept) => kept,
	acceptances: (kept, wanted) => ({
		reason: kept.reason === 'required' ? kept.reason : wanted.reason,
		days: Math.min(kept.days, wanted.days),
	}),
	sandbox: (kept, wanted) => ({ strict: kept.strict || wanted.strict, jitless: kept.jitless || wanted.jitless }),
	permissionCeilings: (kept, wanted) => {
		const lower = (level: (typeof LEVELS)[number]): PermissionCeilings => lowerCeilings(kept[level], wanted[level]);
		return {
			unknown: lower('unknown'),
			known: lower('known'),
			trusted: lower('trusted'),
			verified: lower('verified'),
			core: lower('core'),
		};
	},
};

/**
 * One policy out of up to three. The user may choose freely where the organisation says nothing. What a layer states, later layers can
 * only tighten; and a project, which comes with a clone, can never loosen anything. Throws `settings-invalid`.
 */
export function layerTrustPolicies(layers: PolicyLayers): LayeredPolicy {
	const merged: Merged = { policy: DEFAULT_POLICY, lockedBy: {}, setBy: {}, refused: [] };
	for (const source of ['organisation', 'user', 'project'] as const) {
		const json = layers[source];
		if (json !== null && json !== undefined) {
			addLayer(merged, source, { wanted: parseTrustPolicy(json), stated: new Set(Object.keys(json)) });
		}
	}

	return merged;
}

function addLayer(
	merged: Merged,
	source: PolicySource,
	layer: { readonly wanted: TrustPolicy; readonly stated: ReadonlySet<string> },
): void {
	addExceptions(merged, source, layer.wanted.exceptions);
	for (const key of Object.keys(STRICTER) as (keyof typeof STRICTER)[]) {
		if (layer.stated.has(key)) {
			addKey(merged, { key, source, wanted: layer.wanted });
		}
	}
}

function addKey(
	merged: Merged,
	{ key, source, wanted }: { readonly key: keyof typeof STRICTER; readonly source: PolicySource; readonly wanted: TrustPolicy },
): void {
	const lockedBy = merged.lockedBy[key];
	if (key === 'pins' && source === 'project') {
		// It may demand a builder, but a clone must not make its own builder trusted.
		merged.policy = { ...merged.policy, projectPins: wanted.pins };
		merged.setBy.pins = source;
		return;
	}

	if (key === 'openpgp' && source === 'project') {
		// A key raises a level, so that a clone must not bring one along.
		const known = new Set(merged.policy.openpgp.map((entry) => JSON.stringify(entry)));
		if (wanted.openpgp.some((entry) => !known.has(JSON.stringify(entry)))) {
			merged.refused.push('The project policy cannot name OpenPGP keys, since what they sign counts as known.');
		}

		return;
	}

	if (key === 'core' && source !== 'organisation') {
		// The highest level is nothing that one gives to oneself, or that a clone brings along.
		merged.refused.push(`The ${source} policy cannot name core packages, which only an organisation's policy may.`);
		return;
	}

	const before = JSON.stringify(merged.policy[key]);
	const isFree = lockedBy === undefined && source !== 'project';
	merged.policy = { ...merged.policy, [key]: isFree ? wanted[key] : strictest(key, { kept: merged.policy, wanted }) };
	merged.lockedBy[key] = lockedBy ?? source;
	if (isFree || JSON.stringify(merged.policy[key]) !== before) {
		merged.setBy[key] = source;
	}

	if (!isFree && isLoosened(key, { wanted, value: merged.policy })) {
		merged.refused.push(
			`The ${source} policy cannot loosen ${key}, which ${lockedBy === undefined ? 'a project never may' : `the ${lockedBy} policy states`}.`,
		);
	}
}

function strictest<K extends keyof typeof STRICTER>(
	key: K,
	{ kept, wanted }: { readonly kept: TrustPolicy; readonly wanted: TrustPolicy },
): TrustPolicy[K] {
	const combine: Combine<K> = STRICTER[key];
	return combine(kept[key], wanted[key]);
}

// What a layer wanted was granted in full when combining it again changes nothing it asked for.
function isLoosened(key: PolicyKey, { wanted, value }: { readonly wanted: TrustPolicy; readonly value: TrustPolicy }): boolean {
	if (key === 'requireProvenance' || key === 'pins') {
		const names = Object.keys(wanted.pins);
		return key === 'pins' && names.some((name) => !samePin(wanted.pins[name], value.pins[name]));
	}

	return JSON.stringify(wanted[key]) !== JSON.stringify(value[key]);
}

function addExceptions(merged: Merged, source: PolicySource, exceptions: TrustPolicy['exceptions']): void {
	for (const exception of exceptions) {
		const lockedBy = merged.lockedBy[KEY_OF_RULE[exception.rule]];
		if (source === 'project' || lockedBy !== undefined) {
			merged.refused.push(
				`The ${source} policy cannot except ${exception.package} from ${exception.rule}${lockedBy === undefined ? '' : `, which the ${lockedBy} policy states`}.`,
			);
		} else {
			merged.policy = { ...merged.policy, exceptions: [...merged.policy.exceptions, exception] };
			merged.setBy.exceptions = source;
		}
	}
}

function intersection<T>(kept: readonly T[], wanted: readonly T[]): readonly T[] {
	const words = new Set(wanted.map((entry) => JSON.stringify(entry)));
	return kept.filter((entry) => words.has(JSON.stringify(entry)));
}

function lowerCeilings(kept: PermissionCeilings, wanted: PermissionCeilings): PermissionCeilings {
	return {
		net: lower(kept.net, wanted.net),
		fs: lower(kept.fs, wanted.fs),
		env: lower(kept.env, wanted.env),
		run: lower(kept.run, wanted.run),
		message: lower(kept.message, wanted.message),
	};
}

function lower(kept: Ceiling, wanted: Ceiling): Ceiling {
	return CEILINGS.indexOf(wanted) < CEILINGS.indexOf(kept) ? wanted : kept;
}

function samePin(a: IdentityPin | undefined, b: IdentityPin | undefined): boolean {
	return JSON.stringify(a) === JSON.stringify(b);
}
