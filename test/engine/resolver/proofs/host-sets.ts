import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Universe } from '../../../helpers/universe.ts';
import type { Served } from '../../../helpers/universe.ts';

type Recorded = {
	readonly sets: readonly { readonly name: string; readonly roots: Readonly<Record<string, string>> }[];
	readonly packages: Readonly<Record<string, RecordedPackage>>;
};

type RecordedPackage = {
	readonly latest: string;
	/** Version -> which of the manifests is its. */
	readonly versions: Readonly<Record<string, number>>;
	readonly manifests: readonly (Served & {
		readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
	})[];
};

/** Real packages as they were on one day, and the sets that were solved from them; `npm run proof:hosts -- --record FILE` made it. */
export function readHostSets(): { readonly sets: Recorded['sets']; readonly universe: Universe } {
	const file = join(import.meta.dirname, 'host-sets.json.gz');
	const { sets, packages } = JSON.parse(gunzipSync(readFileSync(file)).toString()) as Recorded;
	return { sets, universe: new RecordedUniverse(packages) };
}

/** Serves a package when it is first asked for. */
class RecordedUniverse extends Universe {
	readonly #packages: Recorded['packages'];
	readonly #served = new Set<string>();

	constructor(packages: Recorded['packages']) {
		super();
		this.#packages = packages;
	}

	override load(names: readonly string[]): ReturnType<Universe['load']> {
		for (const name of names) {
			const recorded = this.#packages[name];
			if (recorded !== undefined && !this.#served.has(name)) {
				this.#served.add(name);
				this.#serve(name, recorded);
			}
		}

		return super.load(names);
	}

	#serve(name: string, { latest, versions, manifests }: RecordedPackage): void {
		for (const [version, number] of Object.entries(versions)) {
			const { peerDependenciesMeta = {}, ...served } = manifests[number] ?? {};
			const optionalPeers = Object.keys(peerDependenciesMeta).filter((peer) => peerDependenciesMeta[peer]?.optional === true);
			this.serve(name, version, { ...served, optionalPeers });
		}

		this.tag(name, 'latest', latest);
	}
}
