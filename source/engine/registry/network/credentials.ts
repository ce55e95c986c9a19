import type { NpmConfiguration } from '../configuration/npm-configuration.ts';

/** What the configuration holds for one URL: the value of the authorization header, and whether anything identifies the user. */
export type Credentials = { readonly authorization: string | null; readonly isSet: boolean };

/** Looks up credentials the way the HTTP library will, so that both agree. */
export async function credentialsFor(url: URL, configuration: NpmConfiguration): Promise<Credentials> {
	const { default: fetch } = await import('npm-registry-fetch');
	// The published types lack `getAuth`.
	const getAuth = Reflect.get(fetch, 'getAuth') as (url: string, options: object) => { token?: string; auth?: string; cert?: string };
	const { token, auth, cert } = getAuth(url.href, configuration.requestOptions);
	if (token) {
		return { authorization: `Bearer ${token}`, isSet: true };
	}

	return auth ? { authorization: `Basic ${auth}`, isSet: true } : { authorization: null, isSet: Boolean(cert) };
}
