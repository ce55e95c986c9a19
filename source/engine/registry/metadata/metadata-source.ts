import { hash } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import { EngineError } from '../../errors.ts';
import type { Packument } from '../../packument.ts';
import {
	compilePackageIndex,
	openPackageIndex,
	type LoadOptions,
	type MetadataAnswer,
	type MetadataProvider,
	type PackageIndex,
} from '../../resolver/index.ts';
import { createLimiter } from '../network/limiter.ts';
import { joinShared, untilAborted } from '../network/shared-work.ts';
import { latestOf, type CompiledPackument } from './compile-packument.ts';
import { DocumentFetcher, tellsTimes } from './document-fetcher.ts';
import { recordKey, type LatestRecord, type MetadataRecord } from './metadata-directory.ts';
import type { MetadataStore } from './metadata-store.ts';
import { isPackageName } from '../package-name.ts';
import { packumentOfIndex } from './packument-of-index.ts';
import { ReadAhead } from './read-ahead.ts';
import type { Answer, Requester } from '../network/requester.ts';

const FRESH_MILLISECONDS = 300_000;
/** The same for what stays as it is. */
const RELIABLE_MILLISECONDS = 86_400_000;
/** More than there are connections, so that none is idle while the answers before it are still being read. */
const CONCURRENT_QUESTIONS = 96;
/** Opening so many stored indexes takes a few milliseconds; then others get their turn. */
const OPENED_AT_ONCE = 48;
/** Parsed packuments are large; a page that is shown and its neighbours are enough. */
const REMEMBERED_PACKUMENTS = 16;

const NOTHING_KNOWN = {
	etag: null,
	lastModified: null,
	bodyDigest: null,
	latest: { version: null, description: '', keywords: [], publisher: null, publishedAt: null },
};

type Waiting = { readonly signal: AbortSignal };

type Kept = Omit<Extract<CompiledPackument, { readonly type: 'read' }>, 'type'>;

type SourceOptions = {
	readonly requester: Requester;
	readonly store: MetadataStore;
	readonly registryFor: (name: string) => string;
	readonly offline: boolean;
};

/**
 * Package metadata, from memory, then from the store, then from the registry. Within one client a registry is asked at most once for a
 * name (unless `fresh` is wanted), and a packument that has not changed is never parsed again.
 */
export class MetadataSource implements MetadataProvider {
	readonly #options: SourceOptions;
	readonly #limit = createLimiter(CONCURRENT_QUESTIONS);
	readonly #answers = new Map<string, Promise<MetadataAnswer>>();
	/** The same for who needs times that the first answer does not tell. */
	readonly #timed = new Map<string, Promise<MetadataAnswer>>();
	readonly #packuments = new Map<string, Promise<Packument>>();
	/** Name -> epoch milliseconds; a record from before is asked for again. */
	readonly #expired = new Map<string, number>();
	#allExpired = 0;
	/** Names of what is to stay as it is. */
	readonly #relied = new Set<string>();
	/** Names answered from the store without asking the registry. */
	readonly #unasked = new Set<string>();
	readonly #documents: DocumentFetcher;
	readonly #ahead = new ReadAhead((name, options) => this.#answerAhead(name, options));

	constructor(options: SourceOptions) {
		this.#options = options;
		this.#documents = new DocumentFetcher(options);
	}

	/** What is known of these names now is good for a conditional request only. Offline it stays as it is. */
	expire(names: readonly string[] | 'all'): void {
		if (this.#options.offline) {
			return;
		}

		if (names === 'all') {
			this.#allExpired = Date.now();
			this.#answers.clear();
			this.#timed.clear();
			this.#packuments.clear();
			return;
		}

		for (const name of names) {
			this.#expired.set(name, Date.now());
			this.#answers.delete(name);
			this.#timed.delete(name);
			this.#packuments.delete(name);
		}
	}

	/** Of these, which are to stay as they are, a day old is new enough, unless they were expired. */
	rely(names: readonly string[]): void {
		for (const name of names) {
			this.#relied.add(name);
		}
	}

