import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { EngineError } from '../../errors.ts';
import { writePrivateFile } from '../../home/index.ts';
import { stripToLine } from '../../strip-controls.ts';
import {
	loadKeptRoot,
	type PolicyRoot,
	PUBLIC_MIRROR,
	PUBLIC_ROOT_ID,
	readEmbeddedRoot,
	refreshTrustRoot,
	requireNotOlder,
	rootWarning,
	TufFault,
} from '../../trust/index.ts';
import type { RefreshedRootSummary, RootRequest, RootSummary } from '../../trust-calls.ts';
import type { EngineContext } from '../engine-context.ts';
import { keptRootPath } from './believe.ts';
import { editPolicy } from './edit-policy.ts';

export async function listRoots(context: EngineContext): Promise<readonly RootSummary[]> {
	const { roots } = await context.trustRoots();
	const now = context.clock().getTime();
	return roots.map(({ material: _material, ...root }) => {
		const warning = rootWarning(root, now);
		return { ...root, warning: warning === null ? null : warning.text };
	});
}

/** Takes a private Sigstore in: a file after reading it, a TUF repository after fetching from it. */
export async function addRoot(context: EngineContext, request: RootRequest, signal: AbortSignal): Promise<void> {
	if (request.id === PUBLIC_ROOT_ID) {
		throw new EngineError('usage', `"${PUBLIC_ROOT_ID}" is the name of the public Sigstore, which is built in.`, {
			hint: 'Give yours another name.',
		});
	}

	const root = toPolicyRoot(context, request);
	const fetched = 'tuf' in root ? await fetchKept(context, await repositoryOf(root), { id: root.id, signal }) : null;
	const before = context.policy.roots.find(({ id }) => id === root.id);
	await editPolicy(context, 'roots', (roots) => [...roots.filter(({ id }) => id !== root.id), root]);
	try {
		await fetched?.keep();
		await context.reloadPolicies();
		await context.trustRoots();
	} catch (error) {
		await editPolicy(context, 'roots', (roots) => [...roots.filter(({ id }) => id !== root.id), ...(before === undefined ? [] : [before])]);
		throw error;
	}
}

export async function removeRoot(context: EngineContext, id: string): Promise<void> {
	if (!context.policy.roots.some((root) => root.id === id)) {
		throw new EngineError('usage', `No trust root of yours is called ${stripToLine(id)}.`, { hint: 'See them: plugward trust roots' });
	}

	await editPolicy(context, 'roots', (roots) => roots.filter((root) => root.id !== id));
}

/** Fetches roots anew; null: the public one and every private one that comes from a TUF repository. */
export async function refreshRoots(
	context: EngineContext,
	{ id, mirror }: { readonly id: string | null; readonly mirror: string | null },
	signal: AbortSignal,
): Promise<readonly RefreshedRootSummary[]> {
	const own = context.policy.roots.filter((root) => 'tuf' in root && (id === null || root.id === id));
	const isPublic = id === null || id === PUBLIC_ROOT_ID;
	if (!isPublic && own.length === 0) {
		throw notRefreshable(context, id);
	}

	if (mirror !== null && id !== PUBLIC_ROOT_ID) {
		throw new EngineError('usage', 'Another address is for the public root; a private one has its own in the policy.', {
			hint: `For instance: plugward trust roots refresh ${PUBLIC_ROOT_ID} --tuf https://mirror.example.com/tuf`,
		});
	}

	requireNetwork(context, 'A trust root is fetched over the network');
	const { rootMetadata } = await readEmbeddedRoot();
	const targets = [
		...(isPublic ? [{ id: PUBLIC_ROOT_ID, url: mirror ?? PUBLIC_MIRROR, anchor: rootMetadata }] : []),
		...(await Promise.all(own.map(async (root) => ({ id: root.id, ...(await repositoryOf(root)) })))),
	];
	const fetched = [];
	for (const target of targets) {
		fetched.push(await fetchKept(context, target, { id: target.id, signal }));
	}

	// Only when all of it is proven does anything change.
	for (const one of fetched) {
		await one.keep();
	}

	await context.reloadPolicies();
	return fetched.map(({ summary }) => summary);
}

type Repository = { readonly url: string; readonly anchor: string };

/** Fetches, and compares with what was kept before; nothing is written until `keep`. */
async function fetchKept(
	context: EngineContext,
	{ url, anchor }: Repository,
	{ id, signal }: { readonly id: string; readonly signal: AbortSignal },
): Promise<{ readonly summary: RefreshedRootSummary; readonly keep: () => Promise<void> }> {
	requireNetwork(context, 'A trust root is fetched over the network');
	const now = context.clock().getTime();
	const path = keptRootPath(context.options, id);
	const before = await loadKeptRoot(path, { anchor, now });
	const { kept, proven } = await refreshTrustRoot({ url, anchor }, { signal, now });
	const known = before?.type === 'proven' ? before.proven : null;
	if (known !== null) {
		refuseOlder(url, () => requireNotOlder(proven, known));
	}

	const { version, expiresAt, refreshedAt } = proven;
	const isChanged = known === null || JSON.stringify(known.versions) !== JSON.stringify(proven.versions);
	return {
		summary: { id, mirror: url, versionBefore: known?.version ?? null, version, expiresAt, refreshedAt, isChanged },
		keep: () => writePrivateFile(path, `${JSON.stringify(kept)}\n`),
	};
}

function refuseOlder(url: string, check: () => void): void {
	try {
		check();
	} catch (error) {
		if (!(error instanceof TufFault)) {
			throw error;
		}

		throw new EngineError('evidence-invalid', `What ${url} serves as a trust root is refused: ${error.message}.`, {
			hint: 'What was believed before still is; ask whoever runs that repository.',
			cause: error,
		});
	}
}

function toPolicyRoot({ options: { cwd } }: EngineContext, request: RootRequest): PolicyRoot {
	const bound = { id: request.id, scopes: request.scopes, registries: request.registries ?? [] };
	return 'file' in request
		? { ...bound, file: resolve(cwd, request.file) }
		: { ...bound, tuf: request.tuf, root: resolve(cwd, request.root) };
}

async function repositoryOf(root: PolicyRoot): Promise<Repository> {
	if (!('tuf' in root)) {
		throw new EngineError('usage', `The trust root "${root.id}" is a file; nothing is fetched for it.`, { hint: 'Replace the file.' });
	}

	try {
		return { url: root.tuf, anchor: await readFile(root.root, 'utf8') };
	} catch (error) {
		throw new EngineError('settings-invalid', `The root.json of "${root.id}" could not be read from ${root.root}.`, {
			hint: 'Name the file that you got from whoever runs that Sigstore: --root FILE',
			cause: error,
		});
	}
}

function notRefreshable({ policy }: EngineContext, id: string | null): EngineError {
	const isFile = policy.roots.some((root) => root.id === id);
	const name = stripToLine(id ?? '');
	return new EngineError(
		'usage',
		isFile ? `The trust root "${name}" is a file; nothing is fetched for it.` : `No trust root is called ${name}.`,
		{
			hint: isFile ? 'Replace the file, and its contents hold from then on.' : 'See them: plugward trust roots',
		},
	);
}

function requireNetwork({ options }: EngineContext, sentence: string): void {
	if (options.offline) {
		throw new EngineError(
			'offline-missing',
			`${sentence}, and this is offline. What is built in and what was fetched before still holds.`,
			{
				hint: 'Run the same command without --offline.',
			},
		);
	}
}
