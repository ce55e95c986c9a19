import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';
import { EngineError } from '../errors.ts';
import type { NpmConfiguration } from './configuration/npm-configuration.ts';
import { credentialsFor } from './network/credentials.ts';
import type { Requester } from './network/requester.ts';
import type { RegistryProbe } from './registry-client.ts';

const LARGEST_PING_BYTES = 65_536;

type Probing = { readonly requester: Requester; readonly configuration: NpmConfiguration; readonly signal: AbortSignal };

/** Asks the default registry for a ping and notes what its answer tells. */
export async function probeRegistry({ requester, configuration, signal }: Probing): Promise<RegistryProbe> {
	const url = new URL(`${configuration.defaultRegistry}-/ping`);
	const startedAt = performance.now();
	const { isSet } = await credentialsFor(url, configuration);
	const seen: Omit<RegistryProbe, 'hasCredentials'>[] = [];
	const onResponse = (response: IncomingMessage) => {
		seen.push({
			milliseconds: performance.now() - startedAt,
			status: response.statusCode ?? 0,
			date: dateOf(response.headers.date),
			tlsIssuer: issuerOf(response),
		});
	};
	try {
		await requester.get({ url, what: 'a ping', packageName: null, maximumBytes: LARGEST_PING_BYTES, signal, onResponse });
	} catch (error) {
		// A registry without the route still answered, and that is what is asked here.
		if (seen.length === 0 || signal.aborted) {
			throw error;
		}
	}

	// The last one: an answer before it was a redirect or was asked again.
	const last = seen.at(-1);
	if (last === undefined) {
		throw new EngineError('internal', 'The registry answered without an answer being seen.');
	}

	return { ...last, hasCredentials: isSet };
}

function dateOf(text: string | undefined): Date | null {
	const time = Date.parse(text ?? '');
	return Number.isNaN(time) ? null : new Date(time);
}

function issuerOf({ socket }: IncomingMessage): string | null {
	if (!(socket instanceof TLSSocket)) {
		return null;
	}

	const { issuer } = socket.getPeerCertificate();
	const name: unknown = issuer?.O ?? issuer?.CN;
	return typeof name === 'string' ? name : 'unnamed';
}
