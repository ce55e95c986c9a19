import { EngineError } from '../../errors.ts';
import { isRouteMissing } from '../network/request-failure.ts';
import type { Answer, Requester } from '../network/requester.ts';
import { parseKinds, parseProof } from '../catalogue/catalogue-rows.ts';
import { isPackageName } from '../package-name.ts';
import { isObject, parseLine, parseList, parsePerson } from '../parsing/parse-manifest.ts';
import type { SearchedPackage } from '../../package-search/index.ts';

const MAXIMUM_BYTES = 16_777_216;

export type RegistryAnswer = { readonly total: number; readonly packages: readonly SearchedPackage[] };

/** What the search of a registry finds, in its order; null when it has none. `text` may hold npm's `keywords:` and `author:`. */
export async function askRegistry(
	query: { readonly text: string; readonly size: number; readonly from: number },
	{ requester, registryUrl, signal }: { readonly requester: Requester; readonly registryUrl: string; readonly signal: AbortSignal },
): Promise<RegistryAnswer | null> {
	const url = new URL(`${registryUrl}-/v1/search`);
	url.search = new URLSearchParams({ text: query.text, size: String(query.size), from: String(query.from) }).toString();
	const what = `packages matching "${parseLine(query.text, '')}"`;
	let answer: Answer;
	try {
		answer = await requester.get({ url, what, packageName: null, maximumBytes: MAXIMUM_BYTES, signal });
	} catch (error) {
		if (isRouteMissing(error)) {
			return null;
		}

		throw error;
	}

	return parseAnswer(answer.body, url.host);
}

function parseAnswer(body: Buffer, host: string): RegistryAnswer {
	let raw: unknown;
	try {
		raw = JSON.parse(body.toString('utf8'));
	} catch (error) {
		throw invalid(host, 'something that is not JSON', error);
	}

	if (!isObject(raw) || !Array.isArray(raw['objects'])) {
		throw invalid(host, 'a document without a list of packages');
	}

	const packages = raw['objects'].flatMap(parseObject);
	const { total } = raw;
	return { total: Number.isSafeInteger(total) ? Number(total) : packages.length, packages };
}

function parseObject(raw: unknown): SearchedPackage[] {
	const found = isObject(raw) ? raw['package'] : null;
	if (!isObject(raw) || !isObject(found)) {
		return [];
	}

	const { name, version, maintainers } = found;
	if (typeof name !== 'string' || !isPackageName(name) || typeof version !== 'string') {
		return [];
	}

	return [
		{
			name,
			version: parseLine(version, ''),
			description: parseLine(found['description'], ''),
			keywords: parseList(found['keywords']),
			publisher: parsePerson(found['publisher']),
			maintainers: Array.isArray(maintainers) ? maintainers.map(parsePerson).filter((one) => one !== null) : [],
			licence: parseLine(found['license'], null),
			publishedAt: parseLine(found['date'], null),
			downloads: weeklyDownloads(raw['downloads']),
			permissions: parseKinds(found['permissions']),
			isPlugin: typeof found['isPlugin'] === 'boolean' ? found['isPlugin'] : null,
			proof: parseProof(found['proof']),
		},
	];
}

function weeklyDownloads(value: unknown): number | null {
	const weekly = isObject(value) ? value['weekly'] : null;
	return typeof weekly === 'number' && Number.isSafeInteger(weekly) && weekly >= 0 ? weekly : null;
}

function invalid(host: string, got: string, cause?: unknown): EngineError {
	return new EngineError('registry-response-invalid', `Expected search results from ${host}, got ${got}.`, { cause });
}
