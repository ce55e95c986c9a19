import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { hexOfIntegrity, parseIntegrity } from '../../source/engine/integrity.ts';
import { githubClaims, SLSA_V1, slsaV1, statement } from '../engine/trust/attested-package.ts';
import { type FakeRegistry, startFakeRegistry } from '../helpers/fake-registry.ts';
import { type LocalSigstore, startLocalSigstore } from '../helpers/local-sigstore.ts';
import { type Machine, openMachine } from './command.ts';
import { servePlugin } from './plugin-packages.ts';

const NAME = '@acme/plug';
/** Many commands one after the other, each a process. */
const SLOW_MILLISECONDS = 90_000;
let sigstore: LocalSigstore;
let registry: FakeRegistry;
let machine: Machine;

beforeAll(async () => {
	sigstore = await startLocalSigstore();
});

afterAll(async () => {
	await sigstore[Symbol.asyncDispose]();
});

beforeEach(async () => {
	registry = await startFakeRegistry();
	machine = await openMachine(registry.url);
	onTestFinished(async () => {
		await machine[Symbol.asyncDispose]();
		await registry.close();
	});
});

/** `by` null: published without provenance. */
async function serve(version: string, by: string | null): Promise<void> {
	const served = registry.serve(NAME, version, { repository: { type: 'git', url: `git+https://github.com/${by ?? 'acme/plug'}.git` } });
	if (by === null) {
		return;
	}

	const integrity = parseIntegrity(served.integrity);
	const subject = { name: `pkg:npm/%40acme/plug@${version}`, digest: { sha512: integrity === null ? '' : hexOfIntegrity(integrity) } };
	const bundle = await sigstore.attest(statement(SLSA_V1, slsaV1(by), [subject]), { claims: githubClaims(by) });
	registry.serveAttestations(NAME, version, { attestations: [{ predicateType: SLSA_V1, bundle }] });
}

/** The user believes the private Sigstore for @acme/*. */
async function trustSigstore(): Promise<void> {
	const file = path.join(machine.folder, 'trusted_root.json');
	await writeFile(file, JSON.stringify(sigstore.trustedRoot()));
	const { exitCode, stderr } = await machine.plugward(['trust', 'roots', 'add', file, '--id', 'acme', '--scope', '@acme/*']);
	expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
}

async function setPolicy(policy: object): Promise<void> {
	const folder = path.join(machine.folder, 'config', 'plugward');
	await mkdir(folder, { recursive: true });
	await writeFile(path.join(folder, 'trust-policy.json'), JSON.stringify({ version: 1, ...policy }));
}

