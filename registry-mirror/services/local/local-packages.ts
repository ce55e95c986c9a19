import type { Caller } from '../../access/principal.ts';
import type { LocalPackage, LocalPackageStorage, PackageSummary } from '../../storage/index.ts';
import { createLeastRecentCache } from '../least-recent-cache.ts';
import type { PackageDocument } from '../package-document.ts';
import { type LocalDocument, buildLocalDocument, summariseLocal } from './local-document.ts';

export type LocalPackages = {
	/** Null when nothing of that name is published here. */
	find(wanted: Caller & { readonly name: string }): Promise<PackageDocument | null>;
	read(wanted: Caller & { readonly name: string }): Promise<LocalPackage | null>;
	/** One transaction; afterwards every reader sees the new state. */
	change(
		wanted: Caller & { readonly name: string },
		decide: (current: LocalPackage | null) => Promise<LocalPackage>,
	): Promise<LocalPackage>;
};

type Options = {
	readonly storage: LocalPackageStorage;
	readonly onSummary: (name: string, summary: PackageSummary | null) => void;
};

type Known = { readonly stored: LocalPackage; readonly document: LocalDocument };

const MEMORY_BYTES = 32 * 1024 * 1024;

export function createLocalPackages({ storage, onSummary }: Options): LocalPackages {
	const cache = createLeastRecentCache<Known>(MEMORY_BYTES);
	const remember = (stored: LocalPackage): Known => {
		const document = buildLocalDocument(stored);
		const known = { stored, document };
		// A read that started before a change must not put the old state back.
		const cached = cache.get(stored.name);
		if (cached === undefined || cached.stored.revision <= stored.revision) {
			cache.set(stored.name, known, document.texts.full.length * 2 + document.texts.abbreviated.length);
		}

		return known;
	};

	const know = async (name: string): Promise<Known | null> => {
		const cached = cache.get(name);
		if (cached !== undefined) {
			return cached;
		}

		const stored = await storage.read(name);
		return stored === null ? null : remember(stored);
	};

	return {
		async find({ name }) {
			const known = await know(name);
			if (known === null || Object.keys(known.stored.versions).length === 0) {
				return null;
			}

			const { digests, texts } = known.document;
			return { name, source: 'local', digests, text: async (kind) => ({ digest: digests[kind], text: texts[kind] }) };
		},
		read: async ({ name }) => (await know(name))?.stored ?? null,
		async change({ name }, decide) {
			const changed = await storage.change(name, decide);
			remember(changed);
			onSummary(name, summariseLocal(changed));
			return changed;
		},
	};
}
