import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import {
	encodeCatalogueEnd,
	encodeCatalogueHead,
	encodeCatalogueRow,
	type SearchedPackage,
} from '../../source/engine/package-search/index.ts';

const WORDS =
	'react vue link check markdown parse lint format stream cache log file path net http date time color string array object deep merge clone test mock build bundle watch server client router state store form table chart graph tree queue worker thread crypto hash sign token auth user role mail image video audio pdf csv json yaml toml xml html css style theme icon font button modal menu list grid scroll touch drag drop i18n locale money math random uuid slug url query cookie session proxy retry limit batch pool event emitter promise async fiber type schema validate guard error debug trace metric health deploy docker cloud lambda edge kv sql mongo redis search index rank fuzzy plugin loader preset config env cli prompt spinner progress'.split(
		' ',
	);
const LICENCES = ['MIT', 'MIT', 'MIT', 'ISC', 'Apache-2.0', 'BSD-3-Clause', 'MPL-2.0', '(MIT OR Apache-2.0)'];
const PERMISSIONS = [[], [], ['net'], ['fs'], ['net', 'fs'], ['env']];
const NOW = Date.UTC(2026, 10, 20);

/** The same packages each time, with names, descriptions and facts as varied as those of a large registry. */
export function* generatePackages(count: number): Generator<SearchedPackage> {
	let state = 1;
	const pick = <T>(list: readonly T[]): T => {
		state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
		return list[Math.floor((state / 2 ** 32) * list.length)] as T;
	};
	const some = (least: number, most: number): readonly string[] =>
		Array.from({ length: pick(Array.from({ length: most - least + 1 }, (_, index) => least + index)) }, () => pick(WORDS));
	for (let index = 0; index < count; index += 1) {
		const scope = index % 6 === 0 ? `@${pick(WORDS)}-${pick(WORDS)}/` : '';
		const publisher = `${pick(WORDS)}${index % 997}`;
		yield {
			name: `${scope}${some(1, 3).join('-')}-${index}`,
			version: `${index % 9}.${index % 31}.0`,
			description: `A ${some(6, 14).join(' ')}.`,
			keywords: some(0, 6),
			publisher,
			maintainers: [publisher],
			licence: pick(LICENCES),
			publishedAt: new Date(NOW - (index % 1500) * 86_400_000).toISOString(),
			downloads: (index * 7919) % 900_001,
			permissions: pick(PERMISSIONS),
			isPlugin: index % 3 === 0,
			proof: index % 5 === 0 ? 'attested' : 'signed',
		};
	}
}

/** A registry on loopback that serves nothing but its list. */
export async function serveList(packages: Iterable<SearchedPackage>) {
	const lines = [...packages].map(encodeCatalogueRow);
	const text = encodeCatalogueHead({ revision: 'generated', since: null }) + lines.join('') + encodeCatalogueEnd(lines.length);
	const body = gzipSync(text);
	const server = createServer((request, response) => {
		if (request.url?.startsWith('/-/plugward/index') === true) {
			response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': String(body.length), etag: '"generated"' }).end(body);
		} else {
			response.writeHead(404, { 'content-type': 'application/json' }).end('{"error":"not found"}');
		}
	});
	await new Promise<void>((resolve) => {
		server.listen(0, '127.0.0.1', resolve);
	});
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
		bytes: text.length,
		packedBytes: body.length,
		close: () =>
			new Promise<void>((resolve) => {
				server.close(() => {
					resolve();
				});
				server.closeAllConnections();
			}),
	};
}
