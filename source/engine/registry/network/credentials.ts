import type { NpmConfiguration } from '../configuration/npm-configuration.ts';

/** What the configuration holds for one URL: the value of the authorization header, and whether anything identifies the user. */
export type Credentials = {
	readonly authorization: string | null;
	readonly isSet: boolean;
	/** Of a client certificate, in PEM. */
	readonly cert: string | null;
	readonly key: string | null;
};

/** Looks up credentials the way the HTTP library will, so that both agree. */
export async function credentialsFor(url: URL, configuration: NpmConfiguration): Promise<Credentials> {
	// This file of the library alone: all of it takes as long to load as the first ten requests.
	const { default: getAuth } = await import('npm-registry-fetch/lib/auth.js');
	const found = getAuth(url.href, configuration.requestOptions);
	const authorization = found.token ? `Bearer ${found.token}` : found.auth ? `Basic ${found.auth}` : null;
	const cert = found.cert ?? null;
	return { authorization, cert, key: found.key ?? null, isSet: authorization !== null || cert !== null };
}
