/**
 * What `npm audit signatures` does, done by plugward's own parts in one process: asks the registry about every package, and proves
 * signature, provenance and publish attestation. Nothing is kept. Usage: node collect-evidence.js REGISTRY FOLDER
 */
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseIntegrity } from '../../source/engine/integrity.ts';
import { collectArtefactEvidence } from '../../source/engine/operations/artefacts/collect-artefact-evidence.ts';
import type { EngineContext } from '../../source/engine/operations/engine-context.ts';
import { runConcurrently } from '../../source/engine/operations/run-concurrently.ts';
import { lazyRegistryClient } from '../../source/engine/registry/index.ts';
import { DEFAULT_POLICY, loadTrustRoots } from '../../source/engine/trust/index.ts';

const CONCURRENT_PACKAGES = 20;

const [registryUrl = '', folder = '', tree = ''] = process.argv.slice(2);
const names = JSON.parse(await readFile(join(folder, 'names.json'), 'utf8')) as readonly string[];
const { signal } = new AbortController();
await using registry = lazyRegistryClient({
	cwd: folder,
	environment: process.env,
	registry: registryUrl,
	offline: false,
	cacheFolder: await mkdtemp(join(folder, 'cache-')),
	onNotice: () => undefined,
});
await registry.open();
const roots = loadTrustRoots({ files: [{ id: 'bench', path: join(folder, 'trusted_root.json'), scopes: ['@bench/*'] }] });
// Only what collecting evidence looks at.
const context = {
	registry,
	policy: DEFAULT_POLICY,
	options: { offline: false },
	clock: () => new Date(),
	trustRoots: () => roots,
} as unknown as EngineContext;
const answers = await registry.metadata.load(names, { signal });
const proven = { signature: 0, provenance: 0, publish: 0 };
await runConcurrently(names, CONCURRENT_PACKAGES, async (name) => {
	const answer = answers.get(name);
	const manifest = answer?.type === 'found' ? answer.index.manifest(0) : null;
	const integrity = parseIntegrity(manifest?.integrity ?? '');
	if (manifest === null || integrity === null) {
		throw new Error(`${name} is not served`);
	}

	const evidence = await collectArtefactEvidence(
		context,
		{
			manifest,
			publishedAt: answer?.type === 'found' ? answer.index.publishedAt(0) : null,
			integrity,
			packageJson: JSON.parse(readFileSync(join(tree, 'node_modules', name, 'package.json'), 'utf8')) as unknown,
			readPacked: () => Promise.reject(new Error('no OpenPGP key is configured')),
			source: 'lock',
			previous: [],
			othersAttested: true,
		},
		signal,
	);
	const isVerified = (kind: string): number => Number(evidence.some((one) => one.kind === kind && one.state === 'verified'));
	proven.signature += isVerified('registry-signature');
	proven.provenance += isVerified('provenance');
	proven.publish += isVerified('publish-attestation');
});
process.stdout.write(`${JSON.stringify(proven)}\n`);
if (Object.values(proven).some((count) => count !== names.length)) {
	process.exitCode = 1;
}
