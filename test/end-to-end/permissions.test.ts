import { afterAll, beforeAll, expect, test } from 'vitest';
import { type FakeRegistry, startFakeRegistry } from '../helpers/fake-registry.ts';
import { type Machine, openMachine } from './command.ts';
import { servePlugin } from './plugin-packages.ts';

let registry: FakeRegistry;
let machine: Machine;

beforeAll(async () => {
	registry = await startFakeRegistry();
	servePlugin(registry, ['reader', '1.0.0'], {
		execute: "return await context.env.get('TOKEN');",
		permissions: [{ type: 'env', name: 'TOKEN', reason: 'To sign in' }],
	});
	machine = await openMachine(registry.url);
});

afterAll(async () => {
	await machine[Symbol.asyncDispose]();
	await registry.close();
});

test('a denial names the command that says why, and what that tells to type grants it', async () => {
	await machine.plugward(['install', 'reader', '--yes']);
	const denied = await machine.plugward(['run', 'reader', 'go']);
	expect(denied.exitCode).toBe(126);
	expect(denied.stderr).toContain('ask why: plugward permissions explain reader');
	const { envelope } = await machine.json(['permissions', 'explain', 'reader']);
	expect(envelope.data).toMatchObject({ plugin: 'reader', generation: 1, answers: [{ permission: 'env:TOKEN', reason: 'not-granted' }] });
	const granted = await machine.plugward(['install', 'reader', '--allow', 'reader=env:TOKEN', '--yes']);
	expect(granted.exitCode).toBe(0);
	const { envelope: later } = await machine.json(['permissions', 'explain', 'reader', 'env:TOKEN']);
	expect(later.data).toMatchObject({ generation: 2, answers: [{ isGranted: true, reason: 'granted' }] });
	expect((await machine.plugward(['run', 'reader', 'go'])).exitCode).toBe(0);
	expect((await machine.plugward(['permissions', 'explain', 'nobody'])).exitCode).toBe(3);
});
