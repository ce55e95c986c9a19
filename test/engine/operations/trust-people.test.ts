import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { Engine } from '../../../source/engine/index.ts';
import { hexOfIntegrity, parseIntegrity } from '../../../source/engine/integrity.ts';
import { type FakeRegistry, startFakeRegistry } from '../../helpers/fake-registry.ts';
import { type LocalSigstore, startLocalSigstore } from '../../helpers/local-sigstore.ts';
import { openTemporaryEngine, type TemporaryEngine } from '../../helpers/temporary-engine.ts';
import { githubClaims, SLSA_V1, slsaV1, statement } from '../trust/attested-package.ts';

const NAME = '@acme/plug';
const REPOSITORY = 'https://github.com/acme/plug';
const YEAR = new Date(Date.now() + 300 * 86_400_000).toISOString();
let sigstore: LocalSigstore;

beforeAll(async () => {
	sigstore = await startLocalSigstore();
});

afterAll(async () => {
	await sigstore[Symbol.asyncDispose]();
});

async function serveAttested(registry: FakeRegistry, version: string, repository = 'acme/plug'): Promise<void> {
	const served = registry.serve(NAME, version, { repository: { type: 'git', url: `git+https://github.com/${repository}.git` } });
	const integrity = parseIntegrity(served.integrity);
	const subject = { name: `pkg:npm/%40acme/plug@${version}`, digest: { sha512: integrity === null ? '' : hexOfIntegrity(integrity) } };
	const bundle = await sigstore.attest(statement(SLSA_V1, slsaV1(repository), [subject]), { claims: githubClaims(repository) });
	registry.serveAttestations(NAME, version, { attestations: [{ predicateType: SLSA_V1, bundle }] });
}

/** A home that believes the local Sigstore for @acme/*, on a registry with one attested package. */
async function open(): Promise<TemporaryEngine & { readonly registry: FakeRegistry; readonly rootFile: string }> {
	const registry = await startFakeRegistry();
	onTestFinished(() => registry[Symbol.asyncDispose]());
	await serveAttested(registry, '1.2.3');
	const temporary = await openTemporaryEngine(registry.url);
	onTestFinished(() => temporary[Symbol.asyncDispose]());
	const rootFile = join(temporary.folder, 'trusted_root.json');
	await writeFile(rootFile, JSON.stringify(sigstore.trustedRoot()));
	await temporary.engine.trust.addRoot({ id: 'acme', file: rootFile, scopes: ['@acme/*'] }, temporary.call);
	return { ...temporary, registry, rootFile };
}

/** Another user, who says something about the package; with what the statement is called and by whom. */
async function someone(registry: FakeRegistry) {
	const temporary = await openTemporaryEngine(registry.url);
	onTestFinished(() => temporary[Symbol.asyncDispose]());
	const { engine, call, folder } = temporary;
	const say = (verdict: 'endorse' | 'reject', spec = `${NAME}@1.2.3`, from: string | null = null) =>
		engine.trust.review({ verdict, spec, from, notes: 'read it', expires: YEAR, keyless: null }, call);
	const exported = async (): Promise<string> => {
		const path = join(folder, 'endorsements.jsonl');
		await writeFile(path, (await engine.trust.exportStatements(call)).map((bundle) => JSON.stringify(bundle)).join('\n'));
		return path;
	};
	return { engine, call, say, exported, id: await engine.trust.ownId(call) };
}

const levelOf = async (engine: Engine, temporary: TemporaryEngine) => (await engine.trust.why(NAME, temporary.call)).verdict.level;

describe('a private Sigstore of the policy', () => {
	test('proves who built a package of its scope, and why tells the way to it', async () => {
		const temporary = await open();
		await temporary.install([NAME]);
		const why = await temporary.engine.trust.why(NAME, temporary.call);
		expect(why).toMatchObject({
			id: `${NAME}@1.2.3`,
			identity: { repository: REPOSITORY },
			verdict: { level: 'known' },
			identityChanges: [],
		});
		expect(why.verdict.wouldRaise).not.toEqual([]);
		expect(await temporary.engine.trust.roots(temporary.call)).toMatchObject([
			{ id: 'public', source: 'embedded' },
			{ id: 'acme', scopes: ['@acme/*'], source: 'file' },
		]);
		const audit = await temporary.engine.trust.audit(temporary.call);
		expect(audit.packages).toMatchObject([{ id: `${NAME}@1.2.3`, plugin: NAME, provenance: 'verified', repository: REPOSITORY }]);
	});

	test('that cannot be read is not written down', async () => {
		const { engine, call, home } = await open();
		const before = await readFile(join(home, 'trust-policy.json'), 'utf8');
		await expect(engine.trust.addRoot({ id: 'gone', file: '/nowhere/root.json', scopes: ['@x/*'] }, call)).rejects.toMatchObject({
			code: 'settings-invalid',
		});
		expect(JSON.parse(await readFile(join(home, 'trust-policy.json'), 'utf8'))).toEqual(JSON.parse(before));
		await engine.trust.removeRoot('acme', call);
		expect(await engine.trust.roots(call)).toHaveLength(1);
	});
});

