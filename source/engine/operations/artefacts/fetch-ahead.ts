import type { CallOptions } from '../../events.ts';
import type { Integrity } from '../../integrity.ts';
import type { Lock } from '../../lock.ts';
import type { OnLikely, PackageIndex } from '../../resolver/index.ts';
import { fitsPlatform } from '../doctor/platform.ts';
import type { EngineContext } from '../engine-context.ts';
import { timesNeeded } from '../versions/age.ts';
import { requestOf, sha512Of } from './fetch-artefacts.ts';
import { fetchPackage } from './fetch-packages.ts';

/** A registry that makes up names for ever gets no more than this. */
const MOST_BEGUN = 1_000;

/** Fetches what will most likely be chosen while that is still being worked out. */
export type AheadFetcher = AsyncDisposable & {
	readonly onLikely: OnLikely;
	readonly hasBegun: (integrity: Integrity) => boolean;
	/** What was chosen is known: everything else is given up. */
	readonly keepOnly: (needed: ReadonlySet<Integrity>) => void;
};

type Begun = { readonly controller: AbortController; readonly done: Promise<void>; receivedBytes: number };

/**
 * Each is proven and scanned as every other before a byte of it is unpacked, into the staging folder of this process, where what is not
 * committed does not stay. Nothing here decides or fails: whoever needs an artefact joins the work or asks again. What is locked already
 * is most likely kept, so that nothing is fetched ahead for its name.
 */
export function fetchAhead(context: EngineContext, lock: Lock, { signal, onEvent }: CallOptions): AheadFetcher {
	const begun = new Map<Integrity, Begun>();
	const locked = new Set(Object.values(lock.packages).map(({ name }) => name));
	const { timesAfter } = timesNeeded(context);

	function begin(integrity: Integrity, index: PackageIndex, i: number): void {
		const controller = new AbortController();
		const one: Begun = {
			controller,
			receivedBytes: 0,
			// Whoever needs it asks again and is told what went wrong.
			done: fetchPackage(context, requestOf({ manifest: index.manifest(i), publishedAt: index.publishedAt(i) }), {
				signal: AbortSignal.any([signal, controller.signal]),
				onEvent: (event) => {
					one.receivedBytes = event.type === 'fetch-progress' ? event.receivedBytes : one.receivedBytes;
				},
			}).then(
				() => undefined,
				() => undefined,
			),
		};
		begun.set(integrity, one);
	}

	return {
		onLikely: (index, i) => {
			const manifest = index.manifest(i);
			const integrity = sha512Of(manifest);
			const isExpected =
				!locked.has(index.name) &&
				manifest.deprecated === null &&
				fitsPlatform(manifest, context.platform) &&
				(timesAfter === undefined || (index.publishedAt(i) ?? index.changedAt ?? Number.POSITIVE_INFINITY) <= timesAfter);
			if (isExpected && integrity !== null && !signal.aborted && begun.size < MOST_BEGUN && !begun.has(integrity)) {
				begin(integrity, index, i);
			}
		},
		hasBegun: (integrity) => begun.has(integrity),
		keepOnly: (needed) => {
			const others = [...begun].filter(([integrity]) => !needed.has(integrity)).map(([, one]) => one);
			for (const { controller } of others) {
				controller.abort();
			}

			const bytes = others.reduce((sum, { receivedBytes }) => sum + receivedBytes, 0);
			if (bytes > 0) {
				const what = others.length === 1 ? '1 package that was' : `${others.length} packages that were`;
				const text = `${bytes} bytes were fetched ahead of ${what} not chosen in the end; nothing of that stays.`;
				onEvent({ type: 'notice', severity: 'info', code: 'fetched-ahead', text });
			}
		},
		[Symbol.asyncDispose]: async () => {
			for (const { controller } of begun.values()) {
				controller.abort();
			}

			await Promise.all([...begun.values()].map(({ done }) => done));
		},
	};
}
