import { generateKeyPairSync, hash, type KeyObject } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hexOfIntegrity, parseIntegrity } from '../../source/engine/integrity.ts';
import {
	IDENTITY_TRUST_TYPE,
	personIdOf,
	REVIEW_TYPE,
	REVOKE_TYPE,
	signStatement,
	type UnsignedStatement,
} from '../../source/engine/trust/index.ts';
import type { Attempt } from './attempts.ts';
import { outcomeOf, type Stage } from './stage.ts';

const DAY = 86_400_000;
const ago = (days: number): string => new Date(Date.now() - days * DAY).toISOString();
const LIFE = { made: ago(10), expires: ago(-300) };
const PURL = 'pkg:npm/tool@1.0.0';

/** By somebody with a stolen signing key, or somebody who only claims to be one of many. */
export const PEOPLE_ATTEMPTS: readonly Attempt[] = [
	{
		name: 'The stolen key of one person of medium level',
		play: (stage) => spoken(stage, { people: [['ana', 'medium']], say: ({ ana, sha512 }) => [review(ana, { sha512 })] }),
	},
	{
		name: 'A hundred identities behind one person',
		play: (stage) =>
			spoken(stage, {
				people: [['ana', 'medium']],
				say: ({ ana, sha512 }) =>
					Array.from({ length: 100 }, () => newKey()).flatMap((minted) => [trusts(ana, minted), review(minted, { sha512 })]),
			}),
	},
	{
		name: 'One person under two spellings of the key',
		play: (stage) =>
			spoken(stage, {
				people: [['ana', 'medium']],
				say: ({ ana, sha512 }) => {
					const statement = review(ana, { sha512 });
					const again = JSON.parse(JSON.stringify(statement)) as { verificationMaterial: { publicKey: { hint: string } } };
					again.verificationMaterial.publicKey.hint += '=';
					return [statement, again];
				},
			}),
	},
	{
		name: 'A stranger who endorses',
		play: (stage) => spoken(stage, { people: [['ana', 'high']], say: ({ sha512 }) => [review(newKey(), { sha512 })] }),
	},
	{
		name: 'An endorsement of other bytes',
		play: (stage) => spoken(stage, { people: [['ana', 'high']], say: ({ ana }) => [review(ana, { sha512: 'ab'.repeat(64) })] }),
	},
	{
		name: 'An endorsement of these bytes under another name',
		play: (stage) =>
			spoken(stage, { people: [['ana', 'high']], say: ({ ana, sha512 }) => [review(ana, { sha512, purl: 'pkg:npm/other@1.0.0' })] }),
	},
	{
		name: 'An endorsement dated into the future, to outlive its year',
		play: (stage) =>
			spoken(stage, {
				people: [['ana', 'high']],
				say: ({ ana, sha512 }) => [review(ana, { sha512, made: ago(-9000), expires: ago(-9300) })],
			}),
	},
	{
		name: 'An endorsement that has ended',
		play: (stage) =>
			spoken(stage, { people: [['ana', 'high']], say: ({ ana, sha512 }) => [review(ana, { sha512, made: ago(100), expires: ago(1) })] }),
	},
	{
		name: 'An endorsement outside the names of its person',
		play: (stage) => spoken(stage, { people: [['ana', 'high', ['@acme/*']]], say: ({ ana, sha512 }) => [review(ana, { sha512 })] }),
	},
	{
		name: 'An endorsement that its true owner took back',
		play: (stage) =>
			spoken(stage, {
				people: [['ana', 'high']],
				say: ({ ana, sha512 }) => {
					const statement = review(ana, { sha512 });
					return [statement, revocation(ana, statement)];
				},
			}),
	},
	{
		name: 'A rejection by a friend of a friend',
		play: (stage) =>
			spoken(stage, {
				people: [['ana', 'high']],
				say: ({ ana, sha512 }) => {
					const friend = newKey();
					return [trusts(ana, friend), review(friend, { sha512, verdict: 'reject' })];
				},
			}),
	},
	{
		name: 'A keyless reviewer, certified by the private Sigstore for a name outside its scope',
		play: async (stage) => {
			const issuer = 'https://accounts.google.com';
			const claims = { iss: issuer, sub: 'ana@example.com' };
			return spoken(stage, {
				people: [[`sigstore:${issuer}#${claims.sub}`, 'high']],
				say: async ({ sha512 }) => [
					await stage.sigstore.attest({ _type: 'https://in-toto.io/Statement/v1', ...reviewOf({ sha512 }) }, { claims }),
				],
			});
		},
	},
	{
		name: 'The stolen key of one person of high level',
		play: (stage) => spoken(stage, { people: [['ana', 'high']], say: ({ ana, sha512 }) => [review(ana, { sha512 })] }),
	},
];

type Said = { readonly ana: KeyObject; readonly sha512: string };
type Play = {
	/** Name or id, level, and name patterns. */
	readonly people: readonly (readonly [string, 'high' | 'medium', (readonly string[])?])[];
	readonly say: (said: Said) => readonly unknown[] | Promise<readonly unknown[]>;
};

/** The level at which `tool` is installed by a victim who believes these people and took in these statements. */
async function spoken({ registry, victim, setPolicy }: Stage, { people, say }: Play): Promise<string> {
	const ana = newKey();
	const { integrity } = registry.serve('tool', '1.0.0');
	const parsed = parseIntegrity(integrity);
	const engine = await setPolicy({
		people: people.map(([name, level, scopes = ['*']]) => ({
			id: name.startsWith('sigstore:') ? name : personIdOf(ana),
			name: 'Ana',
			level,
			scopes,
			expires: ago(-200),
		})),
	});
	const statements = await say({ ana, sha512: parsed === null ? '' : hexOfIntegrity(parsed) });
	const file = join(victim.folder, 'statements.jsonl');
	await writeFile(file, statements.map((one) => JSON.stringify(one)).join('\n'));
	await engine.trust.importStatements({ type: 'file', path: file }, victim.call);
	const again = await victim.reopen();
	return outcomeOf(() => again.planInstall(['tool'], victim.call), 'tool@1.0.0');
}

function newKey(): KeyObject {
	return generateKeyPairSync('ed25519').privateKey;
}

type ReviewChanges = {
	readonly sha512: string;
	readonly purl?: string;
	readonly verdict?: 'endorse' | 'reject';
	readonly made?: string;
	readonly expires?: string;
};

function reviewOf({ sha512, purl = PURL, verdict = 'endorse', ...life }: ReviewChanges): UnsignedStatement {
	return { subject: [{ name: purl, digest: { sha512 } }], predicateType: REVIEW_TYPE, predicate: { ...LIFE, ...life, verdict } };
}

function review(by: KeyObject, changes: ReviewChanges): unknown {
	return signStatement(reviewOf(changes), by);
}

function trusts(by: KeyObject, whom: KeyObject): unknown {
	return signStatement(
		{ subject: [], predicateType: IDENTITY_TRUST_TYPE, predicate: { ...LIFE, subject: personIdOf(whom), level: 'high', scopes: ['*'] } },
		by,
	);
}

function revocation(by: KeyObject, statement: unknown): unknown {
	const { payload } = (statement as { readonly dsseEnvelope: { readonly payload: string } }).dsseEnvelope;
	const sha256 = hash('sha256', Buffer.from(payload, 'base64'), 'hex');
	return signStatement({ subject: [], predicateType: REVOKE_TYPE, predicate: { sha256 } }, by);
}
