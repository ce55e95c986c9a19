import semver from 'semver';
import { EngineError } from '../../errors.ts';
import type { CallOptions } from '../../events.ts';
import type { Generation } from '../../home/index.ts';
import type { InstanceId, Lock, LockPackage } from '../../lock.ts';
import type { PackageIndex } from '../../resolver/index.ts';
import { stripToLine } from '../../strip-controls.ts';
import type { WhyEdge, WhyPackage, WhyReport, WhyRequest, WhyStep } from '../../version-questions.ts';
import type { EngineContext } from '../engine-context.ts';
import { latestVersion } from '../versions/latest-version.ts';
import { parseOverride } from '../versions/override-text.ts';
import { parseSpec } from '../versions/parse-spec.ts';
import { notInstalled } from '../apply/require-installed.ts';
import { type Asking, pathsTo, reverseEdges } from './why-paths.ts';
import { rangeOf } from './why-not-latest.ts';

/** Who asked for what is installed, from the lock and the files of the asking packages. Throws `not-installed`. */
export async function why(context: EngineContext, { spec, mostPaths }: WhyRequest, options: CallOptions): Promise<WhyReport> {
	const generation = await context.home.current();
	const ids = matching(generation, spec);
	const index = await indexOf(context, generation.lock.packages[ids[0] ?? '']?.name ?? '', options);
	const reverse = reverseEdges(generation.lock);
	const ranges = new RangeReader(context, generation.lock);
	const packages: WhyPackage[] = [];
	for (const id of ids) {
		const locked = generation.lock.packages[id];
		if (locked === undefined) {
			continue;
		}

		const { paths, count, isCounted } = pathsTo(id, { reverse, mostPaths });
		const askings = reverse.get(id) ?? [];
		packages.push({
			id,
			name: locked.name,
			version: locked.version,
			latest: index === null ? null : latestVersion(index),
			paths: await Promise.all(paths.map((path) => Promise.all(path.map((asking) => stepOf(asking, { lock: generation.lock, ranges }))))),
			pathCount: count,
			isCounted,
			overrides: generation.settings.overrides.filter((text) => parseOverride(text).name === locked.name),
			edges: await Promise.all(askings.map((asking) => edgeOf(asking, { generation, ranges, index, locked }))),
		});
	}

	return { generation: generation.number, packages };
}

function matching(generation: Generation, text: string): readonly InstanceId[] {
	const { name, spec } = parseSpec(text);
	const { lock } = generation;
	const named = Object.entries(lock.packages).filter(([id, locked]) => locked.name === name || lock.roots[name]?.instance === id);
	const ids = named.filter(([, { version }]) => spec === '*' || semver.satisfies(version, spec, { loose: true })).map(([id]) => id);
	if (ids.length > 0) {
		return ids;
	}

	const explainHint = `See what would come of it: plugward explain ${stripToLine(text)}`;
	const versions = [...new Set(named.map(([, { version }]) => version))];
	throw versions.length === 0
		? new EngineError('not-installed', notInstalled(generation, name).message, { hint: explainHint })
		: new EngineError('not-installed', `${name}@${stripToLine(spec)} is not installed; ${versions.join(', ')} is.`, { hint: explainHint });
}

/** Null, with a notice, where no registry and no store can tell. */
async function indexOf(context: EngineContext, name: string, { signal, onEvent }: CallOptions): Promise<PackageIndex | null> {
	try {
		const answer = (await context.registry.metadata.load([name], { signal })).get(name);
		return answer?.type === 'found' ? answer.index : null;
	} catch (error) {
		if (!(error instanceof EngineError) || error.code === 'cancelled') {
			throw error;
		}

		onEvent({ type: 'notice', severity: 'warning', code: error.code, text: `Newer versions are not known: ${error.message}` });
		return null;
	}
}

/** Ranges out of the package.json of the asking packages, each read once. */
class RangeReader {
	readonly #context: EngineContext;
	readonly #lock: Lock;
	readonly #files = new Map<InstanceId, Promise<unknown>>();

	constructor(context: EngineContext, lock: Lock) {
		this.#context = context;
		this.#lock = lock;
	}

	async read({ from, name }: Asking): Promise<Pick<WhyStep, 'kind' | 'range'>> {
		const locked = from === null ? undefined : this.#lock.packages[from];
		if (from === null || locked === undefined) {
			return { kind: 'asked', range: this.#lock.roots[name]?.spec ?? null };
		}

		const file = await this.#files.getOrInsertComputed(from, () => this.#packageJson(locked));
		const kind = locked.peers.includes(name) ? 'peer' : textAt(file, 'optionalDependencies', name) === null ? 'dependency' : 'optional';
		const list = { peer: 'peerDependencies', dependency: 'dependencies', optional: 'optionalDependencies' }[kind];
		return { kind, range: textAt(file, list, name) };
	}

	/** Null when the files are damaged: the lock still tells who asks. */
	async #packageJson({ integrity }: LockPackage): Promise<unknown> {
		try {
			return await this.#context.home.store.readPackageJson(integrity);
		} catch (error) {
			if (error instanceof EngineError && error.code === 'home-damaged') {
				return null;
			}

			throw error;
		}
	}
}

function textAt(file: unknown, list: string, name: string): string | null {
	const entries = valueAt(file, list);
	const text = valueAt(entries, name);
	return typeof text === 'string' ? text : null;
}

function valueAt(value: unknown, key: string): unknown {
	return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
		? Object.entries(value).find(([name]) => name === key)?.[1]
		: null;
}

async function stepOf(asking: Asking, { lock, ranges }: { readonly lock: Lock; readonly ranges: RangeReader }): Promise<WhyStep> {
	const { name, version } = lock.packages[asking.to] ?? { name: asking.name, version: '' };
	return { id: asking.to, name, version, ...(await ranges.read(asking)) };
}

type EdgeFacts = {
	readonly generation: Generation;
	readonly ranges: RangeReader;
	readonly index: PackageIndex | null;
	readonly locked: LockPackage;
};

async function edgeOf(asking: Asking, { generation, ranges, index, locked }: EdgeFacts): Promise<WhyEdge> {
	const { kind, range } = await ranges.read(asking);
	const dependent = asking.from === null ? undefined : generation.lock.packages[asking.from];
	const allows = (version: string) => range !== null && isAllowed(range, { version, index });
	const latest = index === null ? null : latestVersion(index);
	const isOverriding = generation.settings.overrides.some((text) => parseOverride(text).name === asking.name);
	return {
		from: dependent === undefined ? null : { name: dependent.name, version: dependent.version },
		kind,
		range,
		allowsUpTo: index === null || range === null ? null : newestAllowed(index, allows),
		holdsBack: latest !== null && latest !== locked.version && range !== null && !allows(latest),
		isOverridden: isOverriding && range !== null && !allows(locked.version),
	};
}

function isAllowed(text: string, { version, index }: { readonly version: string; readonly index: PackageIndex | null }): boolean {
	const range = rangeOf(text);
	return semver.validRange(range, { loose: true }) === null
		? index?.tags.get(range) === version
		: semver.satisfies(version, range, { loose: true });
}

function newestAllowed(index: PackageIndex, allows: (version: string) => boolean): string | null {
	for (let i = index.versionCount - 1; i >= 0; i -= 1) {
		if (allows(index.versionText(i))) {
			return index.versionText(i);
		}
	}

	return null;
}
