import { randomBytes } from 'node:crypto';
import { encodeCatalogueEnd, encodeCatalogueGone, encodeCatalogueHead, encodeCatalogueRow } from '../../source/engine/shared.ts';
import type { PackageSummary } from '../storage/index.ts';

/** The list of all packages as one state of it, or what changed since another. */
export type CatalogueListing = {
	/** Names this state, and never another one. */
	readonly revision: string;
	/** JSON lines, in pieces of a size that suits a socket. */
	readonly pieces: () => Iterable<string>;
};

export type CatalogueOfPackages = {
	/** `downloads`: of the last week. */
	put(summary: PackageSummary, downloads: number): void;
	remove(name: string): void;
	/** Whole, unless `since` is a revision that this process gave out. */
	list(since: string | null): CatalogueListing;
};

const PIECE_LINES = 500;

/** Keeps a line for each package, so that a listing costs no more than writing it out. */
export function createCatalogueOfPackages(): CatalogueOfPackages {
	// Revisions count changes since the start, so those of another start must not be taken for ours.
	const start = randomBytes(8).toString('hex');
	/** Insertion order is that of the changes, the newest last; the line of a package that is gone has its name alone. */
	const lines = new Map<string, { readonly line: string; readonly change: number; readonly isGone: boolean }>();
	let changes = 0;
	const change = (name: string, line: string, isGone: boolean) => {
		if (lines.get(name)?.line !== line) {
			changes += 1;
			lines.delete(name);
			lines.set(name, { line, change: changes, isGone });
		}
	};

	return {
		put(summary, downloads) {
			change(summary.name, encodeCatalogueRow(toRow(summary, downloads)), false);
		},
		remove(name) {
			if (lines.has(name)) {
				change(name, encodeCatalogueGone(name), true);
			}
		},
		list(since) {
			const [, known, count] = /^([0-9a-f]+)\.(\d+)$/.exec(since ?? '') ?? [];
			const after = known === start && Number(count) <= changes ? Number(count) : null;
			const revision = `${start}.${changes}`;
			// Taken at once, so that what changes while it is sent belongs to the next revision.
			const listed = [...lines.values()].filter((one) => (after === null ? !one.isGone : one.change > after)).map((one) => one.line);
			return { revision, pieces: () => pieces(encodeCatalogueHead({ revision, since: after === null ? null : since }), listed) };
		},
	};
}

function* pieces(head: string, lines: readonly string[]): Generator<string> {
	yield head;
	for (let at = 0; at < lines.length; at += PIECE_LINES) {
		yield lines.slice(at, at + PIECE_LINES).join('');
	}

	yield encodeCatalogueEnd(lines.length);
}

function toRow(summary: PackageSummary, downloads: number): Parameters<typeof encodeCatalogueRow>[0] {
	const { name, version, description, keywords, publisher, maintainers, license, date } = summary;
	return {
		name,
		version,
		description,
		keywords,
		publisher,
		maintainers,
		licence: license,
		publishedAt: date,
		downloads,
		// A summary written before these were kept lacks them.
		permissions: summary.permissions ?? null,
		isPlugin: summary.isPlugin ?? null,
		proof: summary.proof ?? null,
	};
}
