import { readFile } from 'node:fs/promises';
import type { TrustMaterial } from '@sigstore/verify';
import { EngineError } from '../../errors.ts';
import { commonJs } from '../common-js.ts';
import { keepEncodingAndVerdicts } from './certificate-memo.ts';
import { readEmbeddedRoot } from './embedded-root.ts';
import type { EmbeddedRegistryKey } from './embedded-root.ts';
import { matchesAny } from '../policy/name-pattern.ts';
import type { RefreshedRoot } from './refresh-root.ts';

/** One Sigstore that is believed, and for which packages. */
export type TrustRoot = {
	readonly id: string;
	readonly scopes: readonly string[];
	/** ISO time after which its publisher promises nothing; null when the root does not say. */
	readonly expiresAt: string | null;
	/** Certificates and log keys, parsed when first needed and kept. */
	readonly material: () => Promise<SigstoreMaterial>;
};

export type SigstoreMaterial = Omit<TrustMaterial, 'publicKey'>;

export type TrustRoots = {
	readonly roots: readonly TrustRoot[];
	/** The public registry's own signing keys, known before any registry is asked. */
	readonly registryKeys: readonly EmbeddedRegistryKey[];
	readonly notices: readonly { readonly severity: 'warning'; readonly text: string }[];
};

/** A private root: a `trusted_root.json` by absolute path or already parsed. `scopes` are name patterns: a name, `@scope/*` or `*`. */
export type TrustRootFile = { readonly id: string; readonly scopes: readonly string[] } & (
	| { readonly path: string }
	| { readonly json: unknown }
);

const PUBLIC_ROOT_ID = 'public';
const DAY_MILLISECONDS = 86_400_000;
const WARN_DAYS = 60;

export type TrustRootOptions = {
	readonly files?: readonly TrustRootFile[];
	/** What `refreshTrustRoot` answered; it takes the place of the embedded public root. */
	readonly refreshed?: RefreshedRoot;
	/** Milliseconds since the epoch; the present when left out. */
	readonly now?: number;
};

/** The embedded public root plus the user's own. No network. Throws `settings-invalid` for a root that cannot be read or used. */
export async function loadTrustRoots(options: TrustRootOptions = {}): Promise<TrustRoots> {
	const embedded = await readEmbeddedRoot();
	const root = options.refreshed ?? { json: embedded.trustedRoot, expiresAt: embedded.expiresAt };
	const roots = [
		toTrustRoot({ id: PUBLIC_ROOT_ID, scopes: ['*'], ...root }),
		...(await Promise.all((options.files ?? []).map(loadRootFile))),
	];
	const twice = roots.find((root, index) => roots.findIndex((other) => other.id === root.id) !== index);
	if (twice !== undefined) {
		throw new EngineError('settings-invalid', `Two trust roots are called "${twice.id}".`, { hint: 'Give each trust root its own id.' });
	}

	// An unusable root is found now, not in the middle of an install; the embedded one is covered by tests and stays lazy.
	await Promise.all(roots.slice(options.refreshed === undefined ? 1 : 0).map((root) => root.material()));
	return { roots, registryKeys: embedded.registryKeys, notices: roots.flatMap((root) => expiryNotice(root, options.now ?? Date.now())) };
}

/**
 * The roots that may vouch for a package. A root bound to its name or scope is the only one: otherwise anyone with an account at the
 * public Sigstore could sign for a private scope.
 */
export function rootsFor(name: string, roots: readonly TrustRoot[]): readonly TrustRoot[] {
	const bound = roots.filter((root) =>
		matchesAny(
			root.scopes.filter((scope) => scope !== '*'),
			name,
		),
	);
	return bound.length > 0 ? bound : roots.filter((root) => root.scopes.includes('*'));
}

async function loadRootFile(file: TrustRootFile): Promise<TrustRoot> {
	const json: unknown = 'json' in file ? file.json : await readJson(file);
	return toTrustRoot({ id: file.id, scopes: file.scopes, expiresAt: null, json });
}

async function readJson(file: { readonly id: string; readonly path: string }): Promise<unknown> {
	try {
		return JSON.parse(await readFile(file.path, 'utf8'));
	} catch (error) {
		throw new EngineError('settings-invalid', `The trust root "${file.id}" could not be read from ${file.path}.`, {
			hint: 'Name an existing trusted_root.json, or remove the root from the settings.',
			cause: error,
		});
	}
}

function toTrustRoot({ json, ...root }: Omit<TrustRoot, 'material'> & { readonly json: unknown }): TrustRoot {
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

function expiryNotice({ id, expiresAt }: TrustRoot, now: number): TrustRoots['notices'] {
	if (expiresAt === null) {
		return [];
	}

	const days = Math.floor((Date.parse(expiresAt) - now) / DAY_MILLISECONDS);
	if (days > WARN_DAYS) {
		return [];
	}

	const when = days < 0 ? `expired ${-days} days ago` : `expires in ${days} days`;
	return [{ severity: 'warning', text: `The trust root "${id}" ${when} (${expiresAt}). Update plugward, or refresh the root.` }];
}
