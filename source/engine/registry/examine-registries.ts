import { EngineError } from '../errors.ts';
import { type NpmConfiguration, readNpmConfiguration, type RegistrySource } from './configuration/npm-configuration.ts';
import { fetchSigningKeys } from './evidence-routes.ts';
import { credentialsFor } from './network/credentials.ts';
import { createRequester, type Requester } from './network/requester.ts';
import { statusOf } from './network/request-failure.ts';
import { probeRegistry } from './probe.ts';
import type { RegistryClientOptions } from './registry-client.ts';

const LARGEST_ANSWER_BYTES = 1_048_576;

export type RegistryAnswer =
	| {
			readonly type: 'answered';
			readonly milliseconds: number;
			readonly status: number;
			/** Finds packages by words; null when it did not say. */
			readonly hasSearch: boolean | null;
			/** Tells the keys it signs with. */
			readonly hasKeys: boolean | null;
	  }
	| { readonly type: 'silent'; /** Why, as a sentence. */ readonly text: string }
	| { readonly type: 'not-asked' };

export type ExaminedRegistry = {
	/** `@scope`; null for the default registry. */
	readonly scope: string | null;
	readonly url: string;
	readonly source: RegistrySource;
	/** Whether .npmrc or the environment holds something that identifies the user to it. What that is, is never told. */
	readonly hasCredentials: boolean;
	readonly answer: RegistryAnswer;
};

type Options = Pick<RegistryClientOptions, 'cwd' | 'environment' | 'registry' | 'offline'>;

/** Every registry that npm's configuration names, and what each answers. A registry that does not answer is a finding and no error. */
export async function examineRegistries(
	options: Options,
	{ signal }: { readonly signal: AbortSignal },
): Promise<readonly ExaminedRegistry[]> {
	const configuration = await readNpmConfiguration({ ...options, onNotice: () => undefined });
	const requester = createRequester({ ...configuration, retries: 0 });
	try {
		const answers = new Map<string, Promise<RegistryAnswer>>();
		const named = [[null, configuration.defaultRegistry] as const, ...[...configuration.scopes].toSorted(([a], [b]) => (a < b ? -1 : 1))];
		return await Promise.all(
			named.map(async ([scope, url]) => ({
				scope,
				url,
				source: configuration.sources.get(scope ?? '') ?? 'default',
				hasCredentials: (await credentialsFor(new URL(url), configuration)).isSet,
				// Several scopes may have one registry, which is asked once.
				answer: await answers.getOrInsertComputed(url, async () =>
					options.offline ? { type: 'not-asked' } : ask({ requester, configuration: { ...configuration, defaultRegistry: url }, signal }),
				),
			})),
		);
	} finally {
		requester.close();
	}
}

type Asking = { readonly requester: Requester; readonly configuration: NpmConfiguration; readonly signal: AbortSignal };

async function ask({ requester, configuration, signal }: Asking): Promise<RegistryAnswer> {
	const registryUrl = configuration.defaultRegistry;
	try {
		const { milliseconds, status } = await probeRegistry({ requester, configuration, signal });
		const [hasSearch, hasKeys] = await Promise.all([
			unlessUnclear(searches({ requester, registryUrl, signal }), signal),
			unlessUnclear(
				fetchSigningKeys({ requester, registryUrl, signal }).then((keys) => keys !== null && keys.length > 0),
				signal,
			),
		]);
		return { type: 'answered', milliseconds, status, hasSearch, hasKeys };
	} catch (error) {
		if (!(error instanceof EngineError) || error.code === 'cancelled') {
			throw error;
		}

		return { type: 'silent', text: error.message };
	}
}

/** Null when the answer to one question fails otherwise than by saying no: the registry is there all the same. */
async function unlessUnclear(question: Promise<boolean>, signal: AbortSignal): Promise<boolean | null> {
	try {
		return await question;
	} catch (error) {
		if (signal.aborted || !(error instanceof EngineError)) {
			throw error;
		}

		return null;
	}
}

async function searches({
	requester,
	registryUrl,
	signal,
}: {
	readonly requester: Requester;
	readonly registryUrl: string;
	readonly signal: AbortSignal;
}): Promise<boolean> {
	const url = new URL(`${registryUrl}-/v1/search?text=a&size=1&from=0`);
	try {
		await requester.get({ url, what: 'whether it has a search', packageName: null, maximumBytes: LARGEST_ANSWER_BYTES, signal });
		return true;
	} catch (error) {
		const status = error instanceof EngineError ? (statusOf(error.cause) ?? 0) : 0;
		if (status === 404 || status === 405 || status === 501) {
			return false;
		}

		throw error;
	}
}
