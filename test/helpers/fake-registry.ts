import { createHash } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import semver from 'semver';
import { packTarball } from './pack-tarball.ts';

type Json = Readonly<Record<string, unknown>>;
type Answer = { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: Buffer };

/** One version as served. Hand `tarball` and `integrity` to whatever checks them. */
export type ServedVersion = {
	readonly name: string;
	readonly version: string;
	readonly manifest: Json;
	readonly tarball: Buffer;
	readonly integrity: string;
	readonly shasum: string;
	readonly tarballUrl: string;
};

/** What goes wrong at one path. `path` has neither host, prefix nor query: `/left-pad`, `/@s/n`, `/left-pad/-/left-pad-1.0.0.tgz`. */
export type Fault = { readonly path: string; /** How many requests it spoils; all of them when left out. */ readonly times?: number } & (
	| { readonly kind: 'not-json' | 'truncate' | 'hang' | 'reset' | 'wrong-bytes' }
	| { readonly kind: 'status'; readonly status: number; readonly headers?: Readonly<Record<string, string>> }
	| { readonly kind: 'redirect'; readonly location: string }
	| { readonly kind: 'delay'; readonly milliseconds: number }
);

export type SeenRequest = {
	readonly method: string;
	/** Decoded, without prefix and query. */
	readonly path: string;
	readonly query: URLSearchParams;
	readonly headers: IncomingHttpHeaders;
	/** The status answered; 0 while open or when the connection was cut. */
	status: number;
};

export type FakeRegistryOptions = {
	/** Answers 401 to a request without `authorization: Bearer <token>`. */
	readonly token?: string;
	/** Serves `/-/v1/search`; 404 when false, which is the default. */
	readonly search?: boolean;
	/** Answers with the full document whatever is asked for, as many registries do. */
	readonly onlyFull?: boolean;
	/** Leaves `modified` out of abbreviated documents. */
	readonly isUndated?: boolean;
	/** Serves everything below this path, for instance `/npm/team`. */
	readonly pathPrefix?: string;
};

type ServedPackage = {
	readonly versions: Map<string, ServedVersion>;
	readonly distributions: Map<string, Record<string, unknown>>;
	readonly time: Map<string, string>;
	readonly tags: Map<string, string>;
};

/** Starts an npm registry on loopback: `await using registry = await startFakeRegistry()`. */
export async function startFakeRegistry(options: FakeRegistryOptions = {}): Promise<FakeRegistry> {
	const registry = new FakeRegistry(options);
	await registry.listen();
	return registry;
}

