import type { FastifyInstance } from 'fastify';
import type { DownloadSeries, Services } from '../services/index.ts';

type Rest = { Params: { '*': string } };

/** Numbers of downloads under the two addresses that npm has for them, `PERIOD/NAME` or `PERIOD/NAME,NAME` behind each. */
export function addDownloadRoutes(app: FastifyInstance, { downloads }: Services): void {
	for (const [address, toAnswer] of [
		['/downloads/point/*', point],
		['/downloads/range/*', range],
	] as const) {
		app.get<Rest>(address, async ({ params, principal }, reply) => {
			const { period, names } = parse(params['*']);
			reply.header('cache-control', 'no-cache');
			const [name = ''] = names;
			if (names.length <= 1) {
				return toAnswer(await downloads.series({ principal, name, period }));
			}

			const several = await downloads.several({ principal, names, period });
			return Object.fromEntries([...several].map(([one, series]) => [one, series === null ? null : toAnswer(series)]));
		});
	}
}

/** A name may have a slash in it, a period has none. */
function parse(text: string): { readonly period: string; readonly names: readonly string[] } {
	const end = text.indexOf('/');
	return end === -1 ? { period: text, names: [] } : { period: text.slice(0, end), names: [...new Set(text.slice(end + 1).split(','))] };
}

function point(series: DownloadSeries) {
	const { start, end, package: name } = series;
	return { downloads: series.days.reduce((sum, { downloads }) => sum + downloads, 0), start, end, package: name };
}

function range({ days, start, end, package: name }: DownloadSeries) {
	return { start, end, package: name, downloads: days };
}