describe('a pin', () => {
	test('makes what its builder made trusted, and refuses what another made', async () => {
		const temporary = await open();
		const { engine, call, registry } = temporary;
		await temporary.install([NAME]);
		expect(await engine.trust.pin(NAME, call)).toMatchObject({ repository: REPOSITORY });
		expect(await levelOf(engine, temporary)).toBe('trusted');
		await serveAttested(registry, '1.2.4', 'mallory/plug');
		await expect(engine.planInstall([`${NAME}@1.2.4`], call)).rejects.toMatchObject({ code: 'policy-refused' });
		await engine.trust.unpin(NAME, call);
		expect(await levelOf(engine, temporary)).toBe('known');
	});

	test('needs a proven builder', async () => {
		const { engine, call, install, registry } = await open();
		registry.serve('plain', '1.0.0');
		await install(['plain']);
		await expect(engine.trust.pin('plain', call)).rejects.toMatchObject({ code: 'evidence-invalid' });
		await expect(engine.trust.pin('nothing', call)).rejects.toMatchObject({ code: 'not-installed' });
	});
});

test('another builder of the next major line is asked about once, and told as no change after that', async () => {
	const temporary = await open();
	await temporary.install([NAME]);
	await serveAttested(temporary.registry, '2.0.0', 'acme/rewrite');
	const plan = await temporary.engine.planInstall([`${NAME}@2.0.0`], temporary.call);
	expect(plan.requirements.map(({ type }) => type)).toEqual(['changed-identity']);
	const decisions = plan.requirements.map(({ id }) => ({ requirementId: id, answer: 'accept' as const }));
	await temporary.engine.applyPlan(plan, { ...temporary.call, decisions });
	expect(await temporary.engine.trust.why(NAME, temporary.call)).toMatchObject({
		id: `${NAME}@2.0.0`,
		identity: { repository: 'https://github.com/acme/rewrite' },
		identityChanges: [],
	});
});

test('an entry on the core list of a signed organisation policy that the builder matches makes a package core, and why says so', async () => {
	const temporary = await open();
	await temporary.install([NAME]);
	const list = join(temporary.folder, 'acme.json');
	const write = async (repository: string) => {
		await writeFile(list, JSON.stringify({ version: 1, core: { [NAME]: { repository } } }));
		const { key, bundle } = await temporary.engine.trust.signPolicy(list, temporary.call);
		const file = join(temporary.folder, 'signed.json');
		await writeFile(file, JSON.stringify(bundle));
		const roots = [{ id: 'acme', file: temporary.rootFile, scopes: ['@acme/*'] }];
		await writeFile(join(temporary.home, 'trust-policy.json'), JSON.stringify({ version: 1, roots, organisation: { file, key } }));
		return (await temporary.reopen()).trust.why(NAME, temporary.call);
	};
	const { verdict } = await write(REPOSITORY);
	expect(verdict.level).toBe('core');
	expect(verdict.reasons.map(({ text }) => text)).toContain('core: on the core list of your organisation, and built as it says.');
	const other = await write('https://github.com/acme/other');
	expect(other.verdict).toMatchObject({
		level: 'known',
		wouldRaise: expect.arrayContaining(['Provenance by the builder that the core list names would make it core.']) as string[],
	});
});