export class FakeRegistry {
	/** Every request so far, oldest first. */
	readonly requests: SeenRequest[] = [];
	readonly #options: FakeRegistryOptions;
	readonly #server = createServer((request, response) => {
		this.#handle(request, response);
	});
	readonly #packages = new Map<string, ServedPackage>();
	readonly #raw = new Map<string, Answer>();
	readonly #faults: { fault: Fault; left: number }[] = [];
	readonly #timers = new Set<NodeJS.Timeout>();
	#publishedCount = 0;
	#open = 0;

	constructor(options: FakeRegistryOptions) {
		this.#options = options;
	}

	/** With a slash at its end, as npm writes it. */
	get url(): string {
		return `${this.origin}${this.#prefix}/`;
	}

	get origin(): string {
		return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
	}

	/**
	 * Publishes a version. `manifest` is laid over `{name, version}` (its `dist` over the computed one); `files` over a package.json made
	 * of that manifest. Publish times start at 2020-01-01 and grow by a day per version; `latest` is the highest stable version until `setTag`.
	 */
	serve(name: string, version: string, manifest: Json = {}, files: Readonly<Record<string, string | Buffer>> = {}): ServedVersion {
		const { dist, ...fields } = manifest;
		const packageJson = { name, version, ...fields };
		const tarball = packTarball({ 'package.json': `${JSON.stringify(packageJson, null, 2)}\n`, ...files });
		const served: ServedVersion = {
			name,
			version,
			manifest: packageJson,
			tarball,
			integrity: `sha512-${createHash('sha512').update(tarball).digest('base64')}`,
			shasum: createHash('sha1').update(tarball).digest('hex'),
			tarballUrl: `${this.url}${name}/-/${name.split('/').at(-1)}-${version}.tgz`,
		};
		const known = this.#package(name);
		known.versions.set(version, served);
		known.distributions.set(version, {
			integrity: served.integrity,
			shasum: served.shasum,
			tarball: served.tarballUrl,
			fileCount: Object.keys(files).length + 1,
			...(dist as Json | undefined),
		});
		known.time.set(version, new Date(Date.UTC(2020, 0, 1 + this.#publishedCount++)).toISOString());
		return served;
	}

	unpublish(name: string, version: string): void {
		this.#package(name).versions.delete(version);
	}

	setTag(name: string, tag: string, version: string): void {
		this.#package(name).tags.set(tag, version);
	}

	/** Null removes the time, as registries that strip it do. */
	setTime(name: string, version: string, isoTime: string | null): void {
		const { time } = this.#package(name);
		if (isoTime === null) {
			time.delete(version);
		} else {
			time.set(version, isoTime);
		}
	}

	/** Lays fields over `dist` of a served version: signatures made from its integrity, another tarball URL. */
	setDistribution(name: string, version: string, fields: Json): void {
		Object.assign(this.#package(name).distributions.get(version) ?? {}, fields);
	}

	/** Serves `/-/npm/v1/keys`. Without this call the registry answers 404 there. */
	serveSignatures(keys: readonly Json[]): void {
		this.serveRaw('/-/npm/v1/keys', { body: JSON.stringify({ keys }) });
	}

	/** Serves the attestations document and names it in `dist.attestations`. */
	serveAttestations(name: string, version: string, document: unknown): void {
		const path = `/-/npm/v1/attestations/${name}@${version}`;
		this.serveRaw(path, { body: JSON.stringify(document) });
		const url = `${this.url}${path.slice(1).replace(name, encodeURIComponent(name))}`;
		this.setDistribution(name, version, { attestations: { url, provenance: { predicateType: 'https://slsa.dev/provenance/v1' } } });
	}

	/** Serves any bytes at a path, before everything else: hostile packuments, archives, headers. */
	serveRaw(
		path: string,
		answer: { readonly status?: number; readonly headers?: Readonly<Record<string, string>>; readonly body: string | Buffer },
	): void {
		this.#raw.set(path, {
			status: answer.status ?? 200,
			headers: { 'content-type': 'application/json', ...answer.headers },
			body: Buffer.from(answer.body),
		});
	}

	fault(fault: Fault): void {
		this.#faults.push({ fault, left: fault.times ?? Number.POSITIVE_INFINITY });
	}

	clearFaults(): void {
		this.#faults.length = 0;
	}

	requestsTo(path: string): SeenRequest[] {
		return this.requests.filter((request) => request.path === path);
	}

	/** Requests that have been received and neither answered whole nor cut off. */
	openRequests(): number {
		return this.#open;
	}

	listen(): Promise<void> {
		return new Promise((resolve) => {
			this.#server.listen(0, '127.0.0.1', resolve);
		});
	}

	/** Stops listening and cuts open connections; the port is dead from then on. */
	close(): Promise<void> {
		for (const timer of this.#timers) {
			clearTimeout(timer);
		}

		return new Promise((resolve) => {
			this.#server.close(() => {
				resolve();
			});
			this.#server.closeAllConnections();
		});
	}

	[Symbol.asyncDispose](): Promise<void> {
		return this.close();
	}

	get #prefix(): string {
		return this.#options.pathPrefix ?? '';
	}

	#package(name: string): ServedPackage {
		const known = this.#packages.get(name) ?? { versions: new Map(), distributions: new Map(), time: new Map(), tags: new Map() };
		this.#packages.set(name, known);
		return known;
	}

	#handle(request: IncomingMessage, response: ServerResponse): void {
		const url = new URL(request.url ?? '/', this.origin);
		const path = url.pathname.startsWith(this.#prefix) ? decodeURIComponent(url.pathname.slice(this.#prefix.length)) : '';
		const seen: SeenRequest = { method: request.method ?? 'GET', path, query: url.searchParams, headers: request.headers, status: 0 };
		this.requests.push(seen);
		this.#open += 1;
		response.on('close', () => {
			this.#open -= 1;
		});
		response.on('finish', () => {
			seen.status = response.statusCode;
		});
		const active = this.#faults.find(({ fault, left }) => fault.path === path && left > 0);
		if (active === undefined) {
			send(request, response, this.#answer(seen));
		} else {
			active.left -= 1;
			this.#spoil(active.fault, { request, response, answer: this.#answer(seen) });
		}
	}

	#spoil(fault: Fault, exchange: { request: IncomingMessage; response: ServerResponse; answer: Answer }): void {
		const { request, response, answer } = exchange;
		switch (fault.kind) {
			case 'hang':
				return;
			case 'reset':
				request.socket.resetAndDestroy();
				return;
			case 'truncate':
				response.writeHead(answer.status, { ...answer.headers, 'content-length': String(answer.body.length) });
				response.write(answer.body.subarray(0, Math.floor(answer.body.length / 2)), () => request.socket.destroy());
				return;
			case 'wrong-bytes': {
				const body = Buffer.from(answer.body);
				const middle = Math.floor(body.length / 2);
				body.writeUInt8(body.readUInt8(middle) ^ 0xff, middle);
				send(request, response, { ...answer, body });
				return;
			}
			case 'not-json':
				send(request, response, { status: 200, headers: { 'content-type': 'text/html' }, body: Buffer.from('<html>Please log in</html>') });
				return;
			case 'status':
				send(request, response, { ...json({ error: `fault ${fault.status}` }, fault.status), headers: { ...fault.headers } });
				return;
			case 'redirect':
				send(request, response, { status: 302, headers: { location: fault.location }, body: Buffer.alloc(0) });
				return;
			case 'delay': {
				const timer = setTimeout(() => {
					this.#timers.delete(timer);
					send(request, response, answer);
				}, fault.milliseconds);
				this.#timers.add(timer);
			}
		}
	}

	#answer({ path, query, headers }: SeenRequest): Answer {
		const { token, search = false } = this.#options;
		if (token !== undefined && headers.authorization !== `Bearer ${token}`) {
			return json({ error: 'unauthorized' }, 401);
		}

		const raw = this.#raw.get(path);
		if (raw !== undefined) {
			return raw;
		}

		if (path === '/-/ping') {
			return json({});
		}

		if (path === '/-/v1/search' && search) {
			return json(this.#search(query));
		}

		const [name = '', file] = path.slice(1).split('/-/');
		const known = this.#packages.get(name);
		if (known === undefined) {
			return json({ error: 'Not found' }, 404);
		}

		if (file === undefined) {
			return this.#document(packumentOf(name, known), headers.accept ?? '');
		}

		const artefact = [...known.versions.values()].find(({ tarballUrl }) => tarballUrl.endsWith(`/-/${file}`));
		return artefact === undefined
			? json({ error: 'Not found' }, 404)
			: { status: 200, headers: { 'content-type': 'application/octet-stream' }, body: artefact.tarball };
	}

	#document(full: ReturnType<typeof packumentOf>, accept: string): Answer {
		const { onlyFull = false, isUndated = false } = this.#options;
		return onlyFull || !accept.includes(ABBREVIATED)
			? json(full)
			: { ...json(abbreviate(full, isUndated)), headers: { 'content-type': ABBREVIATED } };
	}

	#search(query: URLSearchParams): Json {
		const words = (query.get('text') ?? '').toLowerCase().split(/\s+/u).filter(Boolean);
		const found = [...this.#packages].flatMap(([name, known]) => {
			const { manifest } = known.versions.get(tagsOf(known)['latest'] ?? '') ?? {};
			const text = `${name} ${JSON.stringify(manifest)}`.toLowerCase();
			return manifest !== undefined && words.every((word) => text.includes(word)) ? [{ manifest, known }] : [];
		});
		const from = Number(query.get('from') ?? 0);
		const objects = found.slice(from, from + Number(query.get('size') ?? 20)).map(({ manifest, known }) => ({
			package: {
				keywords: [],
				maintainers: [],
				...manifest,
				date: known.time.get(String(manifest['version'])),
				publisher: { username: 'someone' },
			},
		}));
		return { objects, total: found.length, time: new Date(0).toISOString() };
	}
}

