import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Person, PersonLevel, SignedStatement } from '../../../source/engine/trust/index.ts';
import {
	evaluatePeople,
	IDENTITY_TRUST_TYPE,
	indexStatements,
	personIdOf,
	REVIEW_TYPE,
	REVOKE_TYPE,
	signStatement,
	verifyStatement,
} from '../../../source/engine/trust/index.ts';

const NOW = Date.parse('2026-06-01T00:00:00Z');
const LIFE = { made: '2026-05-01T00:00:00Z', expires: '2026-12-01T00:00:00Z' };
const PURL = 'pkg:npm/%40acme/plug@1.2.3';
const SHA512 = 'ab'.repeat(64);
const OLD_SHA512 = 'cd'.repeat(64);

function someone() {
	const { privateKey } = generateKeyPairSync('ed25519');
	const id = personIdOf(privateKey);
	const say = (statement: Parameters<typeof signStatement>[0]): SignedStatement => verifyStatement(signStatement(statement, privateKey));
	return {
		id,
		review: (
			verdict: 'endorse' | 'reject',
			changes: { readonly sha512?: string; readonly purl?: string; readonly deltaFrom?: string; readonly expires?: string } = {},
		) =>
			say({
				subject: [{ name: changes.purl ?? PURL, digest: { sha512: changes.sha512 ?? SHA512 } }],
				predicateType: REVIEW_TYPE,
				predicate: {
					...LIFE,
					verdict,
					deltaFrom: changes.deltaFrom ?? null,
					...(changes.expires === undefined ? {} : { expires: changes.expires }),
				},
			}),
		trusts: (subject: string, level: PersonLevel, scopes: readonly string[] = ['*']) =>
			say({ subject: [], predicateType: IDENTITY_TRUST_TYPE, predicate: { ...LIFE, subject, level, scopes } }),
		revokes: ({ sha256 }: SignedStatement) => say({ subject: [], predicateType: REVOKE_TYPE, predicate: { sha256 } }),
	};
}

function person(name: string, { id }: { readonly id: string }, changes: Partial<Person> = {}): Person {
	return { id, name, level: 'high', scopes: ['*'], expires: '2027-01-01T00:00:00Z', ...changes };
}

function standing(people: readonly Person[], statements: readonly SignedStatement[], now = NOW) {
	return evaluatePeople({
		name: '@acme/plug',
		purl: PURL,
		sha512: SHA512,
		identity: null,
		people,
		certifiers: [],
		statements: indexStatements(statements, now),
		now,
	});
}

const ana = someone();
const ben = someone();
const eve = someone();
const MEDIUM = { level: 'medium' } as const;

describe('a signed statement', () => {
	const { privateKey } = generateKeyPairSync('ed25519');
	const statement = {
		subject: [{ name: PURL, digest: { sha512: SHA512 } }],
		predicateType: REVIEW_TYPE,
		predicate: { ...LIFE, verdict: 'endorse' },
	};
	type Bundle = { verificationMaterial: { publicKey: { hint: string } }; dsseEnvelope: { payload: string; signatures: { sig: string }[] } };
	const bundle = () => structuredClone(signStatement(statement, privateKey)) as Bundle;

	it('is read back with its signer', () => {
		expect(verifyStatement(bundle())).toMatchObject({
			signer: personIdOf(privateKey),
			statement: { type: 'review', purl: PURL, verdict: 'endorse' },
		});
	});

	it.each([
		['its payload is another', (one: Bundle) => (one.dsseEnvelope.payload = Buffer.from('{}').toString('base64'))],
		['it names another signer', (one: Bundle) => (one.verificationMaterial.publicKey.hint = ana.id)],
		['its signer is spelled another way', (one: Bundle) => (one.verificationMaterial.publicKey.hint += '=')],
		['its signature is cut', (one: Bundle) => (one.dsseEnvelope.signatures[0] = { sig: 'AAAA' })],
		['it has two signatures', (one: Bundle) => one.dsseEnvelope.signatures.push({ sig: 'AAAA' })],
		['it has none', (one: Bundle) => (one.dsseEnvelope.signatures = [])],
	])('is refused when %s', (_what, change) => {
		const changed = bundle();
		change(changed);
		expect(() => verifyStatement(changed)).toThrowError(expect.objectContaining({ code: 'evidence-invalid' }) as Error);
	});

	it.each([
		['lives for more than a year', { predicate: { ...LIFE, verdict: 'endorse', expires: '2028-01-01' } }],
		['is about two artefacts', { subject: [...statement.subject, ...statement.subject] }],
		['is about a bare name', { subject: [{ name: 'plug', digest: { sha512: SHA512 } }] }],
		['is of another kind', { predicateType: 'https://slsa.dev/provenance/v1' }],
	])('is refused when it %s', (_what, change) => {
		expect(() => verifyStatement(signStatement({ ...statement, ...change }, privateKey))).toThrowError(
			expect.objectContaining({ code: 'evidence-invalid' }) as Error,
		);
	});

	it.each([[null], [{}], ['text'], [[]]])('is refused, not a crash, when it is %j', (json) => {
		expect(() => verifyStatement(json)).toThrowError(expect.objectContaining({ code: 'evidence-invalid' }) as Error);
	});

	it('is made with an ed25519 key only', () => {
		expect(() => signStatement(statement, generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey)).toThrowError(/ed25519/);
	});
});