describe('what people say', () => {
	test('counts when the user trusts them, and shows the way that leads to them', async () => {
		const temporary = await open();
		const { engine, call } = temporary;
		await temporary.install([NAME]);
		const ana = await someone(temporary.registry);
		const { sha256, signer } = await ana.say('endorse');
		expect(signer).toBe(ana.id);
		const file = await ana.exported();
		expect(await engine.trust.importStatements({ type: 'file', path: file }, call)).toEqual({ added: 1, known: 0, refused: [] });
		expect(await levelOf(engine, temporary)).toBe('known');

		await engine.trust.addPerson({ id: ana.id, name: 'Ana', level: 'high', scopes: ['@acme/*'], expires: YEAR }, call);
		expect(await engine.trust.people(call)).toMatchObject([{ name: 'Ana', statementCount: 1, isExpired: false }]);
		expect(await engine.trust.why(NAME, call)).toMatchObject({
			verdict: { level: 'trusted' },
			paths: [{ path: 'you > Ana', text: expect.stringContaining('endorses it') as string }],
		});

		await ana.engine.trust.revoke(sha256, ana.call);
		await engine.trust.importStatements({ type: 'file', path: await ana.exported() }, call);
		expect(await levelOf(engine, temporary)).toBe('known');
		await engine.trust.removePerson('Ana', call);
		expect(await engine.trust.people(call)).toEqual([]);
		await expect(
			engine.trust.addPerson({ id: 'ana', name: 'Ana', level: 'high', scopes: ['*'], expires: YEAR }, call),
		).rejects.toMatchObject({
			exitCode: 2,
			message: '"ana" is nobody\'s id: expected ed25519:KEY or sigstore:ISSUER#SUBJECT.',
		});
	});

	test('refuses a plan when somebody trusted rejects it', async () => {
		const { engine, call, registry } = await open();
		const ben = await someone(registry);
		await ben.say('reject');
		await engine.trust.importStatements({ type: 'file', path: await ben.exported() }, call);
		await engine.trust.addPerson({ id: ben.id, name: 'Ben', level: 'low', scopes: ['*'], expires: YEAR }, call);
		await expect(engine.planInstall([NAME], call)).rejects.toMatchObject({
			code: 'policy-refused',
			message: expect.stringContaining('Ben rejected') as string,
		});
	});

	test('reaches further through people they vouch for, and through a review of the difference', async () => {
		const temporary = await open();
		const { engine, call, registry } = temporary;
		await serveAttested(registry, '1.2.4');
		await temporary.install([`${NAME}@1.2.4`]);
		const [ana, ben] = [await someone(registry), await someone(registry)];
		await ana.engine.trust.vouch({ id: ben.id, name: 'Ben', level: 'high', scopes: ['*'], expires: YEAR }, ana.call);
		await ben.say('endorse', `${NAME}@1.2.3`);
		await ben.say('endorse', `${NAME}@1.2.4`, '1.2.3');
		for (const one of [ana, ben]) {
			await engine.trust.importStatements({ type: 'file', path: await one.exported() }, call);
		}

		await engine.trust.addPerson({ id: ana.id, name: 'Ana', level: 'high', scopes: ['*'], expires: YEAR }, call);
		const why = await engine.trust.why(NAME, call);
		expect(why.verdict.level).toBe('trusted');
		expect(why.paths).toMatchObject([{ path: `you > Ana > ${ben.id}` }]);
	});

	test('comes in an npm package, and from the registry', async () => {
		const { engine, call, registry, folder } = await open();
		const ana = await someone(registry);
		await ana.say('endorse');
		const lines = await readFile(await ana.exported(), 'utf8');
		registry.serve('@acme/endorsements', '1.0.0', {}, { 'endorsements.jsonl': lines });
		expect(await engine.trust.importStatements({ type: 'package', spec: '@acme/endorsements' }, call)).toMatchObject({ added: 1 });
		registry.serveRaw('/-/trust/v1/statements/@acme/plug', { body: JSON.stringify({ statements: [JSON.parse(lines)] }) });
		expect(await engine.trust.importStatements({ type: 'registry', name: NAME }, call)).toMatchObject({ added: 0, known: 1 });
		expect(await engine.trust.importStatements({ type: 'registry', name: 'other' }, call)).toMatchObject({ added: 0, known: 0 });
		expect((await engine.list(call)).plugins).toEqual([]);
		await writeFile(join(folder, 'bad.jsonl'), `${lines}\n{`);
		await expect(engine.trust.importStatements({ type: 'file', path: join(folder, 'bad.jsonl') }, call)).rejects.toMatchObject({
			code: 'usage',
			message: expect.stringContaining('Line 2') as string,
		});
	});

	test('is told and left out when it does not verify', async () => {
		const { engine, call, registry, folder } = await open();
		const ana = await someone(registry);
		await ana.say('endorse');
		const [bundle] = await ana.engine.trust.exportStatements(ana.call);
		const forged = JSON.stringify(bundle).replace(/"payload":"eyJf/, '"payload":"eyJg');
		await writeFile(join(folder, 'forged.json'), forged);
		const report = await engine.trust.importStatements({ type: 'file', path: join(folder, 'forged.json') }, call);
		expect(report).toMatchObject({ added: 0, refused: [expect.stringContaining('not signed by the key') as string] });
	});

	test('is verified again when the kept file was changed behind its back', async () => {
		const { engine, call, reopen, home, registry } = await open();
		const ana = await someone(registry);
		await ana.say('endorse');
		await engine.trust.importStatements({ type: 'file', path: await ana.exported() }, call);
		await engine.trust.addPerson({ id: ana.id, name: 'Ana', level: 'high', scopes: ['*'], expires: YEAR }, call);
		const path = join(home, 'statements.jsonl');
		await writeFile(path, (await readFile(path, 'utf8')).replace(/"payload":"eyJf/, '"payload":"eyJg'));
		const again = await reopen();
		await expect(again.trust.people(call)).rejects.toMatchObject({
			code: 'settings-invalid',
			message: expect.stringContaining('Line 1') as string,
		});
	});
});

describe('a certification', () => {
	test('by a certifier of the policy makes a proven package verified', async () => {
		const temporary = await open();
		const { engine, call, folder, home } = temporary;
		await temporary.install([NAME]);
		const { createPrivateKey, generateKeyPairSync } = await import('node:crypto');
		const { personIdOf, signStatement, CERTIFICATION_TYPE } = await import('../../../source/engine/trust/index.ts');
		const key = createPrivateKey(generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }));
		const integrity = parseIntegrity((await engine.planInstall([NAME], call)).lock.packages[`${NAME}@1.2.3`]?.integrity ?? '');
		const bundle = signStatement(
			{
				subject: [{ name: 'pkg:npm/%40acme/plug@1.2.3', digest: { sha512: integrity === null ? '' : hexOfIntegrity(integrity) } }],
				predicateType: CERTIFICATION_TYPE,
				predicate: { verifier: { id: 'https://acme.example' }, timeVerified: new Date().toISOString(), verificationResult: 'PASSED' },
			},
			key,
		);
		await writeFile(join(folder, 'certification.json'), JSON.stringify(bundle));
		await engine.trust.importStatements({ type: 'file', path: join(folder, 'certification.json') }, call);
		const policy = JSON.parse(await readFile(join(home, 'trust-policy.json'), 'utf8')) as object;
		const certifiers = [{ id: personIdOf(key), name: 'Acme security' }];
		await writeFile(join(home, 'trust-policy.json'), JSON.stringify({ ...policy, certifiers }));
		expect(await levelOf(await temporary.reopen(), temporary)).toBe('verified');
	});
});

test('a keyless statement is believed under a Sigstore of the policy, and its signer is issuer and subject', async () => {
	const { engine, call, install } = await open();
	await install([NAME]);
	const bundle = await sigstore.attest(
		statement('tag:plugward,2026:review/v1', { verdict: 'endorse', made: new Date().toISOString(), expires: YEAR }, [
			{
				name: 'pkg:npm/%40acme/plug@1.2.3',
				digest: { sha512: hexOfIntegrity((await engine.planInstall([NAME], call)).lock.packages[`${NAME}@1.2.3`]?.integrity as never) },
			},
		]),
		{ claims: githubClaims('acme/reviews') },
	);
	const file = join(await openTemporaryFolder(), 'keyless.json');
	await writeFile(file, JSON.stringify(bundle));
	expect(await engine.trust.importStatements({ type: 'file', path: file }, call)).toMatchObject({ added: 1 });
	const id =
		'sigstore:https://token.actions.githubusercontent.com#https://github.com/acme/reviews/.github/workflows/publish.yml@refs/tags/v1.2.3';
	await engine.trust.addPerson({ id, name: 'Reviews', level: 'high', scopes: ['*'], expires: YEAR }, call);
	expect(await engine.trust.why(NAME, call)).toMatchObject({ verdict: { level: 'trusted' }, paths: [{ path: 'you > Reviews' }] });
});

async function openTemporaryFolder(): Promise<string> {
	const { mkdtemp, rm } = await import('node:fs/promises');
	const { tmpdir } = await import('node:os');
	const folder = await mkdtemp(join(tmpdir(), 'plugward-keyless-'));
	onTestFinished(() => rm(folder, { recursive: true, force: true }));
	return folder;
}