	/** Expires what the registry was not asked for by this client; false when there is nothing of the kind. */
	expireUnasked(): boolean {
		const names = [...this.#unasked];
		this.#unasked.clear();
		this.expire(names);
		return names.length > 0 && !this.#options.offline;
	}

	/** Ends what is under way. */
	close(): Promise<void> {
		return this.#documents.close();
	}

	async load(names: readonly string[], options: LoadOptions): Promise<ReadonlyMap<string, MetadataAnswer>> {
		const { signal, readsAhead = false } = options;
		const wanted = new Set(names);
		await this.#recall([...wanted].filter((name) => !this.#answers.has(name)));
		const unknown = [...wanted].filter((name) => !this.#answers.has(name));
		if (this.#options.offline && unknown.length > 0) {
			throw offlineMissing(unknown);
		}

		if (readsAhead) {
			for (const name of unknown) {
				this.#ahead.follow(name, options.asked?.get(name) ?? null, options);
			}
		}

		const entries = Promise.all([...wanted].map(async (name) => [name, await this.#answer(name, options)] as const));
		return new Map(await untilAborted(entries, signal));
	}

	async packument(name: string, { signal, fresh = false }: Waiting & { readonly fresh?: boolean }): Promise<Packument> {
		if (!isPackageName(name)) {
			throw new EngineError('package-not-found', `No registry can have a package of that name: ${JSON.stringify(name).slice(0, 220)}.`);
		}

		if (this.#options.offline) {
			return this.#storedPackument(name, signal);
		}

		if (fresh) {
			this.#packuments.delete(name);
		}

		const packument = joinShared({
			shared: this.#packuments,
			name,
			signal,
			start: () => this.#limit(signal, () => this.#fetch(name, signal)),
			forgetBeyond: REMEMBERED_PACKUMENTS,
		});
		return untilAborted(packument, signal);
	}

	/** Takes what the store has into memory: everything that is fresh enough, or anything at all when offline. */
	async #recall(names: readonly string[]): Promise<void> {
		const { store, registryFor, offline } = this.#options;
		const records: MetadataRecord[] = [];
		for (const name of names) {
			if (!isPackageName(name)) {
				this.#answers.set(name, Promise.resolve({ type: 'missing' }));
				continue;
			}

			const record = await store.record(registryFor(name), name);
			if (record !== null && (offline || this.#isFresh(record))) {
				records.push(record);
			}
		}

		let opened = 0;
		for (const [key, bytes] of await store.read(records)) {
			const name = key.slice(key.indexOf(' ') + 1);
			const index = openOrNull(bytes);
			// That a package is missing may change at any moment, so it counts only where nobody can be asked.
			const answer: MetadataAnswer | null =
				index !== null ? { type: 'found', index } : offline && bytes.length === 0 ? { type: 'missing' } : null;
			if (answer !== null) {
				this.#answers.set(name, Promise.resolve(answer));
				this.#unasked.add(name);
			}

			opened += 1;
			if (opened % OPENED_AT_ONCE === 0) {
				await turn();
			}
		}
	}

	#isFresh({ name, fetchedAt }: MetadataRecord): boolean {
		const age = Date.now() - fetchedAt;
		const isExpired = fetchedAt <= Math.max(this.#allExpired, this.#expired.get(name) ?? 0);
		// A negative age means that the clock was set back: no reason to trust the record for longer.
		return !isExpired && age >= 0 && age < (this.#relied.has(name) ? RELIABLE_MILLISECONDS : FRESH_MILLISECONDS);
	}

	/** Null for what the store has: it is not far. What is needed next is told without times, which are asked for meanwhile. */
	async #answerAhead(name: string, options: LoadOptions): Promise<MetadataAnswer | null> {
		if (!this.#answers.has(name)) {
			const record = await this.#options.store.record(this.#options.registryFor(name), name);
			if (record !== null && this.#isFresh(record)) {
				return null;
			}
		}

		// Whoever needs it asks again and is told what went wrong.
		this.#answer(name, options).catch(() => undefined);
		return this.#firstAnswer(name, options);
	}

	/** An answer that tells the times which matter, from a second, larger document where the first does not. */
	async #answer(name: string, options: LoadOptions): Promise<MetadataAnswer> {
		const { signal, timesAfter } = options;
		const answer = await this.#firstAnswer(name, options);
		if (this.#options.offline || answer.type === 'missing' || tellsTimes(answer.index, timesAfter)) {
			return answer;
		}

		if (answer.index.changedAt === null) {
			this.#documents.rememberUndated(name);
		}

		const start = (): Promise<MetadataAnswer> =>
			this.#limit(signal, () => this.#revalidate(name, { signal, timesAfter: Number.NEGATIVE_INFINITY }));
		const timed = joinShared({ shared: this.#timed, name, signal, start });
		const answered = await timed;
		if (this.#timed.has(name)) {
			this.#answers.set(name, Promise.resolve(answered));
		}

		return answered;
	}

	#firstAnswer(name: string, options: LoadOptions): Promise<MetadataAnswer> {
		const { signal } = options;
		return joinShared({ shared: this.#answers, name, signal, start: () => this.#limit(signal, () => this.#revalidate(name, options)) });
	}

	/** Asks the registry whether what the store has is still right. */
	async #revalidate(name: string, { signal, timesAfter }: Pick<LoadOptions, 'signal' | 'timesAfter'>): Promise<MetadataAnswer> {
		const { store, registryFor } = this.#options;
		const record = await store.record(registryFor(name), name);
		const stored = record === null ? null : await this.#open(record);
		const kind = this.#documents.kindFor(name, { stored, ...(timesAfter === undefined ? {} : { timesAfter }) });
		// What tells one document from a newer one says nothing about the other kind.
		const known = stored === null || (kind === 'full') !== stored.hasTimes ? null : record;
		try {
			const { answer, compiled } = await this.#documents.fetchIndex(name, { kind, known, signal });
			if (compiled.type === 'read') {
				return { type: 'found', index: await this.#keep(name, answer, compiled) };
			}

			if (known === null || stored === null) {
				throw unaskedFor(name, registryFor(name));
			}

			store.touch({ ...known, fetchedAt: Date.now() });
			return { type: 'found', index: stored };
		} catch (error) {
			if (error instanceof EngineError && error.code === 'package-not-found') {
				store.put({ registry: registryFor(name), name, fetchedAt: Date.now(), ...NOTHING_KNOWN }, new Uint8Array(0));
				return { type: 'missing' };
			}

			throw error;
		}
	}

	async #fetch(name: string, signal: AbortSignal): Promise<Packument> {
		const { answer, packument } = await this.#documents.fetchWhole(name, signal);
		const bodyDigest = answer.header('etag') ? null : hash('sha256', answer.body, 'base64');
		const compiled = { index: compilePackageIndex(packument), latest: latestOf(packument), bodyDigest };
		this.#answers.set(name, Promise.resolve({ type: 'found', index: await this.#keep(name, answer, compiled) }));
		return packument;
	}

	async #keep(name: string, answer: Answer, { index, latest, bodyDigest }: Kept): Promise<PackageIndex> {
		const { store, registryFor } = this.#options;
		const validators = { etag: answer.header('etag') || null, lastModified: answer.header('last-modified') || null, bodyDigest };
		const registry = registryFor(name);
		const opened = openPackageIndex(index);
		const told = opened.hasTimes ? latest : withTexts(latest, (await store.record(registry, name))?.latest ?? null);
		store.put({ registry, name, fetchedAt: Date.now(), ...validators, latest: told }, index);
		return opened;
	}

	async #open(record: MetadataRecord): Promise<PackageIndex | null> {
		const bytes = (await this.#options.store.read([record])).get(recordKey(record.registry, record.name));
		return bytes === undefined ? null : openOrNull(bytes);
	}

	async #storedPackument(name: string, signal: AbortSignal): Promise<Packument> {
		const answer = (await this.load([name], { signal })).get(name);
		const record = await this.#options.store.record(this.#options.registryFor(name), name);
		if (answer?.type !== 'found' || record === null) {
			throw offlineMissing([name]);
		}

		return packumentOfIndex(answer.index, record.latest);
	}
}

/** An abbreviated document describes nothing: what an earlier one said of the package still does. */
function withTexts(latest: LatestRecord, earlier: LatestRecord | null): LatestRecord {
	if (earlier === null) {
		return latest;
	}

	const { description, keywords, version, publisher, publishedAt } = earlier;
	return { ...latest, description, keywords, ...(version === latest.version ? { publisher, publishedAt } : {}) };
}

/** Null for the mark of a missing package, and for bytes of an older index format or with damage that the checksum missed: they are fetched again. */
function openOrNull(bytes: Uint8Array): PackageIndex | null {
	try {
		return bytes.length === 0 ? null : openPackageIndex(bytes);
	} catch (error) {
		if (error instanceof Error) {
			return null;
		}

		throw error;
	}
}

function unaskedFor(name: string, registry: string): EngineError {
	return new EngineError(
		'registry-response-invalid',
		`${new URL(registry).host} says that the metadata of "${name}" has not changed, though it was not asked that.`,
		{ hint: 'Check that it is an npm registry.' },
	);
}

function offlineMissing(names: readonly string[]): EngineError {
	// All of them, so that who is offline can bring them in one go.
	return new EngineError('offline-missing', `Offline, and nothing is stored about ${names.join(', ')}.`, {
		hint: 'Run the same command once without --offline.',
		details: { missing: names },
	});
}