describe('a quorum', () => {
	it('is one person who is trusted highly', () => {
		expect(standing([person('Ana', ana)], [ana.review('endorse')]).endorsements?.quorum).toContain('Ana');
	});

	it('is two of medium level, not one', () => {
		const people = [person('Ana', ana, MEDIUM), person('Ben', ben, MEDIUM)];
		expect(standing(people, [ana.review('endorse')]).endorsements).toMatchObject({ quorum: null, text: 'Endorsed through Ana.' });
		expect(standing(people, [ana.review('endorse'), ben.review('endorse')]).endorsements?.quorum).toContain('Ana and Ben');
	});

	it('is not reached by one person with many identities', () => {
		const puppets = [someone(), someone(), someone()];
		const statements = puppets.flatMap((puppet) => [ana.trusts(puppet.id, 'medium'), puppet.review('endorse')]);
		expect(standing([person('Ana', ana, MEDIUM)], statements).endorsements?.quorum).toBeNull();
	});

	it.each([
		['strangers', [person('Ana', ana)], () => [eve.review('endorse')]],
		['a person of low level', [person('Ana', ana, { level: 'low' })], () => [ana.review('endorse')]],
		['a person trusted for other names', [person('Ana', ana, { scopes: ['@other/*'] })], () => [ana.review('endorse')]],
		['a person whose trust has ended', [person('Ana', ana, { expires: '2026-01-01' })], () => [ana.review('endorse')]],
		['a review of other bytes', [person('Ana', ana)], () => [ana.review('endorse', { sha512: OLD_SHA512 })]],
		['a review of another name', [person('Ana', ana)], () => [ana.review('endorse', { purl: 'pkg:npm/plug@1.2.3' })]],
		['a review that has ended', [person('Ana', ana)], () => [ana.review('endorse', { expires: '2026-05-02' })]],
	])('is not reached by %s', (_what, people, statements) => {
		expect(standing(people, statements()).endorsements?.quorum ?? null).toBeNull();
	});

	it('falls when the review is revoked by who made it, and by nobody else', () => {
		const review = ana.review('endorse');
		expect(standing([person('Ana', ana)], [review, eve.revokes(review)]).endorsements?.quorum).toContain('Ana');
		expect(standing([person('Ana', ana)], [review, ana.revokes(review)]).endorsements).toBeNull();
	});
});

describe('a path of trust', () => {
	it('leads to a friend of a friend, at the level of its weakest step', () => {
		const statements = [ana.trusts(ben.id, 'high'), ben.review('endorse')];
		expect(standing([person('Ana', ana)], statements).endorsements?.quorum).toContain('through Ana');
		expect(standing([person('Ana', ana, MEDIUM)], statements).endorsements).toMatchObject({ quorum: null });
	});

	it('ends after two steps, and where its cost is spent', () => {
		const [one, two] = [someone(), someone()];
		const far = [ana.trusts(ben.id, 'high'), ben.trusts(one.id, 'high'), one.trusts(two.id, 'high'), two.review('endorse')];
		expect(standing([person('Ana', ana)], far).endorsements).toBeNull();
		expect(standing([person('Ana', ana)], [ana.trusts(ben.id, 'low'), ben.review('endorse')]).endorsements).toBeNull();
	});

	it('narrows to the scopes of every step', () => {
		const statements = [ana.trusts(ben.id, 'high', ['@other/*']), ben.review('endorse')];
		expect(standing([person('Ana', ana)], statements).endorsements).toBeNull();
	});

	it('may run in a circle', () => {
		const statements = [ana.trusts(ben.id, 'high'), ben.trusts(ana.id, 'high'), ana.trusts(ana.id, 'high'), ben.review('endorse')];
		expect(standing([person('Ana', ana)], statements).endorsements?.quorum).toContain('Ana');
	});
});

