import * as v from 'valibot';
import { EngineError } from '../../errors.ts';
import type { Level } from '../../evidence.ts';
import { LEVELS } from '../../evidence.ts';
import type { IdentityPin } from '../level/identity.ts';

/** Rules that an exception can switch off for one package. `evidence-invalid` is not among them: false evidence is never accepted. */
export const EXCEPTION_RULES = ['minimum-level', 'minimum-age', 'identity-change', 'fall', 'require-provenance', 'pin'] as const;
export type ExceptionRule = (typeof EXCEPTION_RULES)[number];

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
export type PermissionCeilings = { readonly net: Ceiling; readonly fs: Ceiling; readonly env: Ceiling };

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
	/** Registry URLs that the minimum age does not apply to. */
	readonly ownRegistries: readonly string[];
	readonly permissionCeilings: Readonly<Record<Level, PermissionCeilings>>;
	readonly exceptions: readonly PolicyException[];
};

const ASK_ALWAYS: PermissionCeilings = { net: 'ask', fs: 'ask', env: 'ask' };

export const DEFAULT_POLICY: TrustPolicy = {
	version: 1,
	minimumLevel: 'unknown',
	minimumAgeHours: 72,
	ageExempt: [],
	requireProvenance: [],
	pins: {},
	ownRegistries: [],
	permissionCeilings: { unknown: ASK_ALWAYS, known: ASK_ALWAYS, trusted: ASK_ALWAYS, verified: ASK_ALWAYS, core: ASK_ALWAYS },
	exceptions: [],
};

const isoTime = v.pipe(
	v.string(),
	v.check((text) => !Number.isNaN(Date.parse(text)), 'expected an ISO time'),
);
const namePattern = v.pipe(v.string(), v.regex(/^(?:\*|@[^/*]+\/\*|(?:@[^/*]+\/)?[^/*@]+)$/, 'expected a name, "@scope/*" or "*"'));
const text = v.pipe(v.string(), v.nonEmpty());
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
const ceilings = v.optional(v.strictObject({ net: ceiling, fs: ceiling, env: ceiling }), ASK_ALWAYS);
const exception = v.strictObject({ package: text, rule: v.picklist(EXCEPTION_RULES), reason: text, expires: isoTime });

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
	exceptions: v.optional(v.array(exception), []),
});

/** Reads a policy file's JSON; what it leaves out takes the default. An unknown key is refused, since a misspelt rule protects nobody. Throws `settings-invalid`. */
export function parseTrustPolicy(json: unknown): TrustPolicy {
	const result = v.safeParse(policySchema, json);
	if (!result.success) {
		const issue = result.issues[0];
		throw new EngineError('settings-invalid', `The trust policy is not valid at "${v.getDotPath(issue) ?? '(top)'}": ${issue.message}.`, {
			hint: 'Correct that key; the JSON schema of the policy lists what is allowed.',
		});
	}

	const { $schema: _schema, ...policy } = result.output;
	return policy;
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
