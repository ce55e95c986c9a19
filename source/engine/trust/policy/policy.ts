import * as v from 'valibot';
import { EngineError } from '../../errors.ts';
import { EXCEPTION_RULES, type ExceptionRule } from '../../exception-rules.ts';
import type { Level } from '../../evidence.ts';
import { LEVELS } from '../../evidence.ts';
import type { PERMISSION_KINDS } from '../../permission.ts';
import type { IdentityPin } from '../level/identity.ts';

export type PolicyException = {
	/** A name, or `name@version`. */
	readonly package: string;
	readonly rule: ExceptionRule;
	readonly reason: string;
	/** ISO time. */
	readonly expires: string;
};

/** `allow`: a declared permission needs no question; `ask`: the user decides; `deny`: never granted at this level. */
export type Ceiling = 'allow' | 'ask' | 'deny';
export type PermissionCeilings = Readonly<Record<(typeof PERMISSION_KINDS)[number], Ceiling>>;

/** Someone whose endorsements and rejections count, for these names. */
export type PolicyPerson = {
	/** `ed25519:...` or `sigstore:ISSUER#SUBJECT`. */
	readonly id: string;
	readonly name: string;
	readonly level: 'high' | 'medium' | 'low';
	/** Name patterns. */
	readonly scopes: readonly string[];
	/** ISO time. */
	readonly expires: string;
};

/** Whose certifications make a package `verified`, for these names. */
export type Certifier = { readonly id: string; readonly name: string; readonly scopes: readonly string[] };

/**
 * A private Sigstore, and the names and registries that only it may vouch for: its trusted_root.json by absolute path, or the URL of its
 * TUF repository with the absolute path of the root.json that the user got by another way.
 */
export type PolicyRoot = {
	readonly id: string;
	readonly scopes: readonly string[];
	/** URLs. */
	readonly registries: readonly string[];
} & ({ readonly file: string } | { readonly tuf: string; readonly root: string });

/** Where a signed policy of the organisation lies, and who must have signed it. */
export type OrganisationSource = { readonly file: string; readonly key: string };

export type TrustPolicy = {
	readonly version: 1;
	readonly minimumLevel: Level;
	readonly minimumAgeHours: number;
	/** Name patterns that the minimum age does not apply to. */
	readonly ageExempt: readonly string[];
	/** Name patterns that must have verified provenance. */
	readonly requireProvenance: readonly string[];
	/** Exact names -> who must have built them. */
	readonly pins: Readonly<Record<string, IdentityPin>>;
	/** Pins that a project adds: demanded like the others, but they raise no level. Never from a file of their own key. */
	readonly projectPins: Readonly<Record<string, IdentityPin>>;
	/** Registry URLs that the minimum age does not apply to. */
	readonly ownRegistries: readonly string[];
	readonly permissionCeilings: Readonly<Record<Level, PermissionCeilings>>;
	readonly people: readonly PolicyPerson[];
	readonly certifiers: readonly Certifier[];
	/** How much endorsement makes a package trusted, and how far from the user's own people it may come. */
	readonly quorum: QuorumRules;
	/** Exact names -> who must have built them, to be core. Only the organisation's policy may have some. */
	readonly core: Readonly<Record<string, IdentityPin>>;
	readonly roots: readonly PolicyRoot[];
	/** SPDX licences that may be used; null allows any. */
	readonly allowedLicences: readonly string[] | null;
	/** Where advisories come from; null for nowhere. */
	readonly advisories: AdvisorySource | null;
	/** Which packages their publishers sign with OpenPGP, and by whose keys. */
	readonly openpgp: readonly OpenpgpKeys[];
	/** Whether accepting something needs a reason, and for how many days at most it holds. */
	readonly acceptances: AcceptanceRules;
	/** What plugins may not run without. */
	readonly sandbox: SandboxPolicy;
	readonly exceptions: readonly PolicyException[];
};

export type AdvisorySource = {
	/** An absolute path of a file or folder, `registry`, or `kept`: what `advisories import` and `update` brought. */
	readonly source: string;
	/** Who must have signed the set; null believes whatever lies there, and then it hurries nothing along. */
	readonly key: string | null;
	/** An older set is told. */
	readonly maximumAgeDays: number;
};

export type QuorumRules = {
	/** How many of the user's own people of level high suffice, else how many of level medium or more. Several identities behind one count once. */
	readonly high: number;
	readonly medium: number;
	/** How many steps a path may have, and what its steps may cost together: 1 for high, 2 for medium, 5 for low. */
	readonly depth: number;
	readonly budget: number;
};

