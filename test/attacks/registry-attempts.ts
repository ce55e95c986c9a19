import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Attempt } from './attempts.ts';
import { outcomeOf, PLUG, refusal, type Stage } from './stage.ts';

const PUBLIC_KEYID = 'SHA256:DhQ8wR5APBvFHLF/+Tc+AYvPOdTpcIDqOhxsBHRwC7U';

/** By whoever holds the registry that the victim asks. */
export const REGISTRY_ATTEMPTS: readonly Attempt[] = [
	{
		name: "An old version's bytes under a new number",
		play: async (stage) => {
			await stage.attested('1.2.0');
			await stage.attested('1.2.3');
			await install(stage, `${PLUG}@1.2.0`);
			await install(stage, `${PLUG}@^1.2.0`);
			await stage.rewrite(PLUG, ({ versions, time, 'dist-tags': tags }) => {
				versions['1.2.5'] = { ...told(versions, '1.2.0'), version: '1.2.5' };
				time['1.2.5'] = '2020-02-02T00:00:00.000Z';
				tags['latest'] = '1.2.5';
			});
			return update(stage, `${PLUG}@1.2.5`);
		},
	},
	{
		name: "One package's bytes under another's name",
		play: async (stage) => {
			await stage.attested('1.0.0', { name: '@acme/small' });
			await install(stage, '@acme/small');
			await stage.attested('1.0.0');
			const small = (await (await fetch(`${stage.registry.url}@acme/small`)).json()) as { versions: Record<string, { dist: object }> };
			await stage.rewrite(PLUG, ({ versions }) => {
				Object.assign(told(versions, '1.0.0').dist, small.versions['1.0.0']?.dist);
			});
			return outcomeOf(async () => (await stage.victim.reopen()).planInstall([PLUG], stage.victim.call), `${PLUG}@1.0.0`);
		},
	},
	{
		name: 'A dependency told of what is installed',
		play: async (stage) => {
			await stage.attested('1.2.3');
			stage.registry.serve('collector', '1.0.0');
			await install(stage, PLUG);
			await stage.rewrite(PLUG, ({ versions }) => {
				told(versions, '1.2.3').dependencies = { collector: '1.0.0' };
			});
			return update(stage, 'collector@1.0.0');
		},
	},
	{
		name: 'The same, asked of evaluate',
		play: async (stage) => {
			await stage.attested('1.2.0');
			const engine = await stage.victim.reopen();
			const options = { ...stage.victim.call, against: null, advisories: null };
			await engine.evaluate(`${PLUG}@1.2.0`, options);
			await stage.rewrite(PLUG, ({ versions, time }) => {
				versions['1.2.5'] = { ...told(versions, '1.2.0'), version: '1.2.5' };
				time['1.2.5'] = '2020-02-02T00:00:00.000Z';
			});
			await rm(join(stage.victim.home, 'cache', 'metadata'), { recursive: true, force: true });
			try {
				const { verdict } = await (await stage.victim.reopen()).evaluate(`${PLUG}@1.2.5`, options);
				return `evaluates as ${verdict.level}`;
			} catch (error) {
				return refusal(error);
			}
		},
	},
	{
		name: 'A dependency told of what was removed',
		play: async (stage) => {
			const { victim } = stage;
			await stage.attested('1.2.3');
			stage.registry.serve('collector', '1.0.0');
			await install(stage, PLUG);
			const engine = await victim.reopen();
			await engine.applyPlan(await engine.planRemove([PLUG], victim.call), { ...victim.call, decisions: [] });
			await stage.rewrite(PLUG, ({ versions }) => {
				told(versions, '1.2.3').dependencies = { collector: '1.0.0' };
			});
			// The packument of before would be kept for a while.
			await rm(join(victim.home, 'cache'), { recursive: true, force: true });
			return outcomeOf(async () => (await victim.reopen()).planInstall([PLUG], victim.call), 'collector@1.0.0');
		},
	},
	{
		name: "A key of one's own under the public registry's id",
		play: async (stage) => {
			const { keys, signatureOf } = registryKey(PUBLIC_KEYID);
			stage.registry.serveSignatures(keys);
			const { integrity } = stage.registry.serve('plain', '1.0.0');
			stage.registry.setDistribution('plain', '1.0.0', { signatures: [signatureOf(`plain@1.0.0:${integrity}`)] });
			return outcomeOf(() => stage.victim.engine.planInstall(['plain'], stage.victim.call), 'plain@1.0.0');
		},
	},
	{
		name: "A key of one's own under an id of one's own",
		play: async (stage) => {
			const { keys, signatureOf } = registryKey('SHA256:own');
			stage.registry.serveSignatures(keys);
			const { integrity } = stage.registry.serve('plain', '1.0.0');
			stage.registry.setDistribution('plain', '1.0.0', { signatures: [signatureOf(`plain@1.0.0:${integrity}`)] });
			return outcomeOf(() => stage.victim.engine.planInstall(['plain'], stage.victim.call), 'plain@1.0.0');
		},
	},
	{
		name: 'A signature of another version',
		play: async (stage) => {
			const { keys, signatureOf } = registryKey('SHA256:own');
			stage.registry.serveSignatures(keys);
			const { integrity } = stage.registry.serve('plain', '1.0.0');
			stage.registry.setDistribution('plain', '1.0.0', { signatures: [signatureOf(`plain@1.0.1:${integrity}`)] });
			return outcomeOf(() => stage.victim.engine.planInstall(['plain'], stage.victim.call), 'plain@1.0.0');
		},
	},
	{
		name: 'A version from after the end of the key that signed it',
		play: async (stage) => {
			const { keys, signatureOf } = registryKey('SHA256:own', { expires: '2019-06-01T00:00:00.000Z' });
			stage.registry.serveSignatures(keys);
			const { integrity } = stage.registry.serve('plain', '1.0.0');
			stage.registry.setDistribution('plain', '1.0.0', { signatures: [signatureOf(`plain@1.0.0:${integrity}`)] });
			return outcomeOf(() => stage.victim.engine.planInstall(['plain'], stage.victim.call), 'plain@1.0.0');
		},
	},
	{
		name: 'Only a sha1 where there was a sha512',
		play: async (stage) => {
			await stage.attested('1.2.3');
			stage.registry.setDistribution(PLUG, '1.2.3', { integrity: undefined, attestations: undefined });
			return outcomeOf(() => stage.victim.engine.planInstall([PLUG], stage.victim.call), `${PLUG}@1.2.3`);
		},
	},
	{
		name: 'Attestations of the version before',
		play: async (stage) => {
			await stage.attested('1.2.3');
			await install(stage, PLUG);
			const before = await fetch(`${stage.registry.url}-/npm/v1/attestations/${encodeURIComponent(PLUG)}@1.2.3`);
			stage.registry.serve(PLUG, '1.2.4', REPOSITORY);
			stage.registry.serveAttestations(PLUG, '1.2.4', await before.json());
			return update(stage, `${PLUG}@1.2.4`);
		},
	},
	{
		name: 'Other bytes for what the lock names',
		play: async (stage) => {
			const { tarballUrl } = await stage.attested('1.2.3');
			await install(stage, PLUG);
			stage.registry.fault({ path: new URL(tarballUrl).pathname, kind: 'wrong-bytes' });
			const { victim } = stage;
			const { text } = await (await victim.reopen()).writeLock(null, victim.call);
			const fresh = await victim.reopen({ home: join(victim.folder, 'second') });
			return outcomeOf(() => fresh.planFrozen({ specs: [], file: 'plugward-lock.json', text }, victim.call), `${PLUG}@1.2.3`);
		},
	},
	{
		name: 'A build of this hour with a publish time of last year',
		play: async (stage) => {
			await stage.attested('1.2.3');
			stage.registry.setTime(PLUG, '1.2.3', '2025-01-01T00:00:00.000Z');
			return outcomeOf(() => stage.victim.engine.planInstall([`${PLUG}@1.2.3`], stage.victim.call), `${PLUG}@1.2.3`);
		},
	},
];

