import type { Encoding } from '../services/index.ts';

export const ABBREVIATED_MEDIA_TYPE = 'application/vnd.npm.install-v1+json';

export function wantsAbbreviated(accept: string | undefined): boolean {
	return accept !== undefined && qualityOf(accept, ABBREVIATED_MEDIA_TYPE) > 0;
}

/** The smallest encoding the client takes. */
export function chooseEncoding(acceptEncoding: string | undefined): Encoding {
	const header = acceptEncoding ?? '';
	if (qualityOf(header, 'zstd') > 0) {
		return 'zstd';
	}

	return qualityOf(header, 'gzip') > 0 ? 'gzip' : 'identity';
}

/** True when the client already has this content in any encoding: a 304 carries no body, so its encoding does not matter. */
export function hasCurrent(ifNoneMatch: string | undefined, digest: string): boolean {
	return (
		ifNoneMatch !== undefined &&
		ifNoneMatch.split(',').some((etag) => /^(?:W\/)?"([^"]*?)(?:-gzip|-zstd)?"$/u.exec(etag.trim())?.[1] === digest)
	);
}

function qualityOf(header: string, wanted: string): number {
	for (const part of header.split(',')) {
		const [name = '', ...parameters] = part.split(';');
		if (name.trim().toLowerCase() === wanted) {
			const quality = parameters.map((parameter) => /^\s*q=([\d.]+)\s*$/iu.exec(parameter)?.[1]).find((value) => value !== undefined);
			return Number(quality ?? 1);
		}
	}

	return 0;
}
