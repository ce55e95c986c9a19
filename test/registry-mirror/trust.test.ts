import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import {
	personIdOf,
	REVIEW_TYPE,
	REVOKE_TYPE,
	IDENTITY_TRUST_TYPE,
	shardOf,
	signStatement,
	verifyStatement,
} from '../../source/engine/trust/index.ts';
import { openTemporaryEngine, type TemporaryEngine } from '../helpers/temporary-engine.ts';
import { publishDocument, startTemporaryMirror, TOKEN } from './temporary-mirror.ts';

const NAME = '@examples/hello';
const ADDRESS = '/-/trust/v1/statements/@examples%2fhello';
const NOW = Date.UTC(2026, 0, 1);
const DAY = 86_400_000;

const newKey = () => generateKeyPairSync('ed25519').privateKey;

function review(key: KeyObject, purl = 'pkg:npm/%40examples/hello@1.0.0', days = 30): unknown {
	return signStatement(
		{
			subject: [{ name: purl, digest: { sha512: 'ab'.repeat(64) } }],
			predicateType: REVIEW_TYPE,
			predicate: { verdict: 'endorse', notes: '', made: new Date(NOW).toISOString(), expires: new Date(NOW + days * DAY).toISOString() },
		},
		key,
	);
}

type Answer = { readonly statements: readonly unknown[] };

test('what people sign about a name is kept and served, each once', async () => {
	await using mirror = await startTemporaryMirror();
	expect(await (await mirror.get(ADDRESS)).json()).toEqual({ statements: [] });
	const bundle = review(newKey());
	expect((await mirror.put(ADDRESS, bundle)).status).toBe(201);
	expect((await mirror.put('/-/trust/v1/statements/@examples/hello', bundle)).status).toBe(200);
	expect(await (await mirror.get(ADDRESS)).json()).toEqual({ statements: [bundle] });
	expect(await (await mirror.get('/-/trust/v1/statements/other')).json()).toEqual({ statements: [] });
});

test('many who speak at once are all kept', async () => {
	await using mirror = await startTemporaryMirror();
	const answers = await Promise.all(Array.from({ length: 12 }, () => mirror.put(ADDRESS, review(newKey()))));
	expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
	expect(((await (await mirror.get(ADDRESS)).json()) as Answer).statements).toHaveLength(12);
});

test('a statement that ended is no longer served', async () => {
	await using mirror = await startTemporaryMirror();
	await mirror.put(ADDRESS, review(newKey(), undefined, 2));
	mirror.clock.now += 3 * DAY;
	expect(await (await mirror.get(ADDRESS)).json()).toEqual({ statements: [] });
});

test('a false signature, another name, a word about a person and a request without the token are refused', async () => {
	await using mirror = await startTemporaryMirror();
	const key = newKey();
	const bundle = review(key) as { dsseEnvelope: { payload: string } };
	const payload = Buffer.from(bundle.dsseEnvelope.payload, 'base64').toString('utf8').replace('endorse', 'reject');
	const spoilt = { ...bundle, dsseEnvelope: { ...bundle.dsseEnvelope, payload: Buffer.from(payload).toString('base64') } };
	const vouching = signStatement(
		{
			subject: [],
			predicateType: IDENTITY_TRUST_TYPE,
			predicate: {
				subject: personIdOf(newKey()),
				level: 'high',
				scopes: ['*'],
				made: new Date(NOW).toISOString(),
				expires: new Date(NOW + DAY).toISOString(),
			},
		},
		key,
	);
	for (const refused of [spoilt, review(key, 'pkg:npm/%40examples/hello-world@1.0.0'), vouching, {}, []]) {
		const answer = await mirror.put(ADDRESS, refused);
		expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([422, 'statement-refused']);
	}

	expect((await mirror.put('/-/trust/v1/statements/..%2fx', bundle)).status).toBe(400);
	expect((await fetch(new URL(ADDRESS, mirror.url), { method: 'PUT', body: JSON.stringify(bundle) })).status).toBe(401);
	expect(((await (await mirror.get(ADDRESS)).json()) as Answer).statements).toEqual([]);
});

