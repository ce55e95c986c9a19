import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type FakeRegistry, startFakeRegistry } from '../helpers/fake-registry.ts';
import { type Machine, openMachine } from './command.ts';

const DAY_MILLISECONDS = 86_400_000;
let registry: FakeRegistry;
let machine: Machine;

beforeAll(async () => {
	registry = await startFakeRegistry();
	machine = await openMachine(registry.url);
	for (const version of ['1.0.0', '1.1.0']) {
		registry.serve('tool', version);
	}
});

afterAll(async () => {
	await machine[Symbol.asyncDispose]();
	await registry.close();
});

async function setPolicy(policy: object): Promise<void> {
	const folder = path.join(machine.folder, 'config', 'plugward');
	await mkdir(folder, { recursive: true });
	await writeFile(path.join(folder, 'trust-policy.json'), JSON.stringify({ version: 1, ...policy }));
}

const inDays = (days: number): string => new Date(Date.now() + days * DAY_MILLISECONDS).toISOString();

describe('what is accepted for one version', () => {
	test('keeps its reason and its end, and why, list and policy check tell them', async () => {
		await setPolicy({ minimumLevel: 'known' });
		const install = ['install', 'tool@1.1.0', '--yes', '--accept-trust', 'unknown'];
		expect(await machine.json([...install, '--expires', 'soon'])).toMatchObject({
			exitCode: 2,
			envelope: { error: { code: 'usage', message: '"soon" is no date.' } },
		});
		expect(await machine.json([...install, '--expires', inDays(400)])).toMatchObject({
			exitCode: 2,
			envelope: { error: { message: expect.stringContaining('ends within 90 days from now') as string } },
		});
		const expires = inDays(10);
		expect(await machine.json([...install, '--reason', 'read it myself', '--expires', expires])).toMatchObject({ exitCode: 0 });
		const accepted = { package: 'tool', version: '1.1.0', rule: 'lower-level', reason: 'read it myself', expires, isExpired: false };
		expect((await machine.json(['trust', 'why', 'tool'])).envelope.data?.['acceptances']).toMatchObject([accepted]);
		expect((await machine.json(['policy', 'check'])).envelope.data?.['acceptances']).toMatchObject([accepted]);
		expect((await machine.json(['list', '--json=name,acceptances'])).envelope.data?.['plugins']).toMatchObject([
			{ name: 'tool', acceptances: [accepted] },
		]);
		const { stdout } = await machine.plugward(['list'], { environment: { COLUMNS: '100' } });
		expect(stdout).toContain(`lower-level accepted`);
		expect(stdout).toContain('"read it myself"');
	});

	test('a policy may want a reason, and a shorter end', async () => {
		await setPolicy({ minimumLevel: 'known', acceptances: { reason: 'required', days: 7 } });
		registry.serve('other', '1.0.0');
		const install = ['install', 'other', '--yes', '--accept-trust', 'unknown'];
		expect(await machine.json(install)).toMatchObject({
			exitCode: 9,
			envelope: { error: { code: 'consent-required', hint: 'Say why: --reason "moved to another organisation"' } },
		});
		expect(await machine.json([...install, '--reason', 'needed', '--expires', inDays(10)])).toMatchObject({ exitCode: 2 });
		expect(await machine.json([...install, '--reason', 'needed'])).toMatchObject({ exitCode: 0 });
		const check = await machine.plugward(['policy', 'check']);
		expect(check.stdout).toContain('What is accepted for one version holds 7 days at most and needs a reason.');
		expect(await machine.json(['remove', 'other', '--yes'])).toMatchObject({ exitCode: 0 });
		await setPolicy({});
		// What is gone has nothing accepted any more; what stays keeps its own.
		expect((await machine.json(['policy', 'check'])).envelope.data?.['acceptances']).toMatchObject([{ package: 'tool' }]);
	});

	test('a tag that was moved back is asked about, and so is what a bare name would fetch; a version by its number is not', async () => {
		expect(await machine.json(['install', 'tool@latest', '--yes'])).toMatchObject({ exitCode: 0 });
		registry.setTag('tool', 'latest', '1.0.0');
		const update = await machine.json(['update', 'tool', '--yes']);
		expect(update).toMatchObject({
			exitCode: 9,
			envelope: {
				error: {
					message: 'tool would go back from 1.1.0 to 1.0.0.',
					hint: 'Accept by name: --accept-downgrade tool',
					details: { undecided: [{ type: 'downgrade', package: 'tool', from: '1.1.0', version: '1.0.0' }] },
				},
			},
		});
		expect(await machine.json(['update', 'tool', '--yes', '--accept-downgrade', 'tool', '--reason', '1.1.0 is broken'])).toMatchObject({
			exitCode: 0,
			envelope: { data: { changes: [{ type: 'downgrade', name: 'tool', to: '1.0.0' }] } },
		});
		expect((await machine.json(['trust', 'why', 'tool'])).envelope.data?.['acceptances']).toMatchObject([
			{ rule: 'downgrade', text: 'tool would go back from 1.1.0 to 1.0.0.', reason: '1.1.0 is broken' },
		]);
		expect(await machine.json(['install', 'tool@1.1.0', '--yes'])).toMatchObject({ exitCode: 0 });
		expect(await machine.json(['install', 'tool@1.0.0', '--yes'])).toMatchObject({ exitCode: 0 });
	});
});
