import type { DownloadNumbers } from '../../download-numbers.ts';
import { EngineError } from '../../errors.ts';
import { isRouteMissing } from '../network/request-failure.ts';
import type { Requester } from '../network/requester.ts';
import { joinShared, untilAborted } from '../network/shared-work.ts';
import { type DownloadsAddress, downloadsAddress } from './downloads-address.ts';
import { parseDownloads } from './parse-downloads.ts';
import type { SilentRegistries, Silence } from './silent-registries.ts';

/** A month of a package is about 1.5 kB. */
const MAXIMUM_BYTES = 65_536;
/** The numbers are not worth a longer wait. */
const PATIENCE_MILLISECONDS = 3000;
const MINUTE = 60_000;
const FRESH_MILLISECONDS = 5 * MINUTE;
const MOST_KEPT = 200;
const SILENT_MILLISECONDS = { 'not-served': 24 * 60 * MINUTE, unreachable: 10 * MINUTE } as const;

export type DownloadsRequest = {
	readonly name: string;
	/** Asks again what was answered a moment ago, and who was not reached; not who serves no numbers. */
	readonly fresh: boolean;
};

type Waiting = { readonly signal: AbortSignal };
type Untold = Extract<DownloadNumbers, { readonly type: 'untold' }>;

type Options = {
	readonly requester: Requester;
	readonly registryFor: (name: string) => string;
	readonly offline: boolean;
	readonly silent: SilentRegistries;
	/** Rejects for a package that the registry does not have. */
	readonly requirePackage: (name: string, waiting: Waiting) => Promise<unknown>;
};

/** Asks for the downloads of a package; that there are none to be had is an answer. Rejects when cancelled, and for a package that is not there. */
export function createDownloads(options: Options): (request: DownloadsRequest, waiting: Waiting) => Promise<DownloadNumbers> {
	const known = new Map<string, { readonly at: number; readonly numbers: DownloadNumbers }>();
	const asked = new Map<string, Promise<DownloadNumbers>>();
	return async ({ name, fresh }, { signal }) => {
		if (options.offline) {
			return untold('offline', 'Offline, so no registry is asked for numbers of downloads.');
		}

		const address = downloadsAddress(options.registryFor(name), name);
		const kept = known.get(name);
		if (!fresh && kept !== undefined && Date.now() - kept.at < FRESH_MILLISECONDS) {
			return kept.numbers;
		}

		const silence = await options.silent.find(address.root, Date.now());
		if (silence !== null && !(fresh && silence.reason === 'unreachable')) {
			return untold(silence.reason, silence.why);
		}

		const asking = joinShared({ shared: asked, name, signal, start: () => ask(options, { address, name, signal }) });
		try {
			const numbers = await untilAborted(asking, signal);
			keep(known, name, numbers);
			return numbers;
		} finally {
			asked.delete(name);
		}
	};
}

function keep(
	known: Map<string, { readonly at: number; readonly numbers: DownloadNumbers }>,
	name: string,
	numbers: DownloadNumbers,
): void {
	known.delete(name);
	known.set(name, { at: Date.now(), numbers });
	for (const oldest of [...known.keys()].slice(0, Math.max(0, known.size - MOST_KEPT))) {
		known.delete(oldest);
	}
}

type Question = { readonly address: DownloadsAddress; readonly name: string; readonly signal: AbortSignal };

async function ask(options: Options, question: Question): Promise<DownloadNumbers> {
	const { requester, silent } = options;
	const { address, name, signal } = question;
	const { host } = address.url;
	const patience = AbortSignal.timeout(PATIENCE_MILLISECONDS);
	try {
		const { body } = await requester.get({
			url: address.url,
			what: `the downloads of ${name}`,
			packageName: null,
			headers: { accept: 'application/json' },
			maximumBytes: MAXIMUM_BYTES,
			signal: AbortSignal.any([signal, patience]),
			isOnce: true,
			staysAtOrigin: true,
		});
		const json = parseJson(body);
		if (json === undefined) {
			return await withoutRoute(options, question);
		}

		const parsed = parseDownloads(json, { name, host, now: Date.now() });
		if (parsed.type === 'refused') {
			return untold('unreadable', `What ${host} tells of downloads cannot be right: ${parsed.what}.`);
		}

		await silent.forget(address.root);
		return parsed;
	} catch (error) {
		if (signal.aborted || !(error instanceof EngineError)) {
			throw error;
		}

		return patience.aborted
			? remember(silent, address, silence('unreachable', `${host} told no numbers of downloads within ${PATIENCE_MILLISECONDS / 1000} s.`))
			: fromFailure(error, options, question);
	}
}

async function fromFailure(error: EngineError, options: Options, question: Question): Promise<Untold> {
	if (error.code === 'registry-unreachable') {
		return remember(options.silent, question.address, silence('unreachable', error.message));
	}

	return isRouteMissing(error) ? withoutRoute(options, question) : untold('unreachable', error.message);
}

/** What has no such route says so by status, or with a page for people. */
async function withoutRoute({ silent, requirePackage }: Options, { address, name, signal }: Question): Promise<Untold> {
	const { host } = address.url;
	// The public host has numbers, so it is the package that it does not know.
	if (address.isPublic) {
		return untold('unknown-package', `${host} knows no downloads of ${name}.`);
	}

	// A registry also answers so for a package that it does not have, which says nothing about its other packages.
	try {
		await requirePackage(name, { signal });
	} catch (error) {
		if (signal.aborted || !(error instanceof EngineError) || error.code === 'package-not-found') {
			throw error;
		}

		return untold('unreachable', error.message);
	}

	return remember(silent, address, silence('not-served', `${host} serves no numbers of downloads.`));
}

/** Undefined for what is no JSON. */
function parseJson(body: Buffer): unknown {
	try {
		return JSON.parse(body.toString('utf8'));
	} catch (error) {
		if (error instanceof SyntaxError) {
			return undefined;
		}

		throw error;
	}
}

function silence(reason: Silence['reason'], why: string): Silence {
	return { reason, why, until: Date.now() + SILENT_MILLISECONDS[reason] };
}

async function remember(silent: SilentRegistries, { root }: DownloadsAddress, kept: Silence): Promise<Untold> {
	await silent.remember(root, kept);
	return untold(kept.reason, kept.why);
}

function untold(reason: Untold['reason'], why: string): Untold {
	return { type: 'untold', reason, why };
}
