import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as openpgp from 'openpgp';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Evidence, Plan } from '../../../source/engine/index.ts';
import { type FakeRegistry, startFakeRegistry } from '../../helpers/fake-registry.ts';
import { openTemporaryEngine } from '../../helpers/temporary-engine.ts';

const DAY = 86_400_000;
const NOW = Date.now();

type Person = { readonly private: openpgp.PrivateKey; readonly public: string; readonly revocation: string };

async function person(options: { readonly from?: Date; readonly seconds?: number } = {}): Promise<Person> {
	const made = await openpgp.generateKey({
		userIDs: [{ name: 'Ana Builder', email: 'ana@example.com' }],
		type: 'ecc',
		format: 'object',
		...(options.from === undefined ? {} : { date: options.from }),
		...(options.seconds === undefined ? {} : { keyExpirationTime: options.seconds }),
	});
	return { private: made.privateKey, public: made.publicKey.armor(), revocation: made.revocationCertificate };
}

async function sign(bytes: Uint8Array, by: Person, date = new Date(NOW - 60_000)): Promise<string> {
	const message = await openpgp.createMessage({ binary: bytes });
	return openpgp.sign({ message, signingKeys: by.private, detached: true, date });
}

let ana: Person;
let other: Person;

beforeAll(async () => {
	[ana, other] = await Promise.all([person({ from: new Date(NOW - 30 * DAY) }), person({ from: new Date(NOW - 30 * DAY) })]);
});

type Scene = {
	readonly registry: FakeRegistry;
	readonly tarball: Buffer;
	readonly serveSignature: (armored: string, version?: string) => void;
};

/** What is proven about `@acme/app` for a user who named these keys. */
async function evidenceFor(
	keys: string | null,
	arrange: (scene: Scene) => Promise<void>,
	names = ['@acme/*'],
): Promise<{ plan: Plan; evidence: Evidence | undefined; asked: number }> {
	await using registry = await startFakeRegistry();
	const { tarball } = registry.serve('@acme/app', '1.0.0');
	await arrange({
		registry,
		tarball,
		serveSignature: (armored, version = '1.0.0') =>
			registry.serveRaw(`/@acme/app/-/app-${version}.tgz.asc`, { headers: { 'content-type': 'text/plain' }, body: armored }),
	});
	await using temporary = await openTemporaryEngine(registry.url);
	await temporary.engine.list(temporary.call);
	const file = join(temporary.folder, 'keys.asc');
	await writeFile(file, keys ?? 'no keys here');
	await writeFile(join(temporary.home, 'trust-policy.json'), JSON.stringify({ version: 1, openpgp: [{ names, keys: file }] }));
	const plan = await (await temporary.reopen()).planInstall(['@acme/app@1.0.0'], temporary.call);
	return {
		plan,
		evidence: plan.packages[0]?.evidence.find(({ kind }) => kind === 'openpgp'),
		asked: registry.requests.filter(({ path }) => path.endsWith('.asc')).length,
	};
}