export const REPOSITORY = { repository: { type: 'git', url: 'git+https://github.com/acme/plug.git' } };

export async function install({ victim }: Stage, spec: string): Promise<void> {
	const engine = await victim.reopen();
	const plan = await engine.planInstall([spec], victim.call);
	await engine.applyPlan(plan, { ...victim.call, decisions: accepted(plan.requirements) });
}

export async function update({ victim }: Stage, struck: string, toLatest = false): Promise<string> {
	const engine = await victim.reopen();
	return outcomeOf(() => engine.planUpdate([], { ...victim.call, toLatest }), struck);
}

export function accepted(requirements: readonly { readonly id: string }[]) {
	return requirements.map(({ id }) => ({ requirementId: id, answer: 'accept' as const }));
}

function told<T>(versions: Record<string, T>, version: string): T {
	const found = versions[version];
	if (found === undefined) {
		throw new Error(`the registry does not serve ${version}`);
	}

	return found;
}

/** A signing key as a registry serves it, and signatures by it. */
export function registryKey(keyid: string, changes: object = {}) {
	const { publicKey, privateKey }: { publicKey: KeyObject; privateKey: KeyObject } = generateKeyPairSync('ec', {
		namedCurve: 'prime256v1',
	});
	const key = publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
	const scheme = 'ecdsa-sha2-nistp256';
	return {
		keys: [{ keyid, keytype: scheme, scheme, key, expires: null, ...changes }],
		signatureOf: (text: string) => ({ keyid, sig: sign('sha256', Buffer.from(text), privateKey).toString('base64') }),
	};
}
