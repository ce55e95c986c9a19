/* oxlint-disable typescript/no-unnecessary-type-conversion, typescript/no-base-to-string -- callers are untyped JavaScript, so what the types promise is converted all the same. */
import { defineLazily } from '../parts.ts';
import { URL, URLSearchParams } from '../url.ts';

type Parts = Readonly<Record<string, unknown>>;

function parseAbsolute(url: URL, { parseQuery }: { readonly parseQuery: boolean }): Parts {
	return {
		protocol: url.protocol,
		slashes: true,
		auth: url.username === '' ? null : `${url.username}:${url.password}`,
		host: url.host,
		hostname: url.hostname,
		port: url.port === '' ? null : url.port,
		pathname: url.pathname,
		search: url.search === '' ? null : url.search,
		query: parseQuery ? Object.fromEntries(url.searchParams) : url.search === '' ? null : url.search.slice(1),
		hash: url.hash === '' ? null : url.hash,
		path: url.pathname + url.search,
		href: url.href,
	};
}

/** What the old parser gives for a text without a scheme: a path with a query and a hash. */
function parseRelative(text: string, { parseQuery }: { readonly parseQuery: boolean }): Parts {
	const [, pathname = '', search = '', hash = ''] = /^([^?#]*)(\?[^#]*)?(#.*)?$/s.exec(text) ?? [];
	return {
		protocol: null,
		auth: null,
		host: null,
		hostname: null,
		port: null,
		pathname,
		search: search === '' ? null : search,
		query: parseQuery ? Object.fromEntries(new URLSearchParams(search)) : search === '' ? null : search.slice(1),
		hash: hash === '' ? null : hash,
		path: pathname + search,
		href: text,
	};
}

/** `url`: the standard's classes and the old parser's shape over them. */
export const urlModule: Readonly<Record<string, unknown>> = {
	URL,
	URLSearchParams,
	parse: (text: string, parseQuery = false) => {
		const url = URL.parse(text);
		return url === null ? parseRelative(text, { parseQuery }) : parseAbsolute(url, { parseQuery });
	},
	format: (value: unknown) =>
		typeof value === 'object' && value !== null && Reflect.has(value, 'href') ? String(Reflect.get(value, 'href')) : String(value),
	resolve: (from: string, to: string) => {
		const base = new URL(from, 'resolve://host/');
		const resolved = new URL(to, base.href);
		return resolved.protocol === 'resolve:' ? resolved.pathname + resolved.search + resolved.hash : resolved.href;
	},
	fileURLToPath: (url: unknown) => decodeURIComponent(new URL(String(url)).pathname),
	pathToFileURL: (path: string) => new URL(`file://${path.split('/').map(encodeURIComponent).join('/')}`),
	domainToASCII: (domain: string) => URL.parse(`http://${domain}`)?.hostname ?? '',
	domainToUnicode: (domain: string) => domain,
};

defineLazily(urlModule, 'web', ['URLPattern']);
