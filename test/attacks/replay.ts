import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plan } from '../../source/engine/index.ts';
import { EngineError } from '../../source/engine/index.ts';
import { type FakeRegistry, startFakeRegistry } from '../helpers/fake-registry.ts';
import type { LocalSigstore } from '../helpers/local-sigstore.ts';
import { serveAttested } from '../helpers/serve-attested.ts';
import { openTemporaryEngine, type TemporaryEngine } from '../helpers/temporary-engine.ts';

/** What an attack is made with. The victim has `@acme/plug` 1.2.3, built and attested by the workflow of acme/plug. */
export type Scene = { readonly registry: FakeRegistry; readonly sigstore: LocalSigstore };

export type Attack = {
	/** As the first cell of its row in docs/attacks.md. */
	readonly name: string;
	/** Publishes what the attacker publishes, and gives its name and version. */
	readonly strike: (scene: Scene) => Promise<{ readonly name: string; readonly version: string }>;
	/** What the victim types after it; an update of everything when left out. */
	readonly install?: readonly string[];
	/** Laid over the default policy. */
	readonly policy?: object;
};

export type Outcome = { readonly young: string; readonly aged: string; readonly evaluated: string };

export const VICTIM = '@acme/plug';
const HOUR_MILLISECONDS = 3_600_000;
// Quiet facts that every package of these replays has.
const LOUD: readonly string[] = ['danger', 'caution'];
const TELLING: readonly string[] = ['implicit-build', 'install-script', 'install-script-added', 'name-resembles'];

/** Replays an attack twice in homes of their own: an hour after it was published, and when it has long been there. */
export async function replay(attack: Attack, sigstore: LocalSigstore): Promise<Outcome> {
	await using registry = await startFakeRegistry();
	const scene = { registry, sigstore };
	await serveAttested(scene, {
		name: VICTIM,
		version: '1.2.3',
		manifest: { dependencies: { helper: '^1.0.0' } },
		files: { 'index.js': 'exports.shout = (text) => text.toUpperCase();\n' },
	});
	registry.serve('helper', '1.0.0', { _npmUser: { name: 'ana', email: 'ana@example.com' } }, { 'index.js': 'exports.help = () => 1;\n' });
	await using first = await victim(registry, { sigstore, attack });
	await using second = await victim(registry, { sigstore, attack });
	const { name, version } = await attack.strike(scene);
	registry.setTime(name, version, new Date(Date.now() - HOUR_MILLISECONDS).toISOString());
	const young = await tryAsVictim(first, attack, { name, version });
	registry.setTime(name, version, '2026-01-01T00:00:00.000Z');
	return {
		young,
		aged: await tryAsVictim(second, attack, { name, version }),
		evaluated: await evaluateAsVictim(second, `${name}@${version}`),
	};
}

async function victim(
	registry: FakeRegistry,
	{ sigstore, attack }: { readonly sigstore: LocalSigstore; readonly attack: Attack },
): Promise<TemporaryEngine> {
	const temporary = await openTemporaryEngine(registry.url);
	const root = join(temporary.folder, 'trusted_root.json');
	await writeFile(root, JSON.stringify(sigstore.trustedRoot()));
	await temporary.engine.trust.addRoot({ id: 'acme', file: root, scopes: ['@acme/*'] }, temporary.call);
	await temporary.install([`${VICTIM}@^1.2.0`]);
	if (attack.policy !== undefined) {
		const roots = [{ id: 'acme', file: root, scopes: ['@acme/*'] }];
		await writeFile(join(temporary.home, 'trust-policy.json'), JSON.stringify({ version: 1, roots, ...attack.policy }));
	}

	return { ...temporary, engine: await temporary.reopen() };
}

/** Every gate that spoke, as the words of the table. */
async function tryAsVictim(
	{ engine, call }: TemporaryEngine,
	{ install }: Attack,
	struck: { name: string; version: string },
): Promise<string> {
	try {
		const plan = await (install === undefined ? engine.planUpdate([], { ...call, toLatest: false }) : engine.planInstall(install, call));
		return wordsOf(plan, struck);
	} catch (error) {
		if (error instanceof EngineError) {
			return `refused ${error.code}`;
		}

		throw error;
	}
}

function wordsOf({ packages, requirements, notices, changes }: Plan, { name, version }: { name: string; version: string }): string {
	if (!packages.some((one) => one.isNew && one.name === name && one.version === version)) {
		return 'left aside';
	}

	const fresh = packages.filter(({ isNew }) => isNew);
	const words = [
		...requirements.map(({ type }) => `asks ${type}`),
		...fresh.flatMap(({ scan }) => scan?.difference?.gained ?? []).map(({ what }) => `shows new ${what}`),
		...changes.flatMap(({ type }) => (type === 'downgrade' ? ['shows downgrade'] : [])),
		...(notices.some(({ text }) => text.includes('Install scripts are never run')) ? ['shows install-script'] : []),
		...(notices.some(({ text }) => text.includes('the well-known')) ? ['shows name-resembles'] : []),
	];
	return words.length === 0 ? 'nothing' : [...new Set(words)].join(', ');
}

async function evaluateAsVictim({ engine, call }: TemporaryEngine, spec: string): Promise<string> {
	try {
		const { facts } = await engine.evaluate(spec, { ...call, against: null, advisories: null });
		const codes = facts.filter(({ severity, code }) => LOUD.includes(severity) || TELLING.includes(code)).map(({ code }) => code);
		return codes.length === 0 ? 'nothing' : [...new Set(codes)].toSorted().join(', ');
	} catch (error) {
		if (error instanceof EngineError) {
			return `refused ${error.code}`;
		}

		throw error;
	}
}
