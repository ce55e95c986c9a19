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
import { recordKey, type MetadataRecord } from './metadata-directory.ts';
import type { MetadataStore } from './metadata-store.ts';
import { escapePackageName, isPackageName } from '../package-name.ts';
import { packumentOfIndex } from './packument-of-index.ts';
import { PackumentReader } from './packument-reader.ts';
import { parsePackument } from '../parsing/parse-packument.ts';
import { ReadAhead } from './read-ahead.ts';
import type { Answer, Requester } from '../network/requester.ts';

const FRESH_MILLISECONDS = 300_000;
const MAXIMUM_PACKUMENT_BYTES = 268_435_456;
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

type Asking = Waiting & { readonly headers: Readonly<Record<string, string>>; readonly leavesPacked?: true };

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
	readonly #packuments = new Map<string, Promise<Packument>>();
	/** Name -> epoch milliseconds; a record from before is asked for again. */
	readonly #expired = new Map<string, number>();
	#allExpired = 0;
	/** Names answered from the store without asking the registry. */
	readonly #unasked = new Set<string>();
	readonly #reader = new PackumentReader();
	readonly #ahead = new ReadAhead((name, signal) => this.#answerAhead(name, signal));

	constructor(options: SourceOptions) {
		this.#options = options;
	}

	/** What is known of these names now is good for a conditional request only. Offline it stays as it is. */
	expire(names: readonly string[] | 'all'): void {
		if (this.#options.offline) {
			return;
		}

		if (names === 'all') {
			this.#allExpired = Date.now();
			this.#answers.clear();
			this.#packuments.clear();
			return;
		}

		for (const name of names) {
			this.#expired.set(name, Date.now());
			this.#answers.delete(name);
			this.#packuments.delete(name);
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
		return this.#reader.close();
	}

	async load(names: readonly string[], { signal, readsAhead = false }: LoadOptions): Promise<ReadonlyMap<string, MetadataAnswer>> {
		const wanted = new Set(names);
		await this.#recall([...wanted].filter((name) => !this.#answers.has(name)));
		const unknown = [...wanted].filter((name) => !this.#answers.has(name));
		if (this.#options.offline && unknown.length > 0) {
			throw offlineMissing(unknown);
		}

		if (readsAhead) {
			for (const name of unknown) {
				this.#ahead.follow(name, null, signal);
			}
		}

		const entries = Promise.all([...wanted].map(async (name) => [name, await this.#answer(name, signal)] as const));
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
			if (record !== null && (offline || (isFresh(record) && !this.#isExpired(record)))) {
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

	#isExpired({ name, fetchedAt }: MetadataRecord): boolean {
		return fetchedAt <= Math.max(this.#allExpired, this.#expired.get(name) ?? 0);
	}

	/** Null for what the store has: it is not far. */
	async #answerAhead(name: string, signal: AbortSignal): Promise<MetadataAnswer | null> {
		if (!this.#answers.has(name)) {
			const record = await this.#options.store.record(this.#options.registryFor(name), name);
			if (record !== null && isFresh(record) && !this.#isExpired(record)) {
				return null;
			}
		}

		return this.#answer(name, signal);
	}

	#answer(name: string, signal: AbortSignal): Promise<MetadataAnswer> {
		return joinShared({ shared: this.#answers, name, signal, start: () => this.#limit(signal, () => this.#revalidate(name, signal)) });
	}

	/** Asks the registry whether what the store has is still right. */
	async #revalidate(name: string, signal: AbortSignal): Promise<MetadataAnswer> {
		const { store, registryFor } = this.#options;
		const record = await store.record(registryFor(name), name);
		const stored = record === null ? null : await this.#open(record);
		try {
			const known = stored === null ? null : record;
			const { answer, compiled } = await this.#askAndCompile(name, { signal, known });
			if (compiled.type === 'read') {
				return { type: 'found', index: this.#keep(name, answer, compiled) };
			}

			if (record === null || stored === null) {
				throw unaskedFor(name, registryFor(name));
			}

			store.touch({ ...record, fetchedAt: Date.now() });
			return { type: 'found', index: stored };
		} catch (error) {
			if (error instanceof EngineError && error.code === 'package-not-found') {
				store.put({ registry: registryFor(name), name, fetchedAt: Date.now(), ...NOTHING_KNOWN }, new Uint8Array(0));
				return { type: 'missing' };
			}

			throw error;
		}
	}

	async #askAndCompile(
		name: string,
		{ signal, known }: { signal: AbortSignal; known: MetadataRecord | null },
	): Promise<{ readonly answer: Answer; readonly compiled: Exclude<CompiledPackument, { readonly type: 'not-unpacked' }> }> {
		const headers = known === null ? {} : conditions(known);
		let answer = await this.#ask(name, { signal, headers, leavesPacked: true });
		let compiled = await this.#compile(name, answer, known);
		if (compiled.type === 'not-unpacked') {
			answer = await this.#ask(name, { signal, headers });
			compiled = await this.#compile(name, answer, known);
		}

		if (compiled.type === 'not-unpacked') {
			throw new EngineError('internal', `The metadata of "${name}" came unpacked and could not be unpacked.`);
		}

		return { answer, compiled };
	}

	/** The whole packument, which is larger than its index and read here: it cannot cross to another thread for less. */
	async #fetch(name: string, signal: AbortSignal): Promise<Packument> {
		const answer = await this.#ask(name, { signal, headers: {} });
		const packument = parsePackument(answer.body, { name, from: new URL(this.#options.registryFor(name)).host });
		const bodyDigest = answer.header('etag') ? null : hash('sha256', answer.body, 'base64');
		const compiled = { index: compilePackageIndex(packument), latest: latestOf(packument), bodyDigest };
		this.#answers.set(name, Promise.resolve({ type: 'found', index: this.#keep(name, answer, compiled) }));
		return packument;
	}

	#ask(name: string, { signal, headers, ...how }: Asking): Promise<Answer> {
		const registry = this.#options.registryFor(name);
		return this.#options.requester.get({
			url: new URL(`${registry}${escapePackageName(name)}`),
			what: `the package "${name}"`,
			packageName: name,
			// The full document: the abbreviated one lacks the publish times.
			headers: { accept: 'application/json', ...headers },
			maximumBytes: MAXIMUM_PACKUMENT_BYTES,
			signal,
			...how,
		});
	}

	async #compile(name: string, answer: Answer, record: MetadataRecord | null): Promise<CompiledPackument> {
		if (answer.status === 304) {
			return { type: 'unchanged' };
		}

		return this.#reader.read({
			name,
			from: new URL(this.#options.registryFor(name)).host,
			body: answer.body,
			packing: answer.packing,
			maximumBytes: MAXIMUM_PACKUMENT_BYTES,
			identity: answer.header('etag') ? 'etag' : 'digest',
			lastDigest: record?.bodyDigest ?? null,
		});
	}

	#keep(name: string, answer: Answer, { index, latest, bodyDigest }: Kept): PackageIndex {
		const validators = { etag: answer.header('etag') || null, lastModified: answer.header('last-modified') || null, bodyDigest };
		const registry = this.#options.registryFor(name);
		this.#options.store.put({ registry, name, fetchedAt: Date.now(), ...validators, latest }, index);
		return openPackageIndex(index);
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

function isFresh(record: MetadataRecord): boolean {
	const age = Date.now() - record.fetchedAt;
	// A negative age means that the clock was set back: no reason to trust the record for longer.
	return age >= 0 && age < FRESH_MILLISECONDS;
}

function conditions({ etag, lastModified }: MetadataRecord): Record<string, string> {
	return {
		...(etag === null ? {} : { 'if-none-match': etag }),
		...(lastModified === null ? {} : { 'if-modified-since': lastModified }),
	};
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
