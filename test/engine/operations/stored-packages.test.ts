import { stat } from 'node:fs/promises';
import { expect, onTestFinished, test } from 'vitest';
import { createLayout } from '../../../source/engine/home/layout.ts';
import { parseIntegrity } from '../../../source/engine/integrity.ts';
import { startFakeRegistry } from '../../helpers/fake-registry.ts';
import { openTemporaryEngine } from '../../helpers/temporary-engine.ts';

type Told = { readonly versions: Record<string, { version: string; dependencies?: object }>; 'dist-tags': object };

async function open() {
	const registry = await startFakeRegistry();
	onTestFinished(() => registry[Symbol.asyncDispose]());
	const temporary = await openTemporaryEngine(registry.url);
	onTestFinished(() => temporary[Symbol.asyncDispose]());
	registry.serve('part', '1.0.0');
	registry.serve('tool', '1.0.0', { dependencies: { part: '^1.0.0' } });
	await temporary.install(['tool']);
	const tell = async (change: (told: Told) => void): Promise<void> => {
		const told = (await (await fetch(`${registry.url}tool`)).json()) as Told;
		change(told);
		registry.serveRaw('/tool', { body: JSON.stringify(told) });
	};
	const update = async () => (await temporary.reopen()).planUpdate([], { ...temporary.call, toLatest: true });
	return { ...temporary, registry, tell, update };
}

test('the bytes of one version under the number of another are refused, and the sentence names both', async () => {
	const { tell, update } = await open();
	await tell((told) => {
		told.versions['1.0.1'] = { ...told.versions['1.0.0'], version: '1.0.1' };
		told['dist-tags'] = { latest: '1.0.1' };
	});
	await expect(update()).rejects.toMatchObject({
		code: 'evidence-invalid',
		message: 'tool@1.0.1 is refused: its sha512 is that of tool@1.0.0.',
	});
});

test('what a registry lists anew of an installed version is refused, and what was fetched for it does not stay', async () => {
	const { tell, update, registry, engine, home } = await open();
	const { integrity } = registry.serve('collector', '1.0.0');
	await tell((told) => {
		const one = told.versions['1.0.0'];
		if (one !== undefined) {
			one.dependencies = { part: '^1.0.0', collector: '^1.0.0' };
		}
	});
	await expect(update()).rejects.toMatchObject({
		code: 'evidence-invalid',
		message: `tool@1.0.0 is refused: The registry says dependencies.collector is "^1.0.0", the tarball's package.json says nothing.`,
	});
	await engine[Symbol.asyncDispose]();
	await expect(stat(createLayout(home).entry(parseIntegrity(integrity) ?? expect.fail('no sha512')))).rejects.toThrow('ENOENT');
});

test('a newer dependency within the range that stands in the package is no difference', async () => {
	const { update, registry } = await open();
	registry.serve('part', '1.1.0');
	expect((await update()).changes).toMatchObject([{ name: 'part', from: '1.0.0', to: '1.1.0' }]);
});

test('a plan whose lock was given the bytes of another package is refused when it is applied', async () => {
	const { update, registry, engine, call, reopen } = await open();
	registry.serve('part', '1.1.0');
	const plan = await update();
	const integrity = plan.lock.packages['tool@1.0.0']?.integrity;
	const part = plan.lock.packages['part@1.1.0'];
	expect(part).toBeDefined();
	const packages = { ...plan.lock.packages, 'part@1.1.0': { ...part, integrity } } as typeof plan.lock.packages;
	const forged = { ...plan, lock: { ...plan.lock, packages } };
	await expect((await reopen()).applyPlan(forged, { ...call, decisions: [] })).rejects.toMatchObject({ code: 'evidence-invalid' });
	expect((await engine.list(call)).plugins).toHaveLength(1);
});