describe('a delta review', () => {
	it('counts when what it starts from has a quorum itself', () => {
		const delta = ana.review('endorse', { deltaFrom: OLD_SHA512 });
		const start = ana.review('endorse', { sha512: OLD_SHA512, purl: 'pkg:npm/%40acme/plug@1.2.2' });
		expect(standing([person('Ana', ana)], [delta, start]).endorsements?.quorum).toContain('Ana');
		expect(standing([person('Ana', ana)], [delta]).endorsements).toBeNull();
	});

	it('does not count in a circle', () => {
		const circle = [ana.review('endorse', { deltaFrom: OLD_SHA512 }), ana.review('endorse', { sha512: OLD_SHA512, deltaFrom: SHA512 })];
		expect(standing([person('Ana', ana)], circle).endorsements).toBeNull();
	});
});

describe('a rejection', () => {
	it("counts from the user's own people, beside any endorsement", () => {
		const people = [person('Ana', ana, { level: 'low' }), person('Ben', ben)];
		expect(standing(people, [ana.review('reject'), ben.review('endorse')])).toMatchObject({ rejectedBy: 'Ana' });
	});

	it('does not count from a friend of a friend or a stranger', () => {
		const statements = [ana.trusts(ben.id, 'high'), ben.review('reject'), eve.review('reject')];
		expect(standing([person('Ana', ana)], statements).rejectedBy).toBeNull();
	});
});

describe('a quorum of the policy', () => {
	const standing = (
		people: readonly Person[],
		statements: readonly SignedStatement[],
		changes: Partial<Parameters<typeof evaluatePeople>[0]>,
	) =>
		evaluatePeople({
			name: '@acme/plug',
			purl: PURL,
			sha512: SHA512,
			identity: null,
			people,
			certifiers: [],
			statements: indexStatements(statements, NOW),
			now: NOW,
			...changes,
		}).endorsements?.quorum ?? null;
	const person = (id: string, name: string, level: PersonLevel): Person => ({ id, name, level, scopes: ['*'], expires: LIFE.expires });

	it('may want more people, and many identities behind one of them still count as one', () => {
		const [ana, ben, cleo] = [someone(), someone(), someone()];
		const minted = [someone(), someone(), someone()];
		const people = [person(ana.id, 'Ana', 'high'), person(ben.id, 'Ben', 'high')];
		const alone = [
			...minted.map((one) => ana.trusts(one.id, 'high')),
			...minted.map((one) => one.review('endorse')),
			ana.review('endorse'),
		];
		const two = { quorum: { high: 2, medium: 3 } };
		expect(standing(people, alone, {})).toBe('endorsed through Ana, whom you trust highly');
		expect(standing(people, alone, two)).toBeNull();
		expect(standing(people, [...alone, ben.review('endorse')], two)).toBe('endorsed through Ana and Ben, whom you trust highly');
		expect(standing([...people, person(cleo.id, 'Cleo', 'medium')], [ana.review('endorse'), cleo.review('endorse')], two)).toBeNull();
	});

	it('bounds how many steps a path has and what they cost', () => {
		const [ana, ben, cleo] = [someone(), someone(), someone()];
		const people = [person(ana.id, 'Ana', 'high')];
		const chain = [ana.trusts(ben.id, 'high'), ben.trusts(cleo.id, 'high'), cleo.review('endorse')];
		expect(standing(people, chain, { limits: { depth: 2, budget: 4 } })).not.toBeNull();
		expect(standing(people, chain, { limits: { depth: 1, budget: 4 } })).toBeNull();
		expect(standing(people, chain, { limits: { depth: 2, budget: 1 } })).toBeNull();
		expect(standing(people, [ana.trusts(ben.id, 'high'), ben.review('endorse')], { limits: { depth: 0, budget: 4 } })).toBeNull();
	});
});
