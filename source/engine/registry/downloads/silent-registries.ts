import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isMissing } from '../metadata/metadata-segment.ts';
import { isObject } from '../parsing/parse-manifest.ts';

const VERSION = 1;
const MOST_REGISTRIES = 100;
const LARGEST_FILE_BYTES = 262_144;

/** Why a registry is not asked for numbers again before `until`, in epoch milliseconds. */
export type Silence = { readonly reason: 'not-served' | 'unreachable'; readonly until: number; readonly why: string };

/** Which registries told no numbers, in one small file. It is only a cache: what cannot be read counts as absent. */
export class SilentRegistries {
	readonly #file: string;
	readonly #onFailure: (error: unknown) => void;
	#reading: Promise<Map<string, Silence>> | null = null;

	constructor(file: string, onFailure: (error: unknown) => void) {
		this.#file = file;
		this.#onFailure = onFailure;
	}

	/** Null for one that may be asked. */
	async find(root: string, now: number): Promise<Silence | null> {
		const silence = (await this.#read()).get(root);
		return silence !== undefined && silence.until > now ? silence : null;
	}

	async remember(root: string, silence: Silence): Promise<void> {
		const known = await this.#read();
		known.delete(root);
		known.set(root, silence);
		await this.#write([...known].slice(-MOST_REGISTRIES));
	}

	/** It answered. */
	async forget(root: string): Promise<void> {
		const known = await this.#read();
		if (known.delete(root)) {
			await this.#write([...known]);
		}
	}

	#read(): Promise<Map<string, Silence>> {
		return (this.#reading ??= this.#parse());
	}

	async #parse(): Promise<Map<string, Silence>> {
		try {
			const bytes = await readFile(this.#file);
			return bytes.length > LARGEST_FILE_BYTES ? new Map() : parse(bytes.toString('utf8'));
		} catch (error) {
			if (!isMissing(error)) {
				this.#onFailure(error);
			}

			return new Map();
		}
	}

	async #write(entries: readonly (readonly [string, Silence])[]): Promise<void> {
		const staged = `${this.#file}-${randomBytes(6).toString('hex')}`;
		try {
			await mkdir(dirname(this.#file), { recursive: true, mode: 0o700 });
			await writeFile(staged, JSON.stringify({ version: VERSION, registries: Object.fromEntries(entries) }), { mode: 0o600, flag: 'wx' });
			await rename(staged, this.#file);
		} catch (error) {
			await rm(staged, { force: true });
			this.#onFailure(error);
		}
	}
}

function parse(text: string): Map<string, Silence> {
	let raw: unknown;
	try {
		raw = JSON.parse(text);
	} catch {
		// A torn file is no file: the registries are asked again.
		return new Map();
	}

	const registries = isObject(raw) && raw['version'] === VERSION ? raw['registries'] : null;
	return new Map(
		Object.entries(isObject(registries) ? registries : {}).flatMap(([root, entry]) => {
			const { reason, until, why } = isObject(entry) ? entry : {};
			return (reason === 'not-served' || reason === 'unreachable') && typeof until === 'number' && typeof why === 'string'
				? [[root, { reason, until, why }] as const]
				: [];
		}),
	);
}
