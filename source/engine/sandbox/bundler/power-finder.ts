import type { InstanceId } from '../../lock.ts';
import type { BundleInstance, HostPowerUse } from './bundle-request.ts';
import { hostPowerOf } from './host-powers.ts';
import { importUses, type ImportUse } from './import-uses.ts';
import type { FileLocation, Resolution } from './resolve-import.ts';

const MOST_USES = 20;
const SHOWN_STEPS = 5;

type FinderRequest = {
	readonly instances: ReadonlyMap<InstanceId, BundleInstance>;
	readonly entry: FileLocation;
	readonly read: (location: FileLocation) => string;
};

export type Import = { readonly specifier: string; readonly importer: FileLocation; readonly isDynamic: boolean };

/** Watches what a bundle imports, and tells what of it needs rights of the machine, with the way to it. */
export class PowerFinder {
	readonly #request: FinderRequest;
	readonly #importsOf = new Map<string, Import[]>();
	readonly #usesOf = new Map<string, ReadonlyMap<string, ImportUse>>();
	readonly #suspects = new Map<string, Import & { readonly power: string }>();

	constructor(request: FinderRequest) {
		this.#request = request;
	}

	notice(resolution: Resolution, one: Import): void {
		if (resolution.type === 'file') {
			this.#importsOf.getOrInsertComputed(keyOf(resolution.location), () => []).push(one);
		}

		const power = hostPowerOf(one.specifier, resolution);
		if (power !== null) {
			this.#suspects.set(JSON.stringify([power, one.specifier, keyOf(one.importer), one.isDynamic]), { ...one, power });
		}
	}

	/** One for each power and file; at most 20, the required ones first. */
	found(): readonly HostPowerUse[] {
		const found = new Map<string, HostPowerUse>();
		for (const suspect of this.#suspects.values()) {
			const use = this.#useOf(suspect);
			const key = JSON.stringify([suspect.power, keyOf(suspect.importer)]);
			if (use !== 'constants' && found.get(key)?.isRequired !== true) {
				found.set(key, this.#describe(suspect, use));
			}
		}

		return [...found.values()]
			.toSorted((a, b) => Number(b.isRequired) - Number(a.isRequired) || Number(b.isOwn) - Number(a.isOwn) || order(a.trail, b.trail))
			.slice(0, MOST_USES);
	}

	/** Packages on the ways to what the bundle cannot load without. */
	instancesInNeed(): ReadonlySet<InstanceId> {
		const suspects = [...this.#suspects.values()].filter((suspect) => this.#useOf(suspect) === 'loads');
		return new Set(suspects.flatMap(({ importer }) => this.#loadingWayTo(importer) ?? []).map(({ instance }) => instance));
	}

	#describe({ power, specifier, importer }: Import & { readonly power: string }, use: ImportUse): HostPowerUse {
		const loading = use === 'loads' ? this.#loadingWayTo(importer) : null;
		const way = loading ?? this.#wayTo(importer, () => true) ?? [importer];
		return {
			power,
			specifier,
			trail: this.#trail(way),
			isOwn: importer.instance === this.#request.entry.instance,
			isRequired: loading !== null,
		};
	}

	/** Files are parsed for this only where they are on a way to something of the kind. */
	#useOf({ specifier, importer, isDynamic }: Import): ImportUse {
		if (isDynamic) {
			return 'optional';
		}

		const uses = this.#usesOf.getOrInsertComputed(keyOf(importer), () => importUses(this.#request.read(importer)));
		return uses.get(specifier) ?? 'optional';
	}

	#loadingWayTo(file: FileLocation): readonly FileLocation[] | null {
		return this.#wayTo(file, (one) => this.#useOf(one) !== 'optional');
	}

	/** From the entry to the file, over imports that count; null when there is none. */
	#wayTo(file: FileLocation, counts: (one: Import) => boolean): readonly FileLocation[] | null {
		const entry = keyOf(this.#request.entry);
		const next = new Map<string, FileLocation | null>([[keyOf(file), null]]);
		const queue = [file];
		for (const at of queue) {
			if (keyOf(at) === entry) {
				const way: FileLocation[] = [];
				for (let step: FileLocation | null = at; step !== null; step = next.get(keyOf(step)) ?? null) {
					way.push(step);
				}

				return way;
			}

			for (const one of this.#importsOf.get(keyOf(at)) ?? []) {
				if (!next.has(keyOf(one.importer)) && counts(one)) {
					next.set(keyOf(one.importer), at);
					queue.push(one.importer);
				}
			}
		}

		return null;
	}

	/** Each package once, however many of its files lie on the way. */
	#trail(way: readonly FileLocation[]): string {
		const last = way.at(-1) ?? this.#request.entry;
		const packages = way.map(({ instance }) => instance).filter((instance, index, all) => instance !== all[index - 1]);
		const names = packages.slice(0, -1).map((instance) => this.#nameOf(instance));
		const shown = names.length > SHOWN_STEPS ? [...names.slice(0, 2), '...', ...names.slice(-2)] : names;
		return [...shown, `${this.#nameOf(last.instance)}/${last.path}`].join(' > ');
	}

	#nameOf(instance: InstanceId): string {
		return this.#request.instances.get(instance)?.name ?? '';
	}
}

function keyOf({ instance, path }: FileLocation): string {
	return JSON.stringify([instance, path]);
}

function order(a: string, b: string): number {
	return a === b ? 0 : a < b ? -1 : 1;
}
