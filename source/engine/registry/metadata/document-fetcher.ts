import { EngineError } from '../../errors.ts';
import type { Packument } from '../../packument.ts';
import type { PackageIndex } from '../../resolver/index.ts';
import type { Answer, Requester } from '../network/requester.ts';
import { escapePackageName } from '../package-name.ts';
import { type DocumentKind, parsePackument } from '../parsing/parse-packument.ts';
import type { CompiledPackument } from './compile-packument.ts';
import type { MetadataRecord } from './metadata-directory.ts';
import { PackumentReader } from './packument-reader.ts';

const MAXIMUM_PACKUMENT_BYTES = 268_435_456;

const ACCEPTED: Readonly<Record<DocumentKind, string>> = {
	full: 'application/json',
	// Who has no abbreviated documents answers with the full one.
	abbreviated: 'application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8',
};

type Waiting = { readonly signal: AbortSignal };

type Asking = Waiting & {
	readonly kind: DocumentKind;
	readonly headers: Readonly<Record<string, string>>;
	readonly leavesPacked?: true;
};

export type Fetched = {
	readonly answer: Answer;
	readonly compiled: Exclude<CompiledPackument, { readonly type: 'not-unpacked' }>;
};

/** Asks registries for the documents of packages, the smaller kind where it tells enough, and has them read on other threads. */
export class DocumentFetcher {
	readonly #options: { readonly requester: Requester; readonly registryFor: (name: string) => string };
	readonly #reader = new PackumentReader();
	/** Registries whose abbreviated documents do not say when they were changed: where times matter, one question is saved. */
	readonly #undated = new Set<string>();

	constructor(options: { readonly requester: Requester; readonly registryFor: (name: string) => string }) {
		this.#options = options;
	}

	/**
	 * What to ask for. What was read from a full document stays full, so that nothing that is known is forgotten; of what is known to have
	 * changed too late, the times will be needed anyway.
	 */
	kindFor(name: string, { stored, timesAfter }: { readonly stored: PackageIndex | null; readonly timesAfter?: number }): DocumentKind {
		const needsTimes = timesAfter !== undefined && (stored === null || !tellsTimes(stored, timesAfter));
		const isKnownToNeed = needsTimes && (stored !== null || timesAfter === Number.NEGATIVE_INFINITY);
		const isUndated = needsTimes && this.#undated.has(this.#options.registryFor(name));
		return stored?.hasTimes === true || isKnownToNeed || isUndated ? 'full' : 'abbreviated';
	}

	/** The index of a package. `known`: what the store has of a document of this kind. */
	async fetchIndex(
		name: string,
		{ kind, known, signal }: Waiting & { readonly kind: DocumentKind; readonly known: MetadataRecord | null },
	): Promise<Fetched> {
		const asking = { kind, signal, headers: known === null ? {} : conditions(known) };
		let answer = await this.#ask(name, { ...asking, leavesPacked: true });
		let compiled = await this.#compile(name, answer, { kind, known });
		if (compiled.type === 'not-unpacked') {
			answer = await this.#ask(name, asking);
			compiled = await this.#compile(name, answer, { kind, known });
		}

		if (compiled.type === 'not-unpacked') {
			throw new EngineError('internal', `The metadata of "${name}" came unpacked and could not be unpacked.`);
		}

		return { answer, compiled };
	}

	/** The whole packument, which is larger than its index and read here: it cannot cross to another thread for less. */
	async fetchWhole(name: string, signal: AbortSignal): Promise<{ readonly answer: Answer; readonly packument: Packument }> {
		const answer = await this.#ask(name, { kind: 'full', signal, headers: {} });
		return { answer, packument: parsePackument(answer.body, { name, from: this.#hostOf(name) }) };
	}

	/** The registry of this package sends abbreviated documents that do not say when they were changed. */
	rememberUndated(name: string): void {
		this.#undated.add(this.#options.registryFor(name));
	}

	/** Ends the threads; whoever waits for one gets `cancelled`. */
	close(): Promise<void> {
		return this.#reader.close();
	}

	#ask(name: string, { kind, signal, headers, ...how }: Asking): Promise<Answer> {
		const registry = this.#options.registryFor(name);
		return this.#options.requester.get({
			url: new URL(`${registry}${escapePackageName(name)}`),
			what: `the package "${name}"`,
			packageName: name,
			headers: { accept: ACCEPTED[kind], 'accept-encoding': 'zstd, gzip', ...headers },
			maximumBytes: MAXIMUM_PACKUMENT_BYTES,
			signal,
			...how,
		});
	}

	async #compile(
		name: string,
		answer: Answer,
		{ kind, known }: { readonly kind: DocumentKind; readonly known: MetadataRecord | null },
	): Promise<CompiledPackument> {
		if (answer.status === 304) {
			return { type: 'unchanged' };
		}

		return this.#reader.read({
			name,
			kind,
			from: this.#hostOf(name),
			body: answer.body,
			packing: answer.packing,
			maximumBytes: MAXIMUM_PACKUMENT_BYTES,
			identity: answer.header('etag') ? 'etag' : 'digest',
			lastDigest: known?.bodyDigest ?? null,
		});
	}

	#hostOf(name: string): string {
		return new URL(this.#options.registryFor(name)).host;
	}
}

/** True when every publish time that matters is in the index: all of them, or none was after `timesAfter`. */
export function tellsTimes({ hasTimes, changedAt }: PackageIndex, timesAfter: number | undefined): boolean {
	return hasTimes || timesAfter === undefined || (changedAt !== null && changedAt <= timesAfter);
}

function conditions({ etag, lastModified }: MetadataRecord): Record<string, string> {
	return {
		...(etag === null ? {} : { 'if-none-match': etag }),
		...(lastModified === null ? {} : { 'if-modified-since': lastModified }),
	};
}
