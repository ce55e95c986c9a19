import semver from 'semver';
import type { Packument, RegistryManifest } from '../../source/engine/packument.ts';
import { compilePackageIndex, openPackageIndex, resolve } from '../../source/engine/resolver/index.ts';
import type {
	MetadataAnswer,
	MetadataProvider,
	Override,
	RangeRules,
	Resolution,
	ResolvedPackage,
	ResolveOutcome,
	ResolvePolicy,
	ResolveRequest,
} from '../../source/engine/resolver/index.ts';

export type Served = {
	readonly dependencies?: Readonly<Record<string, string>>;
	readonly optionalDependencies?: Readonly<Record<string, string>>;
	readonly peerDependencies?: Readonly<Record<string, string>>;
	readonly optionalPeers?: readonly string[];
	readonly bundledDependencies?: readonly string[];
	readonly engines?: Readonly<Record<string, string>>;
	readonly os?: readonly string[];
	readonly cpu?: readonly string[];
	readonly libc?: readonly string[];
	readonly deprecated?: string;
	/** ISO time. */
	readonly publishedAt?: string;
};

export type Ask = Partial<Omit<ResolveRequest, 'roots' | 'policy'>> & {
	readonly policy?: Partial<ResolvePolicy>;
	readonly budgetMilliseconds?: number;
};

export const NOW = Date.parse('2030-01-10T00:00:00Z');

/** A registry in memory that serves what a test tells it to, through the real index codec. */
export class Universe implements MetadataProvider {
	readonly asked: string[][] = [];
	readonly #versions = new Map<string, Map<string, Served>>();
	readonly #tags = new Map<string, Record<string, string>>();
	readonly #bytes = new Map<string, Uint8Array>();

	serve(name: string, version: string, served: Served = {}): this {
		this.#bytes.delete(name);
		const versions = this.#versions.get(name) ?? new Map<string, Served>();
		this.#versions.set(name, versions.set(version, served));
		return this;
	}

	tag(name: string, tag: string, version: string): this {
		this.#bytes.delete(name);
		this.#tags.set(name, { ...this.#tags.get(name), [tag]: version });
		return this;
	}