test('only what a signer said here can be taken back, by the same signer', async () => {
	await using mirror = await startTemporaryMirror();
	const key = newKey();
	const bundle = review(key);
	const revocation = (by: KeyObject) =>
		signStatement({ subject: [], predicateType: REVOKE_TYPE, predicate: { sha256: verifyStatement(bundle).sha256 } }, by);
	expect((await mirror.put(ADDRESS, revocation(key))).status).toBe(422);
	await mirror.put(ADDRESS, bundle);
	expect((await mirror.put(ADDRESS, revocation(newKey()))).status).toBe(422);
	expect((await mirror.put(ADDRESS, revocation(key))).status).toBe(201);
});

async function openUser(url: string): Promise<TemporaryEngine> {
	const user = await openTemporaryEngine(url);
	onTestFinished(() => user[Symbol.asyncDispose]());
	await writeFile(join(user.folder, 'npmrc'), `registry=${url}\n//${new URL(url).host}/:_authToken=${TOKEN}\n`, { mode: 0o600 });
	return user;
}

test('one user gives an endorsement to the mirror, and another counts it', async () => {
	await using mirror = await startTemporaryMirror({ now: Date.now });
	await mirror.put('/@examples%2fhello', publishDocument({ name: NAME, version: '1.0.0' }));
	const ana = await openUser(mirror.url);
	await expect(ana.engine.trust.publishStatements(NAME, ana.call)).rejects.toMatchObject({ code: 'usage' });
	const expires = new Date(Date.now() + 30 * DAY).toISOString();
	const said = { verdict: 'endorse' as const, spec: `${NAME}@1.0.0`, from: null, notes: 'read it', expires, keyless: null };
	const { signer } = await ana.engine.trust.review(said, ana.call);
	expect(await ana.engine.trust.publishStatements(NAME, ana.call)).toEqual({ name: NAME, published: 1, known: 0 });
	expect(await ana.engine.trust.publishStatements(NAME, ana.call)).toEqual({ name: NAME, published: 0, known: 1 });

	const ben = await openUser(mirror.url);
	await ben.engine.trust.addPerson({ id: signer, name: 'Ana', level: 'high', scopes: ['*'], expires }, ben.call);
	expect(await ben.engine.trust.importStatements({ type: 'registry', name: NAME }, ben.call)).toMatchObject({ added: 1, refused: [] });
	const plan = await ben.engine.planInstall([`${NAME}@1.0.0`], { ...ben.call, acceptYoung: [NAME] });
	expect(plan.packages[0]?.verdict.level).toBe('trusted');
});

test('the advisory set of the operator is served by its shards, and nothing else of its folder', async () => {
	const folder = await mkdtemp(join(tmpdir(), 'plugward-advisories-'));
	onTestFinished(() => rm(folder, { recursive: true, force: true }));
	const shard = shardOf(NAME, 2);
	const advisory = { id: 'TEST-1', affected: [{ package: { ecosystem: 'npm', name: NAME }, versions: ['1.0.0'] }] };
	await writeFile(join(folder, 'index.json'), JSON.stringify({ format: 1, digits: 2 }));
	await writeFile(join(folder, `${shard}.json`), JSON.stringify([advisory]));
	await writeFile(join(folder, 'secret.json'), '{}');
	await using mirror = await startTemporaryMirror({ advisories: folder, now: Date.now });
	expect(await (await mirror.get('/-/advisories/index.json')).json()).toEqual({ format: 1, digits: 2 });
	for (const file of ['secret.json', '..%2fsecret.json', 'fffff.json', '']) {
		expect((await mirror.get(`/-/advisories/${file}`)).status).toBe(404);
	}

	await mirror.put('/@examples%2fhello', publishDocument({ name: NAME, version: '1.0.0' }));
	const { engine, call } = await openUser(mirror.url);
	const { facts } = await engine.evaluate(`${NAME}@1.0.0`, { ...call, against: null, advisories: 'registry' });
	expect(facts.find(({ code }) => code === 'advisory')?.text).toContain('TEST-1');
});

test('a mirror without an advisory set says so', async () => {
	await using mirror = await startTemporaryMirror();
	expect((await mirror.get('/-/advisories/index.json')).status).toBe(404);
});
