import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { join } from 'node:path';
import { writeFile } from 'node:fs/promises';
import type { Requirement } from '../../../source/engine/index.ts';
import { type FakeRegistry, startFakeRegistry } from '../../helpers/fake-registry.ts';
import { type LocalSigstore, startLocalSigstore } from '../../helpers/local-sigstore.ts';
import { type AttestedVersion, serveAttested } from '../../helpers/serve-attested.ts';
import { openTemporaryEngine, type TemporaryEngine } from '../../helpers/temporary-engine.ts';
import { githubClaims, slsaV1 } from '../trust/attested-package.ts';

const NAME = '@acme/plug';
const REPOSITORY = { repository: { type: 'git', url: 'git+https://github.com/acme/plug.git' } };
let sigstore: LocalSigstore;

beforeAll(async () => {
	sigstore = await startLocalSigstore();
});

afterAll(async () => {
	await sigstore[Symbol.asyncDispose]();
});

type Opened = TemporaryEngine & {
	readonly registry: FakeRegistry;
	readonly attested: (version: string, changes?: Partial<AttestedVersion>) => Promise<unknown>;
	/** What an update of everything asks, and the level that the new version would have. */
	readonly update: (toLatest?: boolean) => Promise<{ readonly asked: readonly Requirement[]; readonly levels: readonly string[] }>;
	/** Updates, and accepts whatever is asked. */
	readonly accept: () => Promise<void>;
};

/** A home with `@acme/plug` 1.2.3, built by the usual workflow, on a registry that will publish more. */
async function open(): Promise<Opened> {
	const registry = await startFakeRegistry();
	onTestFinished(() => registry[Symbol.asyncDispose]());
	const temporary = await openTemporaryEngine(registry.url);
	onTestFinished(() => temporary[Symbol.asyncDispose]());
	const { call, engine, folder, reopen } = temporary;
	const file = join(folder, 'trusted_root.json');
	await writeFile(file, JSON.stringify(sigstore.trustedRoot()));
	await engine.trust.addRoot({ id: 'acme', file, scopes: ['@acme/*'] }, call);
	const attested: Opened['attested'] = (version, changes = {}) =>
		serveAttested({ registry, sigstore }, { name: NAME, version, ...changes });
	await attested('1.2.3');
	await temporary.install([`${NAME}@^1.0.0`]);
	return {
		...temporary,
		registry,
		attested,
		update: async (toLatest = false) => {
			const { requirements, packages } = await (await reopen()).planUpdate([], { ...call, toLatest });
			return { asked: requirements, levels: packages.filter(({ isNew }) => isNew).map(({ verdict }) => verdict.level) };
		},
		accept: async () => {
			const again = await reopen();
			const plan = await again.planUpdate([], { ...call, toLatest: false });
			const decisions = plan.requirements.map(({ id }) => ({ requirementId: id, answer: 'accept' as const }));
			await again.applyPlan(plan, { ...call, decisions });
		},
	};
}

/** A release as the usual one, with other claims in certificate and provenance alike. */
function release(claims: Readonly<Record<string, string>>, predicate: ReturnType<typeof slsaV1> = slsaV1()): Partial<AttestedVersion> {
	const { github } = predicate.buildDefinition.internalParameters;
	const { repository_id: repositoryId = github.repository_id, repository_owner_id: ownerId = github.repository_owner_id } = claims;
	predicate.buildDefinition.internalParameters.github = { ...github, repository_id: repositoryId, repository_owner_id: ownerId };
	return { claims, predicate };
}

/** Of acme/plug. */
const NUMBERS = { repository_id: '792829709', repository_owner_id: '398027' };

const moved = (repository: string): Readonly<Record<string, string>> => {
	const workflow = `${repository}/.github/workflows/publish.yml@refs/tags/v1.2.3`;
	return { ...githubClaims(repository), sub: `https://github.com/${workflow}`, job_workflow_ref: workflow, workflow_ref: workflow };
};

