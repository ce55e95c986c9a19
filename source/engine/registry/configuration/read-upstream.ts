import { credentialsFor } from '../network/credentials.ts';
import { readNpmConfiguration } from './npm-configuration.ts';
import type { RegistryClientOptions } from '../registry-client.ts';

/** The registry npm is configured with, for a mirror that pulls through from it. `authorization` is a secret: the whole header value, or null. */
export async function readUpstream(
	options: Pick<RegistryClientOptions, 'cwd' | 'environment'>,
): Promise<{ readonly url: string; readonly authorization: string | null }> {
	const configuration = await readNpmConfiguration({
		...options,
		registry: null,
		// What a project's file may not set concerns no one who only wants to know the registry.
		onNotice: () => {},
	});
	const { authorization } = await credentialsFor(new URL(configuration.defaultRegistry), configuration);
	return { url: configuration.defaultRegistry, authorization };
}
