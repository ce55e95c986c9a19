import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { SLSA_V1, githubClaims, slsaV1, statement } from '../engine/trust/attested-package.ts';
import { startLocalSigstore } from '../helpers/local-sigstore.ts';
import type { Attempt } from './attempts.ts';
import { install, REPOSITORY, update } from './registry-attempts.ts';
import { outcomeOf, PLUG, type Stage } from './stage.ts';

/** By a mirror or a proxy on the way, or by whoever can write the folders that are caches. */
export const MIRROR_ATTEMPTS: readonly Attempt[] = [
	{
		name: 'Everything stripped at the first install',
		play: async (stage) => {
			await stage.attested('1.2.3');
			stage.registry.setDistribution(PLUG, '1.2.3', { attestations: undefined });
			return firstInstall(stage);
		},
	},
	{
		name: 'Everything stripped from an update',
		play: async (stage) => {
			await stage.attested('1.2.3');
			await install(stage, PLUG);
			await stage.attested('1.2.4');
			stage.registry.setDistribution(PLUG, '1.2.4', { attestations: undefined });
			return update(stage, `${PLUG}@1.2.4`);
		},
	},
	{
		name: 'An empty list of attestations',
		play: async (stage) => {
			await stage.attested('1.2.3');
			await install(stage, PLUG);
			await stage.attested('1.2.4');
			stage.registry.serveAttestations(PLUG, '1.2.4', { attestations: [] });
			return update(stage, `${PLUG}@1.2.4`);
		},
	},
	{
		name: 'Attestations promised and not sent',
		play: async (stage) => {
			await stage.attested('1.2.3');
			stage.registry.serveRaw(`/-/npm/v1/attestations/${PLUG}@1.2.3`, { status: 404, body: '{}' });
			return firstInstall(stage);
		},
	},
	{
		name: 'A second provenance beside the true one',
		play: async (stage) => {
			const served = await stage.attested('1.2.3');
			const own = await bundleOf(stage, 'evil/plug', sha512Of(served.tarball));
			await addAttestation(stage, { predicateType: SLSA_V1, bundle: own });
			return firstInstall(stage);
		},
	},
	{
		name: 'A foreign provenance under a harmless label',
		play: async (stage) => {
			const { tarball } = stage.registry.serve(PLUG, '1.2.3', REPOSITORY);
			const bundle = await bundleOf(stage, 'evil/plug', sha512Of(tarball));
			stage.registry.serveAttestations(PLUG, '1.2.3', { attestations: [{ predicateType: 'https://example.com/note', bundle }] });
			return firstInstall(stage);
		},
	},
	{
		name: 'A harmless statement under the label of provenance',
		play: async (stage) => {
			const { tarball } = stage.registry.serve(PLUG, '1.2.3', REPOSITORY);
			const bundle = await bundleOf(stage, 'acme/plug', sha512Of(tarball), 'https://example.com/note');
			stage.registry.serveAttestations(PLUG, '1.2.3', { attestations: [{ predicateType: SLSA_V1, bundle }] });
			return firstInstall(stage);
		},
	},
	{
		name: 'A statement about two artefacts',
		play: async (stage) => {
			const { tarball } = stage.registry.serve(PLUG, '1.2.3', REPOSITORY);
			const subjects = [subjectOf(sha512Of(tarball)), { name: 'pkg:npm/other@1.0.0', digest: { sha512: 'ab'.repeat(64) } }];
			const bundle = await stage.sigstore.attest(statement(SLSA_V1, slsaV1(), subjects), { claims: githubClaims() });
			stage.registry.serveAttestations(PLUG, '1.2.3', { attestations: [{ predicateType: SLSA_V1, bundle }] });
			return firstInstall(stage);
		},
	},
	{
		name: 'A Sigstore of its own',
		play: async (stage) => {
			await using own = await startLocalSigstore();
			const { tarball } = stage.registry.serve(PLUG, '1.2.3', REPOSITORY);
			const bundle = await own.attest(statement(SLSA_V1, slsaV1(), [subjectOf(sha512Of(tarball))]), { claims: githubClaims() });
			stage.registry.serveAttestations(PLUG, '1.2.3', { attestations: [{ predicateType: SLSA_V1, bundle }] });
			return firstInstall(stage);
		},
	},
	{
		name: 'The private Sigstore for a name outside its scope',
		play: async (stage) => {
			await stage.attested('1.0.0', { name: 'left-side' });
			return outcomeOf(() => stage.victim.engine.planInstall(['left-side'], stage.victim.call), 'left-side@1.0.0');
		},
	},
	{
		name: 'A provenance under a trust root that was taken away since',
		play: async (stage) => {
			await stage.attested('1.2.3');
			await install(stage, PLUG);
			const engine = await stage.setPolicy({ roots: [] });
			const { packages } = await engine.trust.audit(stage.victim.call);
			return `counts as ${packages[0]?.level}`;
		},
	},
	{
		name: 'A log entry without its promise, at a time of choice',
		play: async (stage) => {
			const { tarball } = stage.registry.serve(PLUG, '1.2.3', REPOSITORY);
			const bundle = JSON.parse(JSON.stringify(await bundleOf(stage, 'acme/plug', sha512Of(tarball)))) as {
				verificationMaterial: { tlogEntries: Record<string, unknown>[] };
			};
			for (const entry of bundle.verificationMaterial.tlogEntries) {
				delete entry['inclusionPromise'];
			}

			stage.registry.serveAttestations(PLUG, '1.2.3', { attestations: [{ predicateType: SLSA_V1, bundle }] });
			return firstInstall(stage);
		},
	},
	{
		name: 'A trust root in the folder where others cache theirs',
		play: async (stage) => {
			const { victim, sigstore } = stage;
			await stage.attested('1.0.0', { name: 'left-side' });
			const json = JSON.stringify(sigstore.trustedRoot());
			const planted = await victim.reopen({
				environment: { HOME: victim.folder, XDG_DATA_HOME: victim.folder, NPM_CONFIG_USERCONFIG: join(victim.folder, 'npmrc') },
			});
			for (const folder of ['sigstore-js/tuf', '.sigstore/root', '.local/share/sigstore-js/tuf']) {
				await writeDeep(join(victim.folder, folder, 'trusted_root.json'), json);
			}

			return outcomeOf(() => planted.planInstall(['left-side'], victim.call), 'left-side@1.0.0');
		},
	},
	{
		name: 'Every file of the metadata cache changed',
		play: async (stage) => {
			await stage.attested('1.2.3');
			await (await stage.victim.reopen()).planInstall([PLUG], stage.victim.call);
			for (const file of await filesBelow(join(stage.victim.home, 'cache'))) {
				const bytes = await readFile(file);
				await writeFile(
					file,
					bytes.map((byte, index) => (index % 7 === 0 ? byte ^ 0x01 : byte)),
				);
			}

			return firstInstall(stage);
		},
	},
];

