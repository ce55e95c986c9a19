import { readFile } from 'node:fs/promises';
import type { TrustMaterial } from '@sigstore/verify';
import { EngineError } from '../../errors.ts';
import { commonJs } from '../common-js.ts';
import { unavailable } from '../evidence/outcome.ts';
import { matchesAny } from '../policy/name-pattern.ts';
import { keepEncodingAndVerdicts } from './certificate-memo.ts';
import { readEmbeddedRoot } from './embedded-root.ts';
import type { EmbeddedRegistryKey } from './embedded-root.ts';
import { loadKeptRoot } from './load-kept-root.ts';
import { type RootStatus, rootWarning } from './root-status.ts';

/** One Sigstore that is believed, and for which packages. */
export type TrustRoot = RootStatus & {
	/** Certificates and log keys, parsed when first needed and kept. Rejects with an `EvidenceFault` when nothing of it is proven. */
	readonly material: () => Promise<SigstoreMaterial>;
};

export type SigstoreMaterial = Omit<TrustMaterial, 'publicKey'>;

export type TrustRoots = {
	readonly roots: readonly TrustRoot[];
	/** The public registry's own signing keys, known before any registry is asked. */
	readonly registryKeys: readonly EmbeddedRegistryKey[];
	readonly notices: readonly { readonly severity: 'warning'; readonly text: string }[];
};

/**
 * A private root: a `trusted_root.json` by absolute path or already parsed, or what was fetched last from a TUF repository, held against
 * the root.json at `anchorPath`. `scopes` are name patterns: a name, `@scope/*` or `*`; `registries` are URLs.
 */
export type TrustRootFile = { readonly id: string; readonly scopes: readonly string[]; readonly registries?: readonly string[] } & (
	| { readonly path: string }
	| { readonly json: unknown }
	| { readonly mirror: string; readonly anchorPath: string; readonly keptPath: string }
);

export const PUBLIC_ROOT_ID = 'public';

export type TrustRootOptions = {
	readonly files?: readonly TrustRootFile[];
	/** Where the last refresh of the public root lies, if there was one; it counts only while it proves itself from the embedded root. */
	readonly keptPublicPath?: string;
	/** Milliseconds since the epoch; the present when left out. */
	readonly now?: number;
};

/** The embedded public root plus the user's own. No network. Throws `settings-invalid` for a root that cannot be read or used. */
export async function loadTrustRoots(options: TrustRootOptions = {}): Promise<TrustRoots> {
	const now = options.now ?? Date.now();
	const embedded = await readEmbeddedRoot();
	const roots = [
		await publicRoot(embedded, { path: options.keptPublicPath ?? null, now }),
		...(await Promise.all((options.files ?? []).map((file) => loadRoot(file, now)))),
	];
	const twice = roots.find((root, index) => roots.findIndex((other) => other.id === root.id) !== index);
	if (twice !== undefined) {
		throw new EngineError('settings-invalid', `Two trust roots are called "${twice.id}".`, { hint: 'Give each trust root its own id.' });
	}

	// An unusable file is found now, not in the middle of an install; the embedded one is covered by tests and stays lazy.
	await Promise.all(roots.filter(({ source }) => source === 'file').map((root) => root.material()));
	return {
		roots,
		registryKeys: embedded.registryKeys,
		notices: roots.flatMap((root) => {
			const warning = rootWarning(root, now);
			return warning === null ? [] : [{ severity: 'warning' as const, text: `${warning.text} ${warning.fix}` }];
		}),
	};
}

/**
 * The roots that may vouch for a package. A root bound to its name, its scope or its registry is the only one: otherwise anyone with an
 * account at the public Sigstore could sign for a private scope.
 */
export function rootsFor(name: string, roots: readonly TrustRoot[], registryUrl: string | null = null): readonly TrustRoot[] {
	const bound = roots.filter(({ scopes, registries }) => {
		const named = scopes.filter((scope) => scope !== '*');
		return matchesAny(named, name) || (registryUrl !== null && registries.some((url) => sameUrl(url, registryUrl)));
	});
	return bound.length > 0 ? bound : roots.filter((root) => root.scopes.includes('*'));
}

