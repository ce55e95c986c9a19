import { EngineError } from '../../errors.ts';
import { stripToLine } from '../../strip-controls.ts';

const PUBLIC_REGISTRY_HOST = 'registry.npmjs.org';
const LOOPBACK_HOSTS = new Set(['localhost', '127.0.0.1', '[::1]']);

/** A registry's URL with a slash at its end. Throws `settings-invalid` when it is no plain http(s) URL; `source` says who set it. */
export function parseRegistryUrl(text: string, source: string): string {
	const shown = stripToLine(text);
	if (!URL.canParse(text)) {
		throw new EngineError('settings-invalid', `The registry of ${source} is "${shown}", which is not a URL.`, {
			hint: 'Write it as https://registry.example.com/',
		});
	}

	const url = new URL(text);
	if (url.username !== '' || url.password !== '') {
		// Not shown: it would print the password.
		throw new EngineError('settings-invalid', `The registry of ${source} has a user name or a password in its URL (host ${url.host}).`, {
			hint: `Put them into ~/.npmrc as //${url.host}/:_authToken=... and leave them out of the URL.`,
		});
	}

	if (url.protocol !== 'https:' && url.protocol !== 'http:') {
		throw new EngineError('settings-invalid', `The registry of ${source} is "${shown}": expected https or http, got ${url.protocol}`);
	}

	url.search = '';
	url.hash = '';
	return url.href.endsWith('/') ? url.href : `${url.href}/`;
}

export function isLoopback(url: string): boolean {
	return LOOPBACK_HOSTS.has(new URL(url).hostname);
}

/**
 * Where to fetch a tarball that the registry names. It must lie under the registry: a packument may not send the client, and a token
 * with it, to any other place. Two exceptions are rewritten onto the registry, as npm does: the public registry's host, which mirrors
 * leave in their documents, and the registry's own host with the other protocol. A relative path is taken from the registry's root.
 */
export function tarballUrl(
	registryUrl: string,
	artefact: { readonly name: string; readonly version: string; readonly tarball: string },
): URL {
	const registry = new URL(registryUrl);
	const relative = artefact.tarball.replace(/^\/+/, '');
	const isAbsolute = /^[a-z][a-z0-9+.-]*:/i.test(artefact.tarball);
	const url = isAbsolute ? parseOrNull(artefact.tarball) : parseOrNull(`${registryUrl}${relative}`);
	if (url !== null && isUnder(url, registry)) {
		return url;
	}

	if (url !== null && isAbsolute) {
		const moved = rewrite(url, registry);
		if (moved !== null && isUnder(moved, registry)) {
			return moved;
		}
	}

	throw new EngineError(
		'registry-response-invalid',
		`The tarball of ${artefact.name}@${artefact.version} lies at ${url?.host ?? 'no valid URL'}${url?.pathname ?? ''}, outside of its registry ${registryUrl}`,
		{ hint: `Set the registry that hosts it: npm config set registry ${url?.origin ?? 'https://registry.example.com'}/` },
	);
}

/** A document that the registry names by URL, moved onto the registry; null when it does not lie under it. */
export function urlUnderRegistry(registryUrl: string, text: string): URL | null {
	const registry = new URL(registryUrl);
	const url = parseOrNull(text);
	if (url === null) {
		return null;
	}

	const moved = new URL(`${url.pathname}${url.search}`, registry);
	return isUnder(moved, registry) ? moved : null;
}

function rewrite(url: URL, registry: URL): URL | null {
	if (url.host === PUBLIC_REGISTRY_HOST) {
		return parseOrNull(`${registry.href}${url.pathname.slice(1)}${url.search}`);
	}

	return url.host === registry.host ? parseOrNull(`${registry.origin}${url.pathname}${url.search}`) : null;
}

function isUnder(url: URL, registry: URL): boolean {
	return url.origin === registry.origin && url.pathname.startsWith(registry.pathname) && url.username === '' && url.password === '';
}

function parseOrNull(text: string): URL | null {
	return URL.canParse(text) ? new URL(text) : null;
}