async function firstInstall({ victim }: Stage): Promise<string> {
	const engine = await victim.reopen();
	return outcomeOf(() => engine.planInstall([PLUG], victim.call), `${PLUG}@1.2.3`);
}

function sha512Of(bytes: Buffer): string {
	return createHash('sha512').update(bytes).digest('hex');
}

function subjectOf(sha512: string) {
	return { name: 'pkg:npm/%40acme/plug@1.2.3', digest: { sha512 } };
}

function bundleOf({ sigstore }: Stage, repository: string, sha512: string, predicateType = SLSA_V1) {
	return sigstore.attest(statement(predicateType, slsaV1(repository), [subjectOf(sha512)]), { claims: githubClaims(repository) });
}

async function addAttestation({ registry }: Stage, added: object): Promise<void> {
	const answer = await fetch(`${registry.url}-/npm/v1/attestations/${encodeURIComponent(PLUG)}@1.2.3`);
	const { attestations } = (await answer.json()) as { readonly attestations: readonly object[] };
	registry.serveAttestations(PLUG, '1.2.3', { attestations: [...attestations, added] });
}

async function writeDeep(path: string, text: string): Promise<void> {
	await mkdir(dirname(path), { recursive: true });
	await writeFile(path, text);
}

async function filesBelow(folder: string): Promise<readonly string[]> {
	const names = await readdir(folder, { recursive: true });
	const paths = names.map((name) => join(folder, name));
	const kinds = await Promise.all(paths.map(async (path) => (await stat(path)).isFile()));
	return paths.filter((_, index) => kinds[index]);
}
