import { definePlugin } from 'plugward/sdk';
import { checkLinks } from './check-links.js';
import { findLinks } from './find-links.js';

const DEFAULT_TIMEOUT_MILLISECONDS = 8000;

export default definePlugin({
	async execute({ task, input }, context) {
		const links = findLinks(input.markdown);
		if (task === 'list') {
			return links;
		}

		context.log.info(`checking ${links.length} ${links.length === 1 ? 'link' : 'links'}`);
		const rows = await checkLinks(links, {
			fetch: context.fetch,
			signal: context.signal,
			timeoutMilliseconds: input.timeoutMilliseconds ?? DEFAULT_TIMEOUT_MILLISECONDS,
		});
		const ok = rows.filter((row) => row.result === 'ok').length;
		return { links: rows, ok, problems: rows.length - ok };
	},
});
