const AT_ONCE = 6;
/** Some servers answer HEAD with these although the page is there. */
const HEAD_REFUSED = new Set([403, 404, 405, 501]);

/**
 * Asks for every link, a few at a time, and keeps their order.
 *
 * @param {{url: string, line: number}[]} links
 * @param {{fetch: Function, signal: AbortSignal, timeoutMilliseconds: number}} options
 */
export async function checkLinks(links, options) {
	const rows = Array.from({ length: links.length });
	let next = 0;
	const worker = async () => {
		while (next < links.length) {
			const index = next;
			next += 1;
			rows[index] = { line: links[index].line, ...(await checkLink(links[index].url, options)) };
		}
	};
	await Promise.all(Array.from({ length: Math.min(AT_ONCE, links.length) }, worker));
	return rows;
}

async function checkLink(url, options) {
	const address = url.replace(/#.*$/, '');
	try {
		let response = await ask(address, 'HEAD', options);
		if (HEAD_REFUSED.has(response.status)) {
			response = await ask(address, 'GET', options);
		}

		return { result: resultOf(response.status), status: response.status, url, note: noteOf(response) };
	} catch (error) {
		if (error.code === 'ERR_PERMISSION_DENIED') {
			return { result: 'not allowed', status: null, url, note: error.hint };
		}

		if (options.signal.aborted) {
			throw error;
		}

		return { result: 'no answer', status: null, url, note: String(error.message ?? error) };
	}
}

function ask(address, method, { fetch, signal, timeoutMilliseconds }) {
	return fetch(address, { method, redirect: 'manual', signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMilliseconds)]) });
}

function resultOf(status) {
	if (status >= 300 && status < 400) {
		return 'moved';
	}

	return status >= 200 && status < 300 ? 'ok' : 'dead';
}

function noteOf(response) {
	const location = response.headers.get('location');
	return location === null ? '' : `now at ${location}`;
}
