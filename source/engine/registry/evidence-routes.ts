import { EngineError } from '../errors.ts';
import { escapePackageName } from './package-name.ts';
import { isObject } from './parsing/parse-manifest.ts';
import type { AttestationsAnswer, RegistryKey } from './registry-client.ts';
import { tarballUrl, urlUnderRegistry } from './configuration/registry-url.ts';
import { statusOf } from './network/request-failure.ts';
import type { Answer, Question, Requester } from './network/requester.ts';

const MAXIMUM_BYTES = 16_777_216;
const MAXIMUM_SIGNATURE_BYTES = 262_144;
/** What a registry without such a route answers. */
const NO_ROUTE_STATUSES = new Set([404, 405, 501]);

type Source = { readonly requester: Requester; readonly registryUrl: string; readonly signal: AbortSignal };

/** The keys a registry signs with; null when it does not serve the route. Keys are hints until a signature proves them. */
export async function fetchSigningKeys({ requester, registryUrl, signal }: Source): Promise<readonly RegistryKey[] | null> {
	const url = new URL(`${registryUrl}-/npm/v1/keys`);
	const json = await askForJson(requester, { url, what: 'its signing keys', signal });
	const keys = isObject(json) ? json['keys'] : null;
	return Array.isArray(keys) ? keys.flatMap(parseKey) : null;
}

/** The attestations document of one version, unverified. Always asked of the package's own registry, whatever host the packument names. */
export async function fetchAttestations(
	artefact: { readonly name: string; readonly version: string; readonly url: string | null },
	{ requester, registryUrl, signal }: Source,
): Promise<AttestationsAnswer> {
	const usual = new URL(`${registryUrl}-/npm/v1/attestations/${escapePackageName(artefact.name)}@${encodeURIComponent(artefact.version)}`);
	const url = (artefact.url === null ? null : urlUnderRegistry(registryUrl, artefact.url)) ?? usual;
	const json = await askForJson(requester, { url, what: `the attestations of ${artefact.name}@${artefact.version}`, signal });
	return json === undefined
		? { type: 'not-served', why: `${url.host} serves no attestations for ${artefact.name}@${artefact.version}.` }
		: { type: 'served', json };
}

/** Signed statements of people about a name, unverified; empty when the registry keeps none. */
export async function fetchStatements(name: string, { requester, registryUrl, signal }: Source): Promise<readonly unknown[]> {
	const url = new URL(`${registryUrl}-/trust/v1/statements/${escapePackageName(name)}`);
	const json = await askForJson(requester, { url, what: `what people said of ${name}`, signal });
	const statements = isObject(json) ? json['statements'] : null;
	return Array.isArray(statements) ? (statements as readonly unknown[]) : [];
}

/** Gives the registry a signed statement about a name; false when it had it. Throws `registry-response-invalid` when it keeps none. */
export async function putStatement(
	{ name, bundle }: { readonly name: string; readonly bundle: unknown },
	{ requester, registryUrl, signal }: Source,
): Promise<boolean> {
	const url = new URL(`${registryUrl}-/trust/v1/statements/${escapePackageName(name)}`);
	const answer = await askUnlessMissing(requester, {
		url,
		what: `to keep a statement about ${name}`,
		packageName: null,
		headers: { accept: 'application/json', 'content-type': 'application/json' },
		maximumBytes: MAXIMUM_SIGNATURE_BYTES,
		body: Buffer.from(JSON.stringify(bundle)),
		signal,
	});
	if (answer === null) {
		throw new EngineError('registry-response-invalid', `${url.host} keeps no statements of people.`, {
			hint: 'Give them away as a file: plugward trust export > endorsements.jsonl',
		});
	}

	return answer.status === 201;
}

/** The armored signature beside a tarball, unverified; null when the registry has none, or answers with a page for people. */
export async function fetchDetachedSignature(
	artefact: { readonly name: string; readonly version: string; readonly tarball: string },
	{ requester, registryUrl, signal }: Source,
): Promise<string | null> {
	const url = tarballUrl(registryUrl, artefact);
	url.pathname += '.asc';
	const what = `the OpenPGP signature of ${artefact.name}@${artefact.version}`;
	const answer = await askUnlessMissing(requester, { url, what, packageName: null, maximumBytes: MAXIMUM_SIGNATURE_BYTES, signal });
	const text = answer?.body.toString('latin1') ?? '';
	return text.includes('-----BEGIN PGP SIGNATURE-----') ? text : null;
}

/** A file of the registry's advisory set, unparsed; undefined when it has none of this name. */
export async function fetchAdvisoryFile(file: string, { requester, registryUrl, signal }: Source): Promise<unknown> {
	const url = new URL(`${registryUrl}-/advisories/${encodeURIComponent(file)}`);
	return askForJson(requester, { url, what: `its advisories (${file})`, signal });
}

/** Undefined when the registry has no such route, which it says by status or by a page for people. */
async function askForJson(
	requester: Requester,
	question: { readonly url: URL; readonly what: string; readonly signal: AbortSignal },
): Promise<unknown> {
	const answer = await askUnlessMissing(requester, {
		...question,
		packageName: null,
		headers: { accept: 'application/json' },
		maximumBytes: MAXIMUM_BYTES,
	});
	if (answer === null) {
		return undefined;
	}

	try {
		return JSON.parse(answer.body.toString('utf8'));
	} catch (error) {
		if (error instanceof SyntaxError) {
			return undefined;
		}

		throw error;
	}
}

async function askUnlessMissing(requester: Requester, question: Question): Promise<Answer | null> {
	try {
		return await requester.get(question);
	} catch (error) {
		if (error instanceof EngineError && NO_ROUTE_STATUSES.has(statusOf(error.cause) ?? 0)) {
			return null;
		}

		throw error;
	}
}

function parseKey(raw: unknown): RegistryKey[] {
	if (!isObject(raw)) {
		return [];
	}

	const { keyid, keytype, scheme, key, expires, names } = raw;
	if (typeof keyid !== 'string' || typeof key !== 'string') {
		return [];
	}

	return [
		{
			keyid,
			keytype: typeof keytype === 'string' ? keytype : '',
			scheme: typeof scheme === 'string' ? scheme : '',
			key,
			expires: typeof expires === 'string' ? expires : null,
			names: Array.isArray(names) ? names.filter((pattern) => typeof pattern === 'string') : null,
		},
	];
}