function packumentOf(name: string, known: ServedPackage) {
	const versions = Object.fromEntries(
		[...known.versions].map(([version, served]) => [version, { ...served.manifest, dist: known.distributions.get(version) }]),
	);
	const times = [...known.time.values()].sort();
	return {
		_id: name,
		name,
		'dist-tags': tagsOf(known),
		versions,
		time: { created: times[0], modified: times.at(-1), ...Object.fromEntries(known.time) },
		maintainers: [{ name: 'someone', email: 'someone@example.com' }],
		readme: `# ${name}`,
	};
}

const ABBREVIATED = 'application/vnd.npm.install-v1+json';
const LEFT_OUT = new Set([
	'description',
	'license',
	'licenses',
	'keywords',
	'homepage',
	'repository',
	'scripts',
	'author',
	'plugward',
	'_npmUser',
]);

function abbreviate({ name, 'dist-tags': tags, versions, time }: ReturnType<typeof packumentOf>, isUndated: boolean): Json {
	return {
		name,
		'dist-tags': tags,
		...(isUndated ? {} : { modified: time.modified }),
		versions: Object.fromEntries(Object.entries(versions).map(([version, manifest]) => [version, abbreviateManifest(manifest)])),
	};
}

function abbreviateManifest(manifest: Json): Json {
	const scripts = Object.keys((manifest['scripts'] as Json | undefined) ?? {});
	const isScripted = ['preinstall', 'install', 'postinstall'].some((name) => scripts.includes(name));
	return {
		...Object.fromEntries(Object.entries(manifest).filter(([field]) => !LEFT_OUT.has(field))),
		...(isScripted ? { hasInstallScript: true } : {}),
	};
}

function tagsOf(known: ServedPackage): Record<string, string> {
	const sorted = semver.rsort([...known.versions.keys()].filter((version) => semver.valid(version) !== null));
	const latest = sorted.find((version) => semver.prerelease(version) === null) ?? sorted[0];
	return { ...(latest === undefined ? {} : { latest }), ...Object.fromEntries(known.tags) };
}

function json(value: unknown, status = 200): Answer {
	return { status, headers: { 'content-type': 'application/json' }, body: Buffer.from(JSON.stringify(value)) };
}

function send(request: IncomingMessage, response: ServerResponse, answer: Answer): void {
	const etag = `"${createHash('sha1').update(answer.body).digest('hex')}"`;
	if (answer.status === 200 && request.headers['if-none-match'] === etag) {
		response.writeHead(304, { etag }).end();
		return;
	}

	response.writeHead(answer.status, { etag, ...answer.headers, 'content-length': String(answer.body.length) });
	response.end(request.method === 'HEAD' ? undefined : answer.body);
}