function sameUrl(a: string, b: string): boolean {
	return a.replace(/\/+$/, '') === b.replace(/\/+$/, '');
}

async function publicRoot(
	embedded: Awaited<ReturnType<typeof readEmbeddedRoot>>,
	{ path, now }: { readonly path: string | null; readonly now: number },
): Promise<TrustRoot> {
	const status = { id: PUBLIC_ROOT_ID, scopes: ['*'], registries: [] };
	const kept = path === null ? null : await loadKeptRoot(path, { anchor: embedded.rootMetadata, now });
	if (kept?.type === 'proven') {
		return toTrustRoot({ ...status, source: 'refreshed', problem: null, ...kept.status, json: kept.json });
	}

	return toTrustRoot({
		...status,
		source: 'embedded',
		version: embedded.version,
		expiresAt: embedded.expiresAt,
		refreshedAt: null,
		mirror: null,
		problem: kept === null ? null : kept.problem,
		json: embedded.trustedRoot,
	});
}

async function loadRoot(file: TrustRootFile, now: number): Promise<TrustRoot> {
	const status = { id: file.id, scopes: file.scopes, registries: file.registries ?? [] };
	const unknown = { version: null, expiresAt: null, refreshedAt: null, mirror: null, problem: null };
	if ('json' in file) {
		return toTrustRoot({ ...status, ...unknown, source: 'file', json: file.json });
	}

	if ('path' in file) {
		const json: unknown = JSON.parse(await readRootFile(file.id, file.path));
		return toTrustRoot({ ...status, ...unknown, source: 'file', json });
	}

	const anchor = await readRootFile(file.id, file.anchorPath);
	const kept = await loadKeptRoot(file.keptPath, { anchor, now });
	if (kept?.type === 'proven') {
		return toTrustRoot({ ...status, source: 'tuf', problem: null, ...kept.status, mirror: file.mirror, json: kept.json });
	}

	const problem = kept === null ? 'it was never fetched' : kept.problem;
	const fault = unavailable('root-unusable', `The trust root "${file.id}" has nothing to believe: ${problem}.`);
	return { ...status, ...unknown, source: 'tuf', mirror: file.mirror, problem, material: () => Promise.reject(fault) };
}

/** The text of a file that is JSON. */
async function readRootFile(id: string, path: string): Promise<string> {
	try {
		const text = await readFile(path, 'utf8');
		JSON.parse(text);
		return text;
	} catch (error) {
		throw new EngineError('settings-invalid', `The trust root "${id}" could not be read from ${path}.`, {
			hint: 'Name an existing file, or remove the root: plugward trust roots remove ID',
			cause: error,
		});
	}
}

function toTrustRoot({ json, ...root }: RootStatus & { readonly json: unknown }): TrustRoot {
	let parsed: Promise<SigstoreMaterial> | null = null;
	return { ...root, material: () => (parsed ??= parseMaterial(root.id, json)) };
}

// Loaded when first used: importing the verifier costs more than most commands.
async function parseMaterial(id: string, json: unknown): Promise<SigstoreMaterial> {
	const [{ parseTrustedRoot }, verifier] = await Promise.all([import('./trusted-root-document.ts'), import('@sigstore/verify')]);
	const document = parseTrustedRoot(id, json);
	try {
		const material = commonJs(verifier).toTrustMaterial(document);
		for (const authority of [...material.certificateAuthorities, ...material.timestampAuthorities]) {
			authority.certChain.forEach(keepEncodingAndVerdicts);
		}

		return material;
	} catch (error) {
		throw new EngineError('settings-invalid', `The trust root "${id}" holds a key or certificate that cannot be read.`, {
			hint: 'Fetch the trusted_root.json again from whoever runs that Sigstore.',
			cause: error,
		});
	}
}
