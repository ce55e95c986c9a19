import * as v from 'valibot';
import { invalid } from '../evidence/outcome.ts';
import type { IdentityPin } from '../level/identity.ts';
import type { SignedStatement } from './signed-statement.ts';

export const REVIEW_TYPE = 'tag:plugward,2026:review/v1';
export const IDENTITY_TRUST_TYPE = 'tag:plugward,2026:identity-trust/v1';
export const REVOKE_TYPE = 'tag:plugward,2026:revoke/v1';
export const PUBLISHER_TYPE = 'tag:plugward,2026:publisher/v1';
/** SLSA's own type, so that other tools' certifications can be read. */
export const CERTIFICATION_TYPE = 'https://slsa.dev/verification_summary/v1';

export const PERSON_LEVELS = ['high', 'medium', 'low'] as const;
export type PersonLevel = (typeof PERSON_LEVELS)[number];

/** What one person says, about one artefact or about another person. Everything ends; times are milliseconds since the epoch. */
export type PersonStatement =
	| {
			readonly type: 'review';
			readonly purl: string;
			readonly sha512: string;
			readonly verdict: 'endorse' | 'reject';
			/** Hex sha512 of the artefact that this review starts from; null when the whole was reviewed. */
			readonly deltaFrom: string | null;
			readonly notes: string;
			readonly expires: number;
	  }
	| {
			readonly type: 'identity-trust';
			readonly subject: string;
			readonly level: PersonLevel;
			/** Name patterns. */
			readonly scopes: readonly string[];
			readonly expires: number;
	  }
	/** "What this builder makes of these names is what its publisher means to publish." */
	| {
			readonly type: 'publisher';
			/** Exact names. */
			readonly names: readonly string[];
			readonly builder: IdentityPin;
			readonly starts: number;
			readonly expires: number;
	  }
	/** A certifier's word on one artefact. */
	| {
			readonly type: 'certification';
			readonly purl: string;
			readonly sha512: string;
			readonly result: 'verified' | 'denied';
			readonly expires: number;
	  }
	/** Takes back an own statement. */
	| { readonly type: 'revoke'; readonly sha256: string };

/** An in-toto statement before it is signed. */
export type UnsignedStatement = { readonly subject: readonly object[]; readonly predicateType: string; readonly predicate: object };

const LONGEST_LIFE_MILLISECONDS = 366 * 86_400_000;

const time = v.pipe(
	v.string(),
	v.check((text) => !Number.isNaN(Date.parse(text)), 'expected an ISO time'),
	v.transform((text) => Date.parse(text)),
);
const hex = (length: number) => v.pipe(v.string(), v.regex(new RegExp(`^[0-9a-f]{${length}}$`)));
const type = v.literal('https://in-toto.io/Statement/v1');
const reviewSchema = v.looseObject({
	_type: type,
	subject: v.strictTuple([
		v.looseObject({ name: v.pipe(v.string(), v.startsWith('pkg:npm/')), digest: v.looseObject({ sha512: hex(128) }) }),
	]),
	predicateType: v.literal(REVIEW_TYPE),
	predicate: v.looseObject({
		verdict: v.picklist(['endorse', 'reject']),
		deltaFrom: v.optional(v.nullable(hex(128)), null),
		notes: v.optional(v.string(), ''),
		made: time,
		expires: time,
	}),
});
const identityTrustSchema = v.looseObject({
	_type: type,
	predicateType: v.literal(IDENTITY_TRUST_TYPE),
	predicate: v.looseObject({
		subject: v.string(),
		level: v.picklist(PERSON_LEVELS),
		scopes: v.array(v.string()),
		made: time,
		expires: time,
	}),
});
const revokeSchema = v.looseObject({
	_type: type,
	predicateType: v.literal(REVOKE_TYPE),
	predicate: v.looseObject({ sha256: hex(64) }),
});
const text = v.pipe(v.string(), v.nonEmpty());
const publisherSchema = v.looseObject({
	_type: type,
	predicateType: v.literal(PUBLISHER_TYPE),
	predicate: v.looseObject({
		names: v.pipe(v.array(text), v.minLength(1)),
		// At least who built it must be said; a pin of nothing would match everyone.
		builder: v.strictObject({
			issuer: text,
			repository: text,
			repositoryId: v.optional(text),
			ownerId: v.optional(text),
			workflow: v.optional(text),
			refs: v.optional(v.array(text)),
			triggers: v.optional(v.array(text)),
			runner: v.optional(text),
		}),
		made: time,
		expires: time,
	}),
});
const certificationSchema = v.looseObject({
	_type: type,
	subject: reviewSchema.entries.subject,
	predicateType: v.literal(CERTIFICATION_TYPE),
	predicate: v.looseObject({
		timeVerified: time,
		verificationResult: v.picklist(['PASSED', 'FAILED']),
		expires: v.optional(time),
	}),
});
const schema = v.variant('predicateType', [reviewSchema, identityTrustSchema, revokeSchema, publisherSchema, certificationSchema]);