/** `strict`: bubblewrap around each plugin. `jitless`: no machine code made by V8. */
export type SandboxPolicy = { readonly strict: boolean; readonly jitless: boolean };

export type AcceptanceRules = { readonly reason: 'optional' | 'required'; readonly days: number };

/** `names`: name patterns; `keys`: absolute path of a file of armored public keys. */
export type OpenpgpKeys = { readonly names: readonly string[]; readonly keys: string };

const ASK_ALWAYS: PermissionCeilings = { net: 'ask', fs: 'ask', env: 'ask', run: 'ask', message: 'ask' };

export const DEFAULT_POLICY: TrustPolicy = {
	version: 1,
	minimumLevel: 'unknown',
	minimumAgeHours: 72,
	ageExempt: [],
	requireProvenance: [],
	pins: {},
	projectPins: {},
	ownRegistries: [],
	permissionCeilings: { unknown: ASK_ALWAYS, known: ASK_ALWAYS, trusted: ASK_ALWAYS, verified: ASK_ALWAYS, core: ASK_ALWAYS },
	people: [],
	certifiers: [],
	quorum: { high: 1, medium: 2, depth: 2, budget: 4 },
	core: {},
	roots: [],
	allowedLicences: null,
	advisories: null,
	openpgp: [],
	acceptances: { reason: 'optional', days: 90 },
	sandbox: { strict: false, jitless: false },
	exceptions: [],
};

/** Advisories of malware matter within days. */
export const MAXIMUM_ADVISORY_AGE_DAYS = 14;

