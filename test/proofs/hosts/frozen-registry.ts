import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { parsePackument } from '../../../source/engine/registry/parsing/parse-packument.ts';
import { compilePackageIndex, openPackageIndex } from '../../../source/engine/resolver/index.ts';
import type { MetadataAnswer, MetadataProvider } from '../../../source/engine/resolver/index.ts';
import { reduce } from './reduce.ts';

/**
 * A registry on loopback that asks the real one for each package once and keeps the answer in a folder, so that every tool of a run,
 * and the next run, see the same versions. It serves metadata only.
 */
export class FrozenRegistry implements MetadataProvider, AsyncDisposable {
	readonly #upstream: string;
	readonly #folder: string;
	readonly #bodies = new Map<string, Promise<Buffer | null>>();
	readonly #answers = new Map<string, MetadataAnswer>();
	readonly #server = createServer((request, response) => {
		const name = decodeURIComponent((request.url ?? '').slice(1).split('?')[0] ?? '');
		void this.#respond(name, response);
	});

	constructor(parts: { readonly upstream: string; readonly folder: string }) {
		this.#upstream = parts.upstream.replace(/\/$/u, '');
		this.#folder = parts.folder;
	}

	async listen(): Promise<string> {
		await mkdir(this.#folder, { recursive: true });
		await new Promise<void>((resolve) => {
			this.#server.listen(0, '127.0.0.1', resolve);
		});
		return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
	}

	async load(names: readonly string[]): Promise<ReadonlyMap<string, MetadataAnswer>> {
		return new Map(await Promise.all(names.map(async (name) => [name, await this.#answer(name)] as const)));
	}

	/** Names of the packages that were loaded for a resolver. */
	get loaded(): readonly string[] {
		return [...this.#answers.keys()];
	}

	/** The packument as it is served; null when there is none. */
	body(name: string): Promise<Buffer | null> {
		const known = this.#bodies.get(name) ?? this.#read(name);
		this.#bodies.set(name, known);
		return known;
	}

	async [Symbol.asyncDispose](): Promise<void> {
		this.#server.closeAllConnections();
		await new Promise((resolve) => {
			this.#server.close(resolve);
		});
	}

	async #respond(name: string, response: ServerResponse): Promise<void> {
		try {
			const body = await this.body(name);
			response.writeHead(body === null ? 404 : 200, { 'content-type': 'application/json' });
			response.end(body ?? '{"error":"not found"}');
		} catch (error) {
			// The tool that asked shows it, and the next to ask tries again.
			this.#bodies.delete(name);
			response.writeHead(502);
			response.end(String(error));
		}
	}

	async #answer(name: string): Promise<MetadataAnswer> {
		const known = this.#answers.get(name);
		if (known !== undefined) {
			return known;
		}

		const body = await this.body(name);
		const answer: MetadataAnswer =
			body === null
				? { type: 'missing' }
				: { type: 'found', index: openPackageIndex(compilePackageIndex(parsePackument(body, { name, from: this.#upstream }))) };
		this.#answers.set(name, answer);
		return answer;
	}

	async #read(name: string): Promise<Buffer | null> {
		const file = join(this.#folder, `${encodeURIComponent(name)}.json`);
		const kept = await readFile(file).catch((error: NodeJS.ErrnoException) => {
			if (error.code === 'ENOENT') {
				return undefined;
			}

			throw error;
		});
		if (kept !== undefined) {
			return kept.length === 0 ? null : kept;
		}

		const response = await fetch(`${this.#upstream}/${name.replace('/', '%2f')}`, {
			headers: { accept: 'application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8' },
		});
		if (response.status !== 200 && response.status !== 404) {
			throw new Error(`${this.#upstream} answered ${response.status} for ${name}.`);
		}

		const body = response.status === 404 ? null : Buffer.from(JSON.stringify(reduce(await response.json())));
		await writeFile(file, body ?? '');
		return body;
	}
}
