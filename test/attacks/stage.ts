import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Engine, Plan } from '../../source/engine/index.ts';
import { EngineError } from '../../source/engine/index.ts';
import { type FakeRegistry, startFakeRegistry } from '../helpers/fake-registry.ts';
import type { LocalSigstore } from '../helpers/local-sigstore.ts';
import { type AttestedVersion, serveAttested } from '../helpers/serve-attested.ts';
import { openTemporaryEngine, type TemporaryEngine } from '../helpers/temporary-engine.ts';

/** A victim who believes one private Sigstore for `@acme/*`, and what the attacker can reach. */
export type Stage = {
	readonly registry: FakeRegistry;
	readonly sigstore: LocalSigstore;
	readonly victim: TemporaryEngine;
	/** Publishes with true provenance; a normal release of acme/plug when nothing else is said. */
	readonly attested: (version: string, changes?: Partial<AttestedVersion>) => ReturnType<typeof serveAttested>;
	/** Lays keys over the victim's policy and opens the home again. */
	readonly setPolicy: (policy: object) => Promise<Engine>;
	/** The packument of a package as an attacker who holds the registry wants it told. */
	readonly rewrite: (name: string, change: (packument: Packument) => void) => Promise<void>;
};

export type Packument = {
	readonly versions: Record<string, { dependencies?: object; version?: string; dist: Record<string, unknown> }>;
	time: Record<string, string>;
	'dist-tags': Record<string, string>;
};

export const PLUG = '@acme/plug';

/** Opens a stage, plays on it, and clears it away. */
export async function onStage(sigstore: LocalSigstore, play: (stage: Stage) => Promise<string>): Promise<string> {
	await using registry = await startFakeRegistry();
	await using victim = await openTemporaryEngine(registry.url);
	const root = join(victim.folder, 'trusted_root.json');
	await writeFile(root, JSON.stringify(sigstore.trustedRoot()));
	const roots = [{ id: 'acme', file: root, scopes: ['@acme/*'] }];
	const setPolicy = async (policy: object): Promise<Engine> => {
		await writeFile(join(victim.home, 'trust-policy.json'), JSON.stringify({ version: 1, roots, ...policy }));
		return victim.reopen();
	};
	await victim.engine.list(victim.call);
	const engine = await setPolicy({});
	// Awaited here, or the stage would be cleared away under the play.
	return await play({
		registry,
		sigstore,
		victim: { ...victim, engine },
		setPolicy,
		attested: (version, changes = {}) => serveAttested({ registry, sigstore }, { name: PLUG, version, ...changes }),
		rewrite: async (name, change) => {
			const packument = (await (await fetch(`${registry.url}${name}`)).json()) as Packument;
			change(packument);
			registry.serveRaw(`/${name}`, { body: JSON.stringify(packument) });
		},
	});
}

/** What became of it, in the words of the table: refused, asked about, left aside, or installed at a level. */
export async function outcomeOf(planning: () => Promise<Plan>, struck: string): Promise<string> {
	let plan: Plan;
	try {
		plan = await planning();
	} catch (error) {
		return refusal(error);
	}

	const found = plan.packages.find(({ id, isNew }) => isNew && id === struck);
	if (found === undefined) {
		return 'left aside';
	}

	const asked = [...new Set(plan.requirements.map(({ type }) => type))];
	return asked.length > 0 ? `asks ${asked.join(', ')}` : `installs as ${found.verdict.level}`;
}

export function refusal(error: unknown): string {
	if (!(error instanceof EngineError)) {
		throw error;
	}

	const details = error.details as readonly { readonly code?: string }[] | undefined;
	const code = Array.isArray(details) ? details[0]?.code : undefined;
	return code === undefined || code === null ? `refused ${error.code}` : `refused ${error.code} (${code})`;
}