/** Reads a signed payload. Throws `evidence-invalid`, also for a life of more than a year. */
export function parsePersonStatement(payload: unknown): PersonStatement {
	const result = v.safeParse(schema, payload);
	if (!result.success) {
		throw invalid('statement-malformed', `The statement is not valid at "${v.getDotPath(result.issues[0]) ?? '(top)'}".`);
	}

	const statement = result.output;
	switch (statement.predicateType) {
		case REVIEW_TYPE: {
			const [subject] = statement.subject;
			const { verdict, deltaFrom, notes, made, expires } = statement.predicate;
			return {
				type: 'review',
				purl: subject.name,
				sha512: subject.digest.sha512,
				verdict,
				deltaFrom,
				notes,
				expires: endOf(made, expires),
			};
		}

		case IDENTITY_TRUST_TYPE: {
			const { subject, level, scopes, made, expires } = statement.predicate;
			return { type: 'identity-trust', subject, level, scopes, expires: endOf(made, expires) };
		}

		case PUBLISHER_TYPE: {
			const { names, builder, made, expires } = statement.predicate;
			return { type: 'publisher', names, builder, starts: made, expires: endOf(made, expires) };
		}

		case CERTIFICATION_TYPE: {
			const [subject] = statement.subject;
			const { timeVerified, verificationResult, expires } = statement.predicate;
			return {
				type: 'certification',
				purl: subject.name,
				sha512: subject.digest.sha512,
				result: verificationResult === 'PASSED' ? 'verified' : 'denied',
				expires: endOf(timeVerified, expires ?? timeVerified + LONGEST_LIFE_MILLISECONDS),
			};
		}

		case REVOKE_TYPE:
			return { type: 'revoke', sha256: statement.predicate.sha256 };
	}
}

/** Its life has not ended; one dated into the future, to live longer than a year from now, does not count yet. */
export function isAlive(expires: number, now: number): boolean {
	return expires > now && expires - now <= LONGEST_LIFE_MILLISECONDS;
}

/** Statements that still stand: not ended, and not taken back by the same signer. */
export function standingStatements(statements: readonly SignedStatement[], now: number): readonly SignedStatement[] {
	const revoked = new Set(
		statements.flatMap(({ signer, statement }) => (statement.type === 'revoke' ? [`${signer} ${statement.sha256}`] : [])),
	);
	const isRevoked = ({ signer, sha256 }: SignedStatement): boolean => revoked.size > 0 && revoked.has(`${signer} ${sha256}`);
	return statements.filter((one) => one.statement.type !== 'revoke' && isAlive(one.statement.expires, now) && !isRevoked(one));
}

function endOf(made: number, expires: number): number {
	if (expires - made > LONGEST_LIFE_MILLISECONDS) {
		throw invalid('statement-malformed', 'The statement lives for more than a year.');
	}

	return expires;
}