	get names(): readonly string[] {
		return [...this.#versions.keys()];
	}

	versionsOf(name: string): ReadonlyMap<string, Served> {
		return this.#versions.get(name) ?? new Map();
	}

	packument(name: string): Packument {
		const versions = this.versionsOf(name);
		return {
			name,
			distTags: this.#tags.get(name) ?? {},
			versions: new Map([...versions].map(([version, served]) => [version, manifestOf(name, version, served)])),
			time: Object.fromEntries(
				[...versions].flatMap(([version, { publishedAt }]) => (publishedAt === undefined ? [] : [[version, publishedAt]])),
			),
			maintainers: [],
			readme: null,
			skipped: [],
		};
	}

	load(names: readonly string[]): Promise<ReadonlyMap<string, MetadataAnswer>> {
		this.asked.push([...names]);
		return Promise.resolve(new Map(names.map((name) => [name, this.#answer(name)])));
	}

	request(roots: Readonly<Record<string, string>>, ask: Ask = {}): ResolveRequest {
		const { policy, budgetMilliseconds: _budget, ...rest } = ask;
		return {
			roots: Object.entries(roots).map(([name, spec]) => ({ name, spec })),
			lock: null,
			unlocked: [],
			overrides: [],
			platform: { os: 'linux', cpu: 'x64', libc: 'glibc', node: '26.0.0' },
			policy: {
				minimumAgeMilliseconds: 0,
				now: NOW,
				asOf: null,
				ageExempt: () => false,
				revoked: [],
				denied: [],
				engines: 'preferred',
				...policy,
			},
			...rest,
		};
	}

	resolve(roots: Readonly<Record<string, string>>, ask: Ask = {}): Promise<ResolveOutcome> {
		return resolve(this.request(roots, ask), {
			provider: this,
			signal: new AbortController().signal,
			budgetMilliseconds: ask.budgetMilliseconds ?? 20_000,
		});
	}

	/** The resolution, or a failed test that says why there is none. */
	async solved(roots: Readonly<Record<string, string>>, ask: Ask = {}): Promise<Resolution> {
		const outcome = await this.resolve(roots, ask);
		if (outcome.type !== 'resolved') {
			throw new Error(`Expected a tree, got ${outcome.type}: ${outcome.type === 'unsolvable' ? outcome.failure.sentences.join(' ') : ''}`);
		}

		return outcome.resolution;
	}

	/** All sentences of the failure, or a failed test. */
	async sentences(roots: Readonly<Record<string, string>>, ask: Ask = {}): Promise<readonly string[]> {
		const outcome = await this.resolve(roots, ask);
		if (outcome.type !== 'unsolvable') {
			throw new Error(
				`Expected no solution, got ${outcome.type}: ${outcome.type === 'resolved' ? versions(outcome.resolution).join(' ') : ''}`,
			);
		}

		return outcome.failure.sentences;
	}

	#answer(name: string): MetadataAnswer {
		if (!this.#versions.has(name)) {
			return { type: 'missing' };
		}

		const bytes = this.#bytes.get(name) ?? compilePackageIndex(this.packument(name));
		this.#bytes.set(name, bytes);
		return { type: 'found', index: openPackageIndex(bytes) };
	}
}

export function manifestOf(name: string, version: string, served: Served): RegistryManifest {
	return {
		name,
		version,
		description: '',
		license: 'MIT',
		keywords: [],
		homepage: null,
		repository: null,
		dependencies: served.dependencies ?? {},
		optionalDependencies: served.optionalDependencies ?? {},
		peerDependencies: served.peerDependencies ?? {},
		optionalPeers: served.optionalPeers ?? [],
		bundledDependencies: served.bundledDependencies ?? [],
		engines: served.engines ?? {},
		os: served.os ?? [],
		cpu: served.cpu ?? [],
		libc: served.libc ?? [],
		deprecated: served.deprecated ?? null,
		hasInstallScript: false,
		hasPluginField: false,
		publisher: null,
		dist: {
			integrity: null,
			shasum: null,
			tarball: `https://registry.example/${name}/-/${name}-${version}.tgz`,
			fileCount: null,
			unpackedBytes: null,
			signatures: [],
			attestations: null,
		},
	};
}

/** npm's own rules of ranges. */
export const NPM_RULES: RangeRules = {
	satisfies: (version, range) => semver.satisfies(version, range, { loose: true }),
	intersects: (a, b) => semver.intersects(a, b, { loose: true }),
};

/** Name -> what everybody is to ask for instead. */
export function everywhere(specs: Readonly<Record<string, string>>): Override[] {
	return Object.entries(specs).map(([name, spec]) => ({ path: [], name, range: null, spec }));
}

/** Every `name@version` of the tree, sorted. */
export function versions(resolution: Resolution): string[] {
	return [...new Set(resolution.packages.map(({ name, version }) => `${name}@${version}`))].sort();
}

/** The package a root, or a path of imports from it, leads to. */
export function at(resolution: Resolution, ...path: readonly [string, ...string[]]): ResolvedPackage {
	const [root, ...imports] = path;
	const byId = new Map(resolution.packages.map((package_) => [package_.id, package_]));
	let found = byId.get(resolution.roots[root]?.instance ?? '');
	for (const name of imports) {
		found = byId.get(found?.dependencies[name] ?? '');
	}

	if (found === undefined) {
		throw new Error(`Nothing at ${path.join(' > ')}.`);
	}

	return found;
}

/** Numbers in [0, below) that are the same for the same seed. */
export function randomNumbers(seed: number): (below: number) => number {
	let state = seed >>> 0;
	return (below) => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * below);
	};
}
