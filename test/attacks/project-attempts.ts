import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as openpgp from 'openpgp';
import type { Attempt } from './attempts.ts';
import { outcomeOf, PLUG, type Stage } from './stage.ts';

const PINNED = { [PLUG]: { repository: 'https://github.com/acme/plug' } };

/** By a repository that the victim cloned and works in: its `plugward-policy.json` is read. */
export const PROJECT_ATTEMPTS: readonly Attempt[] = [
	{
		name: 'A project that names the OpenPGP key of its choice',
		play: async (stage) => {
			const { registry, victim } = stage;
			const { privateKey, publicKey } = await openpgp.generateKey({
				userIDs: [{ name: 'Eve' }],
				type: 'ecc',
				format: 'object',
				date: new Date(Date.now() - 86_400_000),
			});
			const { tarball } = registry.serve('tool', '1.0.0');
			const message = await openpgp.createMessage({ binary: new Uint8Array(tarball) });
			const signature = await openpgp.sign({ message, signingKeys: privateKey, detached: true, date: new Date(Date.now() - 60_000) });
			registry.serveRaw('/tool/-/tool-1.0.0.tgz.asc', { headers: { 'content-type': 'text/plain' }, body: signature });
			const keys = join(victim.project, 'keys.asc');
			await writeFile(keys, publicKey.armor());
			return inProject(stage, { openpgp: [{ names: ['*'], keys }] }, ['tool', '1.0.0']);
		},
	},
	{
		name: 'A project that pins its own builder',
		play: async (stage) => {
			await stage.attested('1.2.3');
			return inProject(stage, { pins: PINNED }, [PLUG, '1.2.3']);
		},
	},
	{
		name: 'A project that excepts itself from the minimum age',
		play: async (stage) => {
			await stage.attested('1.2.3');
			stage.registry.setTime(PLUG, '1.2.3', new Date(Date.now() - 3_600_000).toISOString());
			const exception = { package: PLUG, rule: 'minimum-age', reason: 'fast', expires: '2099-01-01T00:00:00Z' };
			return inProject(stage, { exceptions: [exception], ageExempt: ['*'], minimumAgeHours: 0 }, [PLUG, '1.2.3']);
		},
	},
	{
		name: 'A project that names its own people and certifiers',
		play: async (stage) => {
			const id = `ed25519:${'A'.repeat(43)}`;
			stage.registry.serve('tool', '1.0.0');
			const people = [{ id, name: 'Eve', level: 'high', expires: '2099-01-01T00:00:00Z' }];
			return inProject(stage, { people, certifiers: [{ id, name: 'Eve' }] }, ['tool', '1.0.0']);
		},
	},
	{
		name: 'A project that brings a Sigstore of its own',
		play: async (stage) => {
			const file = join(stage.victim.project, 'root.json');
			await writeFile(file, JSON.stringify(stage.sigstore.trustedRoot()));
			await stage.attested('1.0.0', { name: 'left-side' });
			return inProject(stage, { roots: [{ id: 'own', file, scopes: ['left-side'] }] }, ['left-side', '1.0.0']);
		},
	},
];

async function inProject({ victim }: Stage, policy: object, [name, version]: readonly [string, string]): Promise<string> {
	await writeFile(join(victim.project, 'plugward-policy.json'), JSON.stringify({ version: 1, ...policy }));
	const engine = await victim.reopen();
	return outcomeOf(() => engine.planInstall([`${name}@${version}`], victim.call), `${name}@${version}`);
}