const isoTime = v.pipe(
	v.string(),
	v.check((text) => !Number.isNaN(Date.parse(text)), 'expected an ISO time'),
);
const namePattern = v.pipe(v.string(), v.regex(/^(?:\*|@[^/*]+\/\*|(?:@[^/*]+\/)?[^/*@]+)$/, 'expected a name, "@scope/*" or "*"'));
const text = v.pipe(v.string(), v.nonEmpty());
// Posix or Windows; what a relative one starts at would depend on who asks.
const absolutePath = v.pipe(text, v.regex(/^(?:\/|[A-Za-z]:[\\/])/, 'expected an absolute path'));
const pin = v.strictObject({
	issuer: v.optional(text),
	subject: v.optional(text),
	repository: v.optional(text),
	repositoryId: v.optional(text),
	ownerId: v.optional(text),
	workflow: v.optional(text),
	refs: v.optional(v.array(text)),
	triggers: v.optional(v.array(text)),
	runner: v.optional(text),
});
const ceiling = v.optional(v.picklist(['allow', 'ask', 'deny']), 'ask');
const ceilings = v.optional(v.strictObject({ net: ceiling, fs: ceiling, env: ceiling, run: ceiling, message: ceiling }), ASK_ALWAYS);
const personId = v.pipe(
	v.string(),
	v.regex(/^(?:ed25519:[\w-]{43}|sigstore:https:\/\/[^\s#]+#\S+)$/, 'expected ed25519:KEY or sigstore:ISSUER#SUBJECT'),
);

/** Whether the text can name somebody whose word counts. */
export function isPersonId(word: string): boolean {
	return v.is(personId, word);
}

const scopes = v.optional(v.pipe(v.array(namePattern), v.minLength(1)), ['*']);
const person = v.strictObject({ id: personId, name: text, level: v.picklist(['high', 'medium', 'low']), scopes, expires: isoTime });
const certifier = v.strictObject({ id: personId, name: text, scopes });
const bound = { id: text, scopes: v.optional(v.array(namePattern), []), registries: v.optional(v.array(v.pipe(v.string(), v.url())), []) };
const root = v.pipe(
	v.union([
		v.strictObject({ ...bound, file: absolutePath }),
		v.strictObject({ ...bound, tuf: v.pipe(v.string(), v.url()), root: absolutePath }),
	]),
	v.check(({ scopes, registries }) => scopes.length + registries.length > 0, 'expected "scopes" or "registries"'),
);
const organisation = v.strictObject({ file: absolutePath, key: personId });
const exception = v.strictObject({ package: text, rule: v.picklist(EXCEPTION_RULES), reason: text, expires: isoTime });

const within = (least: number, most: number) => v.pipe(v.number(), v.integer(), v.minValue(least), v.maxValue(most));

const policySchema = v.strictObject({
	$schema: v.optional(v.string()),
	version: v.literal(1),
	minimumLevel: v.optional(v.picklist(LEVELS), DEFAULT_POLICY.minimumLevel),
	minimumAgeHours: v.optional(v.pipe(v.number(), v.finite(), v.minValue(0)), DEFAULT_POLICY.minimumAgeHours),
	ageExempt: v.optional(v.array(namePattern), []),
	requireProvenance: v.optional(v.array(namePattern), []),
	pins: v.optional(v.record(text, pin), {}),
	ownRegistries: v.optional(v.array(v.pipe(v.string(), v.url())), []),
	permissionCeilings: v.optional(
		v.strictObject({ unknown: ceilings, known: ceilings, trusted: ceilings, verified: ceilings, core: ceilings }),
		DEFAULT_POLICY.permissionCeilings,
	),
	people: v.optional(v.array(person), []),
	certifiers: v.optional(v.array(certifier), []),
	quorum: v.optional(
		v.strictObject({
			high: v.optional(within(1, 10), DEFAULT_POLICY.quorum.high),
			medium: v.optional(within(1, 20), DEFAULT_POLICY.quorum.medium),
			depth: v.optional(within(0, 4), DEFAULT_POLICY.quorum.depth),
			budget: v.optional(within(0, 20), DEFAULT_POLICY.quorum.budget),
		}),
		DEFAULT_POLICY.quorum,
	),
	core: v.optional(v.record(text, pin), {}),
	roots: v.optional(v.array(root), []),
	allowedLicences: v.optional(v.nullable(v.array(text)), null),
	advisories: v.optional(
		v.nullable(
			v.union([
				v.pipe(
					text,
					v.regex(/^(?:registry$|\/|[A-Za-z]:[\\/])/, 'expected "registry" or an absolute path'),
					v.transform((source): AdvisorySource => ({ source, key: null, maximumAgeDays: MAXIMUM_ADVISORY_AGE_DAYS })),
				),
				v.strictObject({
					source: v.pipe(text, v.regex(/^(?:registry$|kept$|\/|[A-Za-z]:[\\/])/, 'expected "registry", "kept" or an absolute path')),
					key: v.pipe(v.string(), v.regex(/^ed25519:[\w-]{43}$/, 'expected ed25519:KEY')),
					maximumAgeDays: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(365)), MAXIMUM_ADVISORY_AGE_DAYS),
				}),
			]),
		),
		null,
	),
	openpgp: v.optional(v.array(v.strictObject({ names: v.array(namePattern), keys: absolutePath })), []),
	acceptances: v.optional(
		v.strictObject({
			reason: v.optional(v.picklist(['optional', 'required']), DEFAULT_POLICY.acceptances.reason),
			days: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(365)), DEFAULT_POLICY.acceptances.days),
		}),
		DEFAULT_POLICY.acceptances,
	),
	sandbox: v.optional(
		v.strictObject({ strict: v.optional(v.boolean(), false), jitless: v.optional(v.boolean(), false) }),
		DEFAULT_POLICY.sandbox,
	),
	exceptions: v.optional(v.array(exception), []),
	organisation: v.optional(organisation),
});

/** Reads a policy file's JSON; what it leaves out takes the default. An unknown key is refused, since a misspelt rule protects nobody. Throws `settings-invalid`. */
export function parseTrustPolicy(json: unknown): TrustPolicy {
	const { $schema: _schema, organisation: _organisation, ...policy } = parsePolicyFile(json);
	return { ...policy, projectPins: {} };
}

/** Where the file says that the organisation's policy lies, or null. Throws `settings-invalid`. */
export function organisationOf(json: unknown): OrganisationSource | null {
	return parsePolicyFile(json).organisation ?? null;
}

function parsePolicyFile(json: unknown): v.InferOutput<typeof policySchema> {
	const result = v.safeParse(policySchema, json);
	if (!result.success) {
		const issue = result.issues[0];
		throw new EngineError('settings-invalid', `The trust policy is not valid at "${v.getDotPath(issue) ?? '(top)'}": ${issue.message}.`, {
			hint: 'Correct that key; the JSON schema of the policy lists what is allowed.',
		});
	}

	return result.output;
}

/** The exception that frees this version from this rule now, or null. */
export function findException(
	policy: TrustPolicy,
	question: { readonly name: string; readonly version: string; readonly rule: ExceptionRule; readonly now: number },
): PolicyException | null {
	const id = `${question.name}@${question.version}`;
	const match = policy.exceptions.find(
		(entry) =>
			entry.rule === question.rule && (entry.package === question.name || entry.package === id) && Date.parse(entry.expires) > question.now,
	);
	return match ?? null;
}
