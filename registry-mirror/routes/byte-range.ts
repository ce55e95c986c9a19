import { MirrorError } from '../mirror-error.ts';

/** One range of a `range` header, both ends included. Null means the whole; several ranges are answered with the whole, as RFC 9110 allows. */
export function parseByteRange(header: string | undefined, bytes: number): { readonly start: number; readonly end: number } | null {
	const match = /^bytes=(\d*)-(\d*)$/u.exec(header?.trim() ?? '');
	const [, first = '', last = ''] = match ?? [];
	if (match === null || (first === '' && last === '')) {
		return null;
	}

	const start = first === '' ? Math.max(0, bytes - Number(last)) : Number(first);
	const end = first === '' || last === '' ? bytes - 1 : Math.min(Number(last), bytes - 1);
	if (start > end) {
		throw new MirrorError(416, 'range-not-satisfiable', `The range ${header} lies outside the ${bytes} bytes.`, {
			headers: { 'content-range': `bytes */${bytes}` },
		});
	}

	return { start, end };
}