describe('the gates as a script meets them', () => {
	test('an unknown plugin that is given nothing is allowed, with one warning for the whole plan', async () => {
		registry.serve('part', '1.0.0');
		registry.serve('plain', '1.0.0', { dependencies: { part: '1' } });
		const { exitCode, stdout, stderr } = await machine.plugward(['install', 'plain', '--yes'], { environment: { COLUMNS: '80' } });
		expect(exitCode).toBe(0);
		expect(stderr.match(/^warning: Nothing proves/gm)).toHaveLength(1);
		expect(stderr.trim().split('\n')).toHaveLength(2);
		expect(stdout).not.toContain('known needs');
	});

	test('a level below the minimum needs its flag; --yes is not enough', { timeout: SLOW_MILLISECONDS }, async () => {
		await setPolicy({ minimumLevel: 'known' });
		servePlugin(registry, ['tool', '1.0.0'], { execute: 'return 1' });
		const refused = await machine.json(['install', 'tool', '--yes']);
		expect(refused.exitCode).toBe(9);
		expect(refused.envelope.error).toMatchObject({
			code: 'consent-required',
			hint: 'Accept by name: --accept-trust unknown',
			details: {
				undecided: [{ type: 'lower-level', package: 'tool', level: 'unknown', minimum: 'known', flag: '--accept-trust unknown' }],
			},
		});
		expect((await machine.json(['install', 'tool', '--yes', '--accept-trust', 'known'])).exitCode).toBe(9);
		const accepted = await machine.json(['install', 'tool', '--yes', '--accept-trust', 'unknown']);
		expect(accepted.exitCode).toBe(0);
		expect(accepted.envelope.data?.['packages']).toMatchObject([
			{
				decision: 'ask',
				reasons: expect.arrayContaining([
					{ rule: 'minimum-level', passed: false, text: "Its level is unknown, your policy's minimum is known." },
				]) as unknown,
			},
		]);
	});

	test('a new right needs its flag; --yes leaves it denied', async () => {
		servePlugin(registry, ['tool', '1.0.0'], { execute: 'return 1', permissions: [{ type: 'env', name: 'NAME', reason: 'to greet' }] });
		const { exitCode, envelope } = await machine.json(['install', 'tool', '--yes']);
		expect(exitCode).toBe(0);
		expect(envelope.data?.['permissions']).toMatchObject([{ permission: 'env:NAME', answer: 'deny' }]);
	});

	test(
		'another builder, and proof that is no longer there, need the flag that names the package',
		{ timeout: SLOW_MILLISECONDS },
		async () => {
			await trustSigstore();
			await serve('1.0.0', 'acme/plug');
			expect((await machine.json(['install', NAME, '--yes'])).exitCode).toBe(0);
			await serve('1.0.1', 'acrne/plug');
			const changed = await machine.json(['update', '--yes']);
			expect(changed.exitCode).toBe(9);
			expect(changed.envelope.error?.details).toMatchObject({
				undecided: [{ type: 'changed-identity', package: NAME, flag: `--accept-identity ${NAME}` }],
			});
			expect((await machine.json(['update', '--yes', '--accept-trust', 'unknown'])).exitCode).toBe(9);
			expect((await machine.json(['update', '--yes', '--accept-identity', NAME])).exitCode).toBe(0);

			const why = await machine.json(['trust', 'why', NAME]);
			expect(why.envelope.data?.['identityChanges']).toContainEqual({
				field: 'repository',
				from: 'https://github.com/acme/plug',
				to: 'https://github.com/acrne/plug',
			});

			await serve('1.0.2', null);
			const fallen = await machine.json(['update', '--yes']);
			expect([fallen.exitCode, fallen.envelope.error?.code]).toEqual([9, 'consent-required']);
		},
	);
});

test(
	'an endorsement is signed keyless, by whom the token names, and counts for those who believe that identity',
	{ timeout: SLOW_MILLISECONDS },
	async () => {
		await trustSigstore();
		await serve('1.0.0', 'acme/plug');
		await machine.json(['install', NAME, '--yes']);
		const services = `--fulcio ${sigstore.url} --rekor ${sigstore.url} --timestamps ${sigstore.url}`;
		const endorse = `trust endorse ${NAME}@1.0.0 --notes read --keyless ${services}`.split(' ');
		const without = await machine.plugward(endorse);
		expect([without.exitCode, without.stderr]).toEqual([2, expect.stringContaining('SIGSTORE_ID_TOKEN')]);

		const environment = { SIGSTORE_ID_TOKEN: sigstore.token(githubClaims('acme/reviews')) };
		const { exitCode, envelope } = await machine.json(endorse, { environment });
		expect({ exitCode, error: envelope.error }).toEqual({ exitCode: 0, error: undefined });
		const signer = String(envelope.data?.['signer']);
		expect(signer).toMatch(/^sigstore:https:\/\/token\.actions\.githubusercontent\.com#https:\/\/github\.com\/acme\/reviews\//);
		const believed = await machine.plugward(['trust', 'people', 'add', signer, '--name', 'Reviews', '--level', 'high']);
		expect(believed.exitCode).toBe(0);
		const why = await machine.json(['trust', 'why', NAME]);
		expect(why.envelope.data).toMatchObject({ verdict: { level: 'trusted' }, paths: [{ path: 'you > Reviews' }] });
	},
);