describe('an update within the same major line', () => {
	test('of the next tag by the same workflow asks nothing, and is as well proven as before', async () => {
		const { attested, update } = await open();
		const workflow = 'acme/plug/.github/workflows/publish.yml@refs/tags/v1.2.4';
		const claims = { sub: `https://github.com/${workflow}`, job_workflow_ref: workflow, workflow_ref: workflow, ref: 'refs/tags/v1.2.4' };
		await attested('1.2.4', { claims, predicate: slsaV1('acme/plug', { ref: 'refs/tags/v1.2.4' }) });
		expect(await update()).toEqual({ asked: [], levels: ['known'] });
	});

	test.each<readonly [string, Partial<AttestedVersion>, string, string]>([
		[
			'repository',
			{ repository: 'evil/plug', ...release(moved('evil/plug'), slsaV1('evil/plug')) },
			'https://github.com/acme/plug',
			'https://github.com/evil/plug',
		],
		['repository id', release({ repository_id: '999' }), 'repositoryId 792829709', 'repositoryId 999'],
		['owner id', release({ repository_owner_id: '999' }), 'ownerId 398027', 'ownerId 999'],
		[
			'issuer',
			release({ iss: 'https://gitlab.example.com' }),
			'issuer https://token.actions.githubusercontent.com',
			'issuer https://gitlab.example.com',
		],
		['runner', release({ runner_environment: 'self-hosted' }), 'runner github-hosted', 'runner self-hosted'],
		[
			'workflow',
			release(
				{
					sub: 'https://github.com/acme/plug/.github/workflows/test.yml@refs/tags/v1.2.3',
					job_workflow_ref: 'acme/plug/.github/workflows/test.yml@refs/tags/v1.2.3',
					workflow_ref: 'acme/plug/.github/workflows/test.yml@refs/tags/v1.2.3',
				},
				slsaV1('acme/plug', { workflowPath: '.github/workflows/test.yml' }),
			),
			'workflow .github/workflows/publish.yml',
			'workflow .github/workflows/test.yml',
		],
		[
			'kind of ref',
			release(
				{
					sub: 'https://github.com/acme/plug/.github/workflows/publish.yml@refs/heads/next',
					job_workflow_ref: 'acme/plug/.github/workflows/publish.yml@refs/heads/next',
					workflow_ref: 'acme/plug/.github/workflows/publish.yml@refs/heads/next',
					ref: 'refs/heads/next',
				},
				slsaV1('acme/plug', { ref: 'refs/heads/next' }),
			),
			'ref refs/tags/*',
			'ref refs/heads/*',
		],
	])('asks when the %s is another one, shows old and new, and holds it at unknown', async (_what, changes, from, to) => {
		const { attested, update } = await open();
		await attested('1.2.4', changes);
		const { asked, levels } = await update();
		expect(asked).toMatchObject([{ type: 'changed-identity', package: NAME, version: '1.2.4' }]);
		const [first] = asked;
		expect(first?.type === 'changed-identity' ? first.from : '').toContain(from);
		expect(first?.type === 'changed-identity' ? first.to : '').toContain(to);
		expect(levels).toEqual(['unknown']);
	});

	test('of a repository that was renamed and kept its numbers asks nothing', async () => {
		const { attested, update } = await open();
		await attested('1.2.4', { repository: 'acme/plugin', ...release({ ...moved('acme/plugin'), ...NUMBERS }, slsaV1('acme/plugin')) });
		expect(await update()).toEqual({ asked: [], levels: ['known'] });
	});

	test.each([
		['is served by nobody', (registry: FakeRegistry) => registry.setDistribution(NAME, '1.2.4', { attestations: undefined }), 'absent'],
		[
			'is promised and not sent',
			(registry: FakeRegistry) => registry.serveRaw(`/-/npm/v1/attestations/${NAME}@1.2.4`, { status: 404, body: '{}' }),
			'unavailable',
		],
	])('asks when the proof %s, and does not call it absent when it is only out of reach', async (_what, strip, state) => {
		const { attested, update, reopen, call, registry } = await open();
		await attested('1.2.4');
		strip(registry);
		const { asked } = await update();
		expect(asked).toMatchObject([{ type: 'changed-identity', from: 'verified provenance', to: 'no verified signature or provenance' }]);
		const { packages } = await (await reopen()).planUpdate([], { ...call, toLatest: false });
		expect(packages.find(({ isNew }) => isNew)?.evidence.find(({ kind }) => kind === 'provenance')?.state).toBe(state);
	});

	test('through a registry that strips everything finds the proof unavailable, and asks', async () => {
		const { attested, update, registry, reopen, call } = await open();
		await attested('1.2.4');
		for (const version of ['1.2.3', '1.2.4']) {
			registry.setDistribution(NAME, version, { attestations: undefined });
		}

		expect((await update()).asked).toMatchObject([{ type: 'changed-identity', from: 'verified provenance' }]);
		const { packages } = await (await reopen()).planUpdate([], { ...call, toLatest: false });
		expect(packages.find(({ isNew }) => isNew)?.evidence.find(({ kind }) => kind === 'provenance')?.state).toBe('unavailable');
	});

	test('whose proof comes back asks nothing when the builder is the one of before the gap, and asks when it is not', async () => {
		const { attested, update, accept, registry } = await open();
		registry.serve(NAME, '1.2.4', REPOSITORY);
		await accept();
		await attested('1.2.5');
		expect(await update()).toEqual({ asked: [], levels: ['known'] });
		await attested('1.2.6', { repository: 'evil/plug' });
		expect((await update()).asked).toMatchObject([{ type: 'changed-identity', version: '1.2.6' }]);
	});

	test('by a builder that was accepted once asks nothing more, and asks when the old one is back', async () => {
		const { attested, update, accept } = await open();
		await attested('1.2.4', release({ runner_environment: 'self-hosted' }));
		await accept();
		await attested('1.2.5', release({ runner_environment: 'self-hosted' }));
		expect((await update()).asked).toEqual([]);
		await accept();
		await attested('1.2.6');
		expect((await update()).asked).toMatchObject([{ from: 'runner self-hosted', to: 'runner github-hosted' }]);
	});
});