describe('an OpenPGP signature beside the tarball', () => {
	it('by a key that the user named is verified and makes the package known', async () => {
		const { plan, evidence } = await evidenceFor(ana.public, async ({ tarball, serveSignature }) =>
			serveSignature(await sign(tarball, ana)),
		);
		expect(evidence).toMatchObject({ state: 'verified', code: null });
		expect(evidence?.reason).toMatch(/^Signed by OpenPGP key [0-9A-F]{40} \(Ana Builder <ana@example\.com>\), which you named\.$/);
		expect(plan.packages[0]?.verdict.level).toBe('known');
	});

	it('is found among several keys of one file', async () => {
		const { evidence } = await evidenceFor(`${other.public}\n${ana.public}`, async ({ tarball, serveSignature }) =>
			serveSignature(await sign(tarball, ana)),
		);
		expect(evidence?.state).toBe('verified');
	});

	it('of other bytes is refused', async () => {
		const refused = evidenceFor(ana.public, async ({ tarball, serveSignature }) =>
			serveSignature(await sign(Buffer.concat([tarball, Buffer.from('x')]), ana)),
		);
		await expect(refused).rejects.toMatchObject({ code: 'evidence-invalid', details: [{ kind: 'openpgp', code: 'openpgp-mismatch' }] });
	});

	it('that is broken itself is refused', async () => {
		const refused = evidenceFor(ana.public, async ({ serveSignature }) =>
			serveSignature('-----BEGIN PGP SIGNATURE-----\n\nAAAA\n-----END PGP SIGNATURE-----\n'),
		);
		await expect(refused).rejects.toMatchObject({ code: 'evidence-invalid' });
	});

	it('by another key counts for nothing', async () => {
		const { plan, evidence } = await evidenceFor(ana.public, async ({ tarball, serveSignature }) =>
			serveSignature(await sign(tarball, other)),
		);
		expect(evidence).toMatchObject({ state: 'unavailable', code: 'openpgp-key-unknown' });
		expect(plan.packages[0]?.verdict.level).toBe('unknown');
	});

	it('by a key that has ended since counts for nothing, for it could be dated back', async () => {
		const lapsed = await person({ from: new Date(NOW - 10 * DAY), seconds: 86_400 });
		const { evidence } = await evidenceFor(lapsed.public, async ({ tarball, serveSignature }) =>
			serveSignature(await sign(tarball, lapsed, new Date(NOW - 9.5 * DAY))),
		);
		expect(evidence).toMatchObject({ state: 'unavailable', code: 'openpgp-key-lapsed' });
	});

	it('by a key that had ended when it was made is refused', async () => {
		const ended = await person({ from: new Date(NOW - 10 * DAY), seconds: 86_400 });
		// The same key with a longer life signs, and the user has only the short one.
		const longer = await openpgp.reformatKey({
			privateKey: ended.private,
			userIDs: [{ name: 'Ana Builder', email: 'ana@example.com' }],
			keyExpirationTime: 100 * 86_400,
			date: new Date(NOW - 9.9 * DAY),
			format: 'object',
		});
		const refused = evidenceFor(ended.public, async ({ tarball, serveSignature }) =>
			serveSignature(await sign(tarball, { ...ended, private: longer.privateKey })),
		);
		await expect(refused).rejects.toMatchObject({ details: [{ code: 'openpgp-key-expired' }] });
	});

	it('by a revoked key is refused', async () => {
		const key = await openpgp.readKey({ armoredKey: ana.public });
		const revoked = await openpgp.revokeKey({ key, revocationCertificate: ana.revocation, format: 'object' });
		const refused = evidenceFor(revoked.publicKey.armor(), async ({ tarball, serveSignature }) => serveSignature(await sign(tarball, ana)));
		await expect(refused).rejects.toMatchObject({ details: [{ code: 'openpgp-key-revoked' }] });
	});

	it('that is missing is unavailable, and absent once another version shows that the registry serves them', async () => {
		const none = await evidenceFor(ana.public, async () => {});
		expect(none.evidence).toMatchObject({ state: 'unavailable', code: 'openpgp-not-served' });
		const { evidence } = await evidenceFor(ana.public, async ({ registry, serveSignature }) => {
			const { tarball } = registry.serve('@acme/app', '1.1.0');
			serveSignature(await sign(tarball, ana), '1.1.0');
		});
		expect(evidence).toMatchObject({ state: 'absent', code: 'openpgp-absent' });
	});

	it('is not asked for where the policy names no keys for the package', async () => {
		const { evidence, asked } = await evidenceFor(ana.public, async () => {}, ['@other/*']);
		expect({ evidence, asked }).toEqual({ evidence: undefined, asked: 0 });
	});

	it('cannot be checked with a key file that holds no key, and says so', async () => {
		const refused = evidenceFor(null, async ({ tarball, serveSignature }) => serveSignature(await sign(tarball, ana)));
		await expect(refused).rejects.toMatchObject({ code: 'settings-invalid' });
	});
});
