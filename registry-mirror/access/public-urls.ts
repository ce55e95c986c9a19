import { MirrorError } from '../mirror-error.ts';

/**
 * The URL under which a request came in, without a slash at its end. Only names known beforehand are answered: a page in a browser that
 * points its own name at this port (DNS rebinding) reaches nothing, and nobody chooses what `dist.tarball` says.
 */
export type PublicUrls = (hostHeader: string | undefined) => string;

export function createPublicUrls(options: { readonly port: number; readonly declared: readonly string[] }): PublicUrls {
	const byHost = new Map<string, string>();
	for (const host of ['127.0.0.1', 'localhost', '[::1]']) {
		byHost.set(`${host}:${options.port}`, `http://${host}:${options.port}`);
	}

	for (const url of options.declared) {
		byHost.set(new URL(url).host, url.replace(/\/+$/u, ''));
	}

	return (hostHeader) => {
		const url = byHost.get((hostHeader ?? '').toLowerCase());
		if (url === undefined) {
			throw new MirrorError(421, 'misdirected', `This mirror is not known as "${(hostHeader ?? '').slice(0, 255)}".`);
		}

		return url;
	};
}
