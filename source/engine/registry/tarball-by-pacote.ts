import { PassThrough } from 'node:stream';
import { EngineError } from '../errors.ts';
import { isRetriable, toRequestError } from './network/request-failure.ts';
import { sizeOf } from './network/resume.ts';
import type { TarballStream } from './registry-client.ts';
import { type Artefact, askedFor, brokenOff, type Source } from './tarball.ts';

/**
 * The same as `openTarball`, through pacote: npm's own client, which shares no code with ours above the socket. For what arrived damaged
 * once, so that a fault of one client cannot make the same damage again. Its cache is off: bytes go to the content store only.
 */
export function openTarballByPacote(artefact: Artefact, source: Source): Promise<TarballStream> {
	const asked = askedFor(artefact, source);
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
