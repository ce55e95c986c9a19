import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { servePlugin } from '../end-to-end/plugin-packages.ts';
import { slsaV1 } from '../engine/trust/attested-package.ts';
import type { AttestedVersion } from '../helpers/serve-attested.ts';
import type { Attempt } from './attempts.ts';
import { accepted, install, REPOSITORY, update } from './registry-attempts.ts';
import { outcomeOf, PLUG, type Stage } from './stage.ts';

const NEXT = `${PLUG}@1.2.4`;
const ASKS_NAME = [{ type: 'env', name: 'NAME', reason: 'to greet you' }];

/** By whoever holds a maintainer's token, or runs in a workflow of the repository. */
export const PUBLISHER_ATTEMPTS: readonly Attempt[] = [
	{
		name: 'The next major by hand',
		play: async (stage) => {
			await stage.attested('1.2.3');
			await install(stage, PLUG);
			stage.registry.serve(PLUG, '2.0.0', REPOSITORY);
			return update(stage, `${PLUG}@2.0.0`, true);
		},
	},
	{
		name: 'The next major from another repository',
		play: async (stage) => {
			await stage.attested('1.2.3');
			await install(stage, PLUG);
			await stage.attested('2.0.0', { repository: 'evil/plug' });
			return update(stage, `${PLUG}@2.0.0`, true);
		},
	},
	{
		name: 'Another repository, looked at with evaluate',
		play: async (stage) => {
			await stage.attested('1.2.3');
			await install(stage, PLUG);
			await stage.attested('1.2.4', { repository: 'evil/plug' });
			const { victim } = stage;
			const { verdict } = await (await victim.reopen()).evaluate(NEXT, { ...victim.call, against: null, advisories: null });
			return `evaluates as ${verdict.level}, and would ${verdict.decision}`;
		},
	},
	{
		name: 'Rights that the version before held',
		play: async (stage) => {
			await attestedPlugin(stage, '1.2.3');
			await install(stage, PLUG);
			await attestedPlugin(stage, '2.0.0', { repository: 'evil/plug' });
			const { victim } = stage;
			const engine = await victim.reopen();
			const plan = await engine.planUpdate([], { ...victim.call, toLatest: true });
			const identity = plan.requirements.filter(({ type }) => type === 'changed-identity');
			const { granted } = await engine.applyPlan(plan, { ...victim.call, decisions: accepted(identity) });
			return granted.length === 0 ? 'asks changed-identity, and carries no grant over' : 'carries the grant over';
		},
	},
	{
		name: 'One version without proof, the next from elsewhere',
		play: async (stage) => {
			await stage.attested('1.2.3');
			await install(stage, PLUG);
			stage.registry.serve(PLUG, '1.2.4', REPOSITORY);
			await install(stage, `${PLUG}@^1.2.0`);
			await stage.attested('1.2.5', { repository: 'evil/plug' });
			return update(stage, `${PLUG}@1.2.5`);
		},
	},
	{
		name: 'An unproven dependency below a plugin that stays',
		play: async (stage) => {
			const { victim, registry } = stage;
			await stage.setPolicy({ minimumLevel: 'known' });
			await stage.attested('1.2.3', { manifest: { dependencies: { '@acme/part': '^1.0.0' } } });
			await stage.attested('1.0.0', { name: '@acme/part' });
			await install(stage, PLUG);
			await stage.attested('1.0.1', { name: '@acme/part', manifest: { dependencies: { collector: '1.0.0' } } });
			registry.serve('collector', '1.0.0');
			const engine = await victim.reopen();
			return outcomeOf(() => engine.planUpdate([], { ...victim.call, toLatest: false }), 'collector@1.0.0');
		},
	},
	fromWorkflow('A release run from a pull request', { event_name: 'pull_request_target' }, { trigger: 'pull_request_target' }),
	fromWorkflow("A release on a machine of one's own", { runner_environment: 'self-hosted' }),
	fromWorkflow('A signing workflow of another repository', {
		sub: 'https://github.com/evil/tools/.github/workflows/sign.yml@refs/heads/main',
		job_workflow_ref: 'evil/tools/.github/workflows/sign.yml@refs/heads/main',
	}),
	{
		name: 'A provenance that names another commit',
		play: async (stage) => {
			await stage.attested('1.2.3');
			await install(stage, PLUG);
			await stage.attested('1.2.4', { predicate: slsaV1('acme/plug', { commit: '0'.repeat(40) }) });
			return update(stage, NEXT);
		},
	},
	{
		name: 'A version that an advisory calls malware',
		play: async (stage) => {
			await stage.attested('1.2.3');
			await install(stage, PLUG);
			await stage.attested('1.2.4');
			await nameMalware(stage, '1.2.4');
			return update(stage, NEXT);
		},
	},
	{
		name: 'A pin of the runner alone, and another builder',
		play: async (stage) => {
			await stage.attested('1.2.3');
			await install(stage, PLUG);
			await stage.setPolicy({ pins: { [PLUG]: { runner: 'github-hosted' } } });
			await stage.attested('1.2.4', { repository: 'evil/plug' });
			return update(stage, NEXT);
		},
	},
	{
		name: 'A back-port by an older workflow',
		play: async (stage) => {
			await stage.attested('2.0.0');
			await install(stage, PLUG);
			await stage.attested('1.9.0', { claims: { runner_environment: 'self-hosted' } });
			stage.registry.serve('needs-old', '1.0.0', { dependencies: { [PLUG]: '^1.0.0' } });
			const engine = await stage.victim.reopen();
			return outcomeOf(() => engine.planInstall(['needs-old'], stage.victim.call), `${PLUG}@1.9.0`);
		},
	},
];

function fromWorkflow(name: string, claims: Readonly<Record<string, string>>, { trigger = 'push' } = {}): Attempt {
	return {
		name,
		play: async (stage) => {
			await stage.attested('1.2.3');
			await install(stage, PLUG);
			const predicate = slsaV1();
			predicate.buildDefinition.internalParameters.github.event_name = trigger;
			await stage.attested('1.2.4', { claims, predicate });
			return update(stage, NEXT);
		},
	};
}

async function nameMalware({ victim, setPolicy }: Stage, version: string): Promise<void> {
	const file = join(victim.folder, 'advisories.json');
	const affected = [{ package: { ecosystem: 'npm', name: PLUG }, versions: [version] }];
	await writeFile(file, JSON.stringify([{ id: 'MAL-2026-1', summary: 'Sends tokens away', affected }]));
	await setPolicy({ advisories: file });
}

/** A plugin that asks for one variable, with true provenance. */
export async function attestedPlugin(stage: Stage, version: string, changes: Partial<AttestedVersion> = {}): Promise<void> {
	const { manifest } = servePlugin(stage.registry, [PLUG, version], { execute: 'return 1', permissions: ASKS_NAME });
	const { repository: _, name: _name, version: _version, ...plugin } = manifest;
	const files = {
		'plugin.js': "import { definePlugin } from 'plugward/sdk';\nexport default definePlugin({ async execute() { return 1; } });\n",
	};
	await stage.attested(version, { manifest: plugin, files, ...changes });
}