describe('another major line', () => {
	test('that is older than all that is installed is compared with nothing: a back-port raises no alarm', async () => {
		const { attested, registry, reopen, call } = await open();
		await attested('0.9.0', release({ runner_environment: 'self-hosted' }));
		registry.serve(NAME, '0.9.1', REPOSITORY);
		for (const version of ['0.9.0', '0.9.1']) {
			registry.serve(`needs-${version}`, '1.0.0', { dependencies: { [NAME]: version } });
			const { requirements } = await (await reopen()).planInstall([`needs-${version}`], call);
			expect(requirements).toEqual([]);
		}
	});

	test('of an own builder is compared with its own line, though a newer one is installed beside it', async () => {
		const { attested, registry, reopen, call } = await open();
		await attested('2.0.0');
		registry.serve('needs-new', '1.0.0', { dependencies: { [NAME]: '^2.0.0' } });
		const again = await reopen();
		const plan = await again.planInstall(['needs-new'], call);
		expect(plan.requirements).toEqual([]);
		await again.applyPlan(plan, { ...call, decisions: [] });
		await attested('1.2.4');
		expect((await (await reopen()).planUpdate([], { ...call, toLatest: false })).requirements).toEqual([]);
		await attested('1.2.5', release({ runner_environment: 'self-hosted' }));
		expect((await (await reopen()).planUpdate([], { ...call, toLatest: false })).requirements).toMatchObject([{ version: '1.2.5' }]);
	});

	test('that is new is compared with the newest one below it', async () => {
		const { attested, update } = await open();
		await attested('2.0.0');
		expect(await update(true)).toEqual({ asked: [], levels: ['known'] });
		await attested('3.0.0', release({ runner_environment: 'self-hosted' }));
		expect((await update(true)).asked).toMatchObject([{ type: 'changed-identity', version: '3.0.0' }]);
	});
});
