import { generateKeyPairSync, sign } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type FakeRegistry, type FakeRegistryOptions, startFakeRegistry } from '../../helpers/fake-registry.ts';
import { openTemporaryEngine } from '../../helpers/temporary-engine.ts';

const HOUR = 3_600_000;
const KINDS: readonly FakeRegistryOptions[] = [{}, { onlyFull: true }, { isUndated: true }];

function hoursAgo(hours: number): string {
	return new Date(Date.now() - hours * HOUR).toISOString();
}

/** Everything that the two kinds of documents tell in different ways. */
function serveMany(registry: FakeRegistry): void {
	registry.serve('app', '1.0.0', { license: 'MIT', dependencies: { moved: '^1', scripted: '*', odd: '^1' } });
	registry.serve('moved', '1.0.0', { license: 'ISC' });
	registry.serve('moved', '1.1.0', { license: 'ISC' });
	registry.setTime('moved', '1.1.0', hoursAgo(5));
	registry.serve('scripted', '1.0.0', { license: { type: 'GPL-3.0' }, scripts: { postinstall: 'node x.js' } });
	registry.serve('odd', '1.0.0', { deprecated: 'use another', optionalDependencies: { win: '1' }, bundleDependencies: [] });
	registry.serve('odd', '1.5.0', { peerDependencies: { moved: '1' }, peerDependenciesMeta: { moved: { optional: true } } });
	registry.serve('win', '1.0.0', { os: ['win32'], cpu: ['x64'], libc: ['musl'] });
}

async function answersOf(options: FakeRegistryOptions, choices: { readonly asOf?: string }) {
	await using registry = await startFakeRegistry(options);
	serveMany(registry);
	await using place = await openTemporaryEngine(registry.url);
	await writeFile(
		join(place.home, 'trust-policy.json'),
		JSON.stringify({ version: 1, minimumAgeHours: 72, allowedLicences: ['MIT', 'ISC'] }),
	);
	const engine = await place.reopen();
	const plan = await engine.planInstall(['app'], { ...place.call, ...choices });
	await engine.applyPlan(plan, { ...place.call, decisions: [] });
	const { text } = await engine.writeLock(null, place.call);
	const told = plan.packages.map(({ id, license, hasInstallScript, deprecated }) => ({ id, license, hasInstallScript, deprecated }));
	return { text, told, notices: plan.notices, requirements: plan.requirements };
}

test.each([{}, { asOf: '2026-01-01' }])(
	'lock, licences and notices are the same whichever kind of document a registry gives: %o',
	async (choices) => {
		const [abbreviated, full, undated] = await Promise.all(KINDS.map((options) => answersOf(options, choices)));
		expect(abbreviated?.told.map(({ id, license }) => `${id} ${license}`)).toEqual([
			'app@1.0.0 MIT',
			'moved@1.0.0 ISC',
			'odd@1.5.0 ',
			'scripted@1.0.0 GPL-3.0',
		]);
		expect(abbreviated?.notices.map(({ text }) => text).join('\n')).toMatch(
			/licence of odd@1\.5\.0 \(states none\), scripted@1\.0\.0 \(GPL-3\.0\)/u,
		);
		expect(abbreviated).toEqual(full);
		expect(undated).toEqual(full);
	},
);

test('a version that is asked for by its number is young in the plan whichever kind of document tells it', async () => {
	for (const options of KINDS) {
		await using registry = await startFakeRegistry(options);
		serveMany(registry);
		await using place = await openTemporaryEngine(registry.url);
		const plan = await place.engine.planInstall(['moved@1.1.0'], place.call);
		expect(plan.requirements).toContainEqual(
			expect.objectContaining({ type: 'young-version', version: '1.1.0', ageHours: 5, minimumHours: 72 }),
		);
	}
});

test('an age that is only known to be at least so much is told as that', async () => {
	await using registry = await startFakeRegistry();
	registry.serve('app', '1.0.0');
	registry.serve('app', '1.0.1');
	registry.setTime('app', '1.0.1', hoursAgo(400));
	await using place = await openTemporaryEngine(registry.url);
	const plan = await place.engine.planInstall(['app@1.0.0'], place.call);
	const reason = plan.packages[0]?.verdict.reasons.find(({ rule }) => rule === 'minimum-age');
	expect(reason).toMatchObject({ passed: true, text: 'Published at least 16 days ago.' });
});

test('the time of a version is asked for where its signature depends on it', async () => {
	const pair = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
	const key = {
		keyid: 'SHA256:ended',
		keytype: 'ecdsa-sha2-nistp256',
		scheme: 'ecdsa-sha2-nistp256',
		key: pair.publicKey.export({ type: 'spki', format: 'der' }).toString('base64'),
		expires: '2021-01-01T00:00:00.000Z',
	};
	await using registry = await startFakeRegistry();
	registry.serveSignatures([key]);
	for (const [name, publishedAt] of Object.entries({ before: '2020-06-01T00:00:00.000Z', after: '2021-06-01T00:00:00.000Z' })) {
		const { integrity } = registry.serve(name, '1.0.0');
		const sig = sign('sha256', Buffer.from(`${name}@1.0.0:${integrity}`), pair.privateKey).toString('base64');
		registry.setDistribution(name, '1.0.0', { signatures: [{ keyid: key.keyid, sig }] });
		registry.setTime(name, '1.0.0', publishedAt);
		// A later version, so that the date of the document alone says nothing.
		registry.serve(name, '2.0.0');
		registry.setTime(name, '2.0.0', '2022-01-01T00:00:00.000Z');
	}

	await using place = await openTemporaryEngine(registry.url);
	const plan = await place.engine.planInstall(['before@1'], place.call);
	expect(plan.packages[0]?.evidence.find(({ kind }) => kind === 'registry-signature')).toMatchObject({ state: 'verified' });
	await expect(place.engine.planInstall(['after@1'], place.call)).rejects.toMatchObject({ code: 'evidence-invalid' });
});
