import type { IncomingMessage } from 'node:http';
import { PassThrough } from 'node:stream';
import { EngineError, isAbort } from '../errors.ts';
import type { RegistryClient, TarballStream } from './registry-client.ts';
import { tarballUrl } from './configuration/registry-url.ts';
import { isRetriable, SilentConnection, toRequestError } from './network/request-failure.ts';
import type { Requester } from './network/requester.ts';

type Artefact = Parameters<RegistryClient['openTarball']>[0];
type Source = { readonly requester: Requester; readonly registryUrl: string; readonly signal: AbortSignal };

/**
 * Opens the tarball of one version through pacote, without its cache: bytes go to the content store only. Resolves once the registry has
 * answered, so that a refusal is an error of this call and the size is known; later failures are errors of the stream.
 */
export function openTarball(artefact: Artefact, source: Source): Promise<TarballStream> {
	const url = tarballUrl(source.registryUrl, artefact);
	const asked = { url, what: `the tarball of ${artefact.name}@${artefact.version}`, packageName: artefact.name };
	return source.requester.withRetries({ ...asked, sentCredentials: false }, source.signal, () => openOnce(artefact, asked, source));
}

async function openOnce(
	artefact: Artefact,
	asked: { readonly url: URL; readonly what: string; readonly packageName: string },
	{ requester, signal }: Source,
): Promise<TarballStream> {
	const { default: pacote } = await import('pacote');
	const answered = Promise.withResolvers<TarballStream>();
	const stream = new PassThrough();
	const progress = { isAnswered: false, receivedBytes: 0, totalBytes: null as number | null };
	const call = await requester.openCall({ ...asked, signal }, (response) => {
		const { statusCode = 0 } = response;
		if (statusCode >= 200 && statusCode < 300) {
			progress.isAnswered = true;
			progress.totalBytes = sizeOf(response);
			answered.resolve({ stream, totalBytes: progress.totalBytes });
		}
	});
	const fail = (thrown: unknown): void => {
		const reason = call.reasonOf(thrown);
		if (progress.isAnswered) {
			stream.destroy(brokenOff(reason, { artefact, ...progress }));
		} else {
			answered.reject(isRetriable(reason) ? reason : toRequestError(reason, call.asked));
			stream.destroy();
		}
	};
	stream.once('close', () => {
		call.end(stream.readableEnded ? 'complete' : 'abandon');
	});
	// A reader that attaches late still finds the error on the destroyed stream; without a listener node would end the process.
	stream.on('error', () => {});
	pacote.tarball
		.stream(
			asked.url.href,
			// Resolves whatever happens: pacote would otherwise start the transfer again into a stream that has bytes already.
			(source) =>
				new Promise<void>((resolve) => {
					stream.once('close', resolve);
					// Not once: after a cancelled transfer the socket reports its own end too, which would otherwise end the process.
					source.on('error', fail);
					source.once('end', () => {
						if (!progress.isAnswered) {
							fail(
								new EngineError('registry-response-invalid', `${asked.url.host} answered without content when asked for ${asked.what}.`),
							);
						}
					});
					source.on('data', (chunk: Buffer) => {
						progress.receivedBytes += chunk.length;
					});
					source.pipe(stream);
				}),
			// Online only, so that pacote neither reads nor writes a cache. The URL was already moved onto the registry.
			{ ...call.options, preferOnline: true, replaceRegistryHost: 'never' },
		)
		.catch(fail);
	return answered.promise;
}

/** Null when the registry does not say, or says it of a compressed transfer. */
function sizeOf({ headers }: IncomingMessage): number | null {
	const length = headers['content-length'];
	return length === undefined || headers['content-encoding'] !== undefined ? null : Number(length);
}

function brokenOff(
	reason: unknown,
	transfer: { readonly artefact: Artefact; readonly receivedBytes: number; readonly totalBytes: number | null },
): EngineError {
	const { artefact, receivedBytes, totalBytes } = transfer;
	if (isAbort(reason)) {
		return new EngineError('cancelled', 'The operation was cancelled.', { cause: reason });
	}

	const why = reason instanceof SilentConnection ? `fell silent for ${reason.milliseconds / 1000} s` : 'broke off';
	const size = totalBytes === null ? '' : ` of ${totalBytes}`;
	return new EngineError(
		'tarball-truncated',
		`The transfer of ${artefact.name}@${artefact.version} ${why} after ${receivedBytes}${size} bytes.`,
		{ cause: reason, hint: 'Try again; what was already fetched is kept.' },
	);
}
