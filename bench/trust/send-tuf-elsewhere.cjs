// Loaded into npm before it starts. npm asks one TUF repository, whose address cannot be configured; this sends those requests to
// loopback, where the repository of the bench's own Sigstore is served. Nothing else about npm changes.
const ASKED = 'https://tuf-repo-cdn.sigstore.dev/';
const { fetch } = globalThis;
globalThis.fetch = (url, options) => {
	const text = String(url);
	return fetch(text.startsWith(ASKED) ? `${process.env.BENCH_TUF}${text.slice(ASKED.length)}` : url, options);
};
