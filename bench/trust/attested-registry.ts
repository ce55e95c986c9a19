/**
 * A registry on loopback whose packages all carry a registry signature, provenance and a publish attestation, made by a Sigstore of its
 * own; it serves that Sigstore's TUF repository as well. Writes what clients need to believe it and prints its address.
 * Usage: node attested-registry.ts FOLDER COUNT
 */
import { sign } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hexOfIntegrity, parseIntegrity } from '../../source/engine/integrity.ts';
import { githubClaims, PUBLISH, SLSA_V1, slsaV1, statement } from '../../test/engine/trust/attested-package.ts';
import { startFakeRegistry } from '../../test/helpers/fake-registry.ts';
import { newKeyPair, startLocalSigstore } from '../../test/helpers/local-sigstore.ts';
import { newTufKeys, tufRepository } from '../../test/helpers/tuf-repository.ts';

const KEY_ID = 'SHA256:bench';
const VERSION = '1.2.3';

const [folder = '', count = '100'] = process.argv.slice(2);
const sigstore = await startLocalSigstore();
const registry = await startFakeRegistry();
const key = newKeyPair();
const trustedRoot = JSON.stringify(sigstore.trustedRoot());
const tuf = tufRepository(trustedRoot, { keys: newTufKeys() });
const names = Array.from({ length: Number(count) }, (_, index) => `@bench/plug-${index}`);
for (const name of names) {
	await serveAttested(name);
}

// The log is the slow part and only signs; from here on nobody needs it.
await sigstore[Symbol.asyncDispose]();
registry.serveSignatures([
	{
		keyid: KEY_ID,
		keytype: 'ecdsa-sha2-nistp256',
		scheme: 'ecdsa-sha2-nistp256',
		key: key.publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
		expires: null,
	},
]);
for (const [path, body] of tuf.files) {
	registry.serveRaw(path, { body });
}

await Promise.all([
	writeFile(join(folder, 'trusted_root.json'), trustedRoot),
	writeFile(join(folder, 'tuf-root.json'), tuf.root),
	writeFile(join(folder, 'names.json'), JSON.stringify(names)),
]);
process.stdout.write(`${registry.url}\n`);

async function serveAttested(name: string): Promise<void> {
	const repository = name.slice(1);
	const served = registry.serve(
		name,
		VERSION,
		{ repository: { type: 'git', url: `git+https://github.com/${repository}.git` } },
		{ 'index.js': `exports.name = '${name}';\n` },
	);
	const integrity = parseIntegrity(served.integrity);
	const subject = {
		name: `pkg:npm/${name.replace('@', '%40')}@${VERSION}`,
		digest: { sha512: integrity === null ? '' : hexOfIntegrity(integrity) },
	};
	const build = statement(SLSA_V1, slsaV1(repository), [subject]);
	const publish = statement(PUBLISH, { name, version: VERSION, registry: 'https://registry.example.com' }, [subject]);
	registry.serveAttestations(name, VERSION, {
		attestations: [
			{ predicateType: PUBLISH, bundle: await sigstore.attestWithKey(publish, { hint: KEY_ID, privateKey: key.privateKey }) },
			{ predicateType: SLSA_V1, bundle: await sigstore.attest(build, { claims: githubClaims(repository) }) },
		],
	});
	const signed = Buffer.from(`${name}@${VERSION}:${served.integrity}`);
	registry.setDistribution(name, VERSION, {
		signatures: [{ keyid: KEY_ID, sig: sign('sha256', signed, key.privateKey).toString('base64') }],
	});
}
