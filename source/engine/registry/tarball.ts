import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { EngineError, isAbort } from '../errors.ts';
import { tarballUrl } from './configuration/registry-url.ts';
import { decodedBody } from './network/exchange.ts';
import { isRetriable, SilentConnection, toRequestError } from './network/request-failure.ts';
import type { CallContext } from './network/open-call.ts';
import type { Requester } from './network/requester.ts';
import { isSameFile, rangeHeaders, readRange, sizeOf, type Started } from './network/resume.ts';
import type { RegistryClient, TarballStream } from './registry-client.ts';

export type Artefact = Parameters<RegistryClient['openTarball']>[0];
export type Source = { readonly requester: Requester; readonly registryUrl: string; readonly signal: AbortSignal };
type Asked = { readonly url: URL; readonly what: string; readonly packageName: string };
type Opened = { readonly call: CallContext; readonly response: IncomingMessage };

/**
 * Opens the tarball of one version. Resolves once the registry has answered, so that a refusal is an error of this call and the size is
 * known; later failures are errors of the stream. A transfer that breaks goes on where it stopped, as often as that brings it further.
 */
export async function openTarball(artefact: Artefact, source: Source): Promise<TarballStream> {
	const { requester, signal } = source;
	const asked = askedFor(artefact, source);
	const first = await requester.withRetries({ ...asked, sentCredentials: false }, signal, () => openOnce(asked, source, {}));
	const { headers, statusCode } = first.response;
	if (statusCode !== 200) {
		first.call.end('abandon');
		throw new EngineError('registry-response-invalid', `${asked.url.host} answered without content when asked for ${asked.what}.`);
	}

	const totalBytes = sizeOf(first.response);
	const transfer = new Transfer({ artefact, asked, source, started: { headers, totalBytes }, current: first });
	const stream = Readable.from(transfer.pieces(), { objectMode: false });
	stream.once('close', () => {
		transfer.close();
	});
	// A reader that attaches late still finds the error on the destroyed stream; without a listener node would end the process.
	stream.on('error', () => {});
	return { stream, totalBytes };
}

export function askedFor(artefact: Artefact, { registryUrl }: Pick<Source, 'registryUrl'>): Asked {
	const url = tarballUrl(registryUrl, artefact);
	return { url, what: `the tarball of ${artefact.name}@${artefact.version}`, packageName: artefact.name };
}

async function openOnce(
	asked: Asked,
	{ requester, signal }: Pick<Source, 'requester' | 'signal'>,
	headers: Readonly<Record<string, string>>,
): Promise<Opened> {
	const call = await requester.openCall({ ...asked, signal }, () => undefined);
	try {
		return { call, response: await call.send({ accept: '*/*', ...headers }) };
	} catch (error) {
		call.end('abandon');
		const reason = call.reasonOf(error);
		throw isRetriable(reason) ? reason : toRequestError(reason, call.asked);
	}
}

type TransferParts = {
	readonly artefact: Artefact;
	readonly asked: Asked;
	readonly source: Source;
	readonly started: Started;
	readonly current: Opened;
};

/** One file on its way, over as many calls as it takes. */
class Transfer {
	readonly #parts: TransferParts;
	#current: Opened;
	#receivedBytes = 0;
	#isClosed = false;

	constructor(parts: TransferParts) {
		this.#parts = parts;
		this.#current = parts.current;
	}

	async *pieces(): AsyncIterable<Buffer> {
		const { requester } = this.#parts.source;
		let failures = 0;
		for (;;) {
			const before = this.#receivedBytes;
			try {
				yield* this.#read();
				return;
			} catch (thrown) {
				const reason = this.#current.call.reasonOf(thrown);
				failures = this.#receivedBytes > before ? 0 : failures + 1;
				const goesOn = (isRetriable(reason) || reason instanceof SilentConnection) && failures <= requester.retries && this.#isResumable();
				if (this.#isClosed || !goesOn) {
					throw this.#brokenOff(reason);
				}
			} finally {
				this.#current.call.end(this.#current.response.complete ? 'complete' : 'abandon');
			}

			if (failures > 0) {
				await this.#rest(failures);
			}

			this.#current = await this.#resume();
		}
	}

	/** Ends what is under way; nobody reads any more. */
	close(): void {
		this.#isClosed = true;
		const { call, response } = this.#current;
		call.end(response.complete ? 'complete' : 'abandon');
	}

	async *#read(): AsyncIterable<Buffer> {
		const { response } = this.#current;
		// A registry that knows no ranges sends all of it again, and what is here already is passed over.
		let skippedBytes = response.statusCode === 206 ? 0 : this.#receivedBytes;
		for await (const chunk of decodedBody(response)) {
			const bytes = chunk as Buffer;
			const rest = bytes.subarray(Math.min(skippedBytes, bytes.length));
			skippedBytes -= bytes.length - rest.length;
			if (rest.length > 0) {
				this.#receivedBytes += rest.length;
				yield rest;
			}
		}
	}

	/** What was compressed for the transfer cannot be taken up in the middle. */
	#isResumable(): boolean {
		return this.#parts.started.headers['content-encoding'] === undefined;
	}

	async #resume(): Promise<Opened> {
		const { asked, source, started } = this.#parts;
		const headers = rangeHeaders(started, this.#receivedBytes);
		const opened = await source.requester
			.withRetries({ ...asked, sentCredentials: false }, source.signal, () => openOnce(asked, source, headers))
			.catch((error: unknown) => {
				throw this.#brokenOff(error);
			});
		const isContinued =
			isSameFile(started, opened.response) &&
			(opened.response.statusCode === 200 || readRange(opened.response)?.firstByte === this.#receivedBytes);
		if (!isContinued) {
			opened.call.end('abandon');
			throw this.#brokenOff(new Error('the file changed'), 'broke off, and the registry has another file there now,');
		}

		return opened;
	}

	async #rest(failures: number): Promise<void> {
		const { asked, source } = this.#parts;
		await source.requester.rest({ ...asked, sentCredentials: false }, failures, source.signal);
	}

	#brokenOff(reason: unknown, how?: string): EngineError {
		const { artefact, started } = this.#parts;
		return brokenOff(reason, { artefact, receivedBytes: this.#receivedBytes, totalBytes: started.totalBytes, how });
	}
}

export function brokenOff(
	reason: unknown,
	transfer: {
		readonly artefact: Artefact;
		readonly receivedBytes: number;
		readonly totalBytes: number | null;
		readonly how?: string | undefined;
	},
): EngineError {
	const { artefact, receivedBytes, totalBytes, how } = transfer;
	if (isAbort(reason) || (reason instanceof EngineError && reason.code === 'cancelled')) {
		return new EngineError('cancelled', 'The operation was cancelled.', { cause: reason });
	}

	const why = how ?? (reason instanceof SilentConnection ? `fell silent for ${reason.milliseconds / 1000} s` : 'broke off');
	const size = totalBytes === null ? '' : ` of ${totalBytes}`;
	return new EngineError(
		'tarball-truncated',
		`The transfer of ${artefact.name}@${artefact.version} ${why} after ${receivedBytes}${size} bytes.`,
		{ cause: reason, hint: 'Try again; what was already fetched is kept.' },
	);
}
