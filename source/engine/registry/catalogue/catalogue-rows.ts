import { EngineError } from '../../errors.ts';
import { CATALOGUE_FORMAT, type CatalogueHead, type ClaimedProof, SearchIndex, type SearchedPackage } from '../../package-search/index.ts';
import { PERMISSION_KINDS } from '../../permission.ts';
import { timeSlices } from '../../time-slices.ts';
import { isPackageName } from '../package-name.ts';
import { isObject, parseLine, parseList } from '../parsing/parse-manifest.ts';

const NEWLINE = 0x0a;
const MOST_PACKAGES = 1_000_000;
const MOST_KEYWORDS = 50;
const STRIDE = 256;

/** The lines of a list, each one a package; those that are none are passed over. */
export class CatalogueRows {
	readonly bytes: Buffer;
	readonly #starts: Uint32Array;
	readonly index: SearchIndex;

	private constructor(bytes: Buffer, starts: Uint32Array, index: SearchIndex) {
		this.bytes = bytes;
		this.#starts = starts;
		this.index = index;
	}

	/** Reads the lines in slices. Rejects with `cancelled`, or with `registry-response-invalid` for more packages than a list may have. */
	static async read(bytes: Buffer, signal: AbortSignal): Promise<CatalogueRows> {
		const lines = await countLines(bytes, timeSlices(signal));
		if (lines > MOST_PACKAGES) {
			throw new EngineError('registry-response-invalid', `A list of packages may have ${MOST_PACKAGES} lines, this one has ${lines}.`);
		}

		const starts = new Uint32Array(lines);
		let count = 0;
		function* packages(): Generator<SearchedPackage> {
			for (const { start, end } of linesOf(bytes)) {
				const one = parseRow(bytes.toString('utf8', start, end));
				if (one !== null) {
					starts[count] = start;
					count += 1;
					yield one;
				}
			}
		}

		const index = await SearchIndex.build(packages(), lines, signal);
		return new CatalogueRows(bytes, starts, index);
	}

	/** The package at a position of the index. */
	at(position: number): SearchedPackage | null {
		const start = this.#starts[position] ?? 0;
		return parseRow(this.bytes.toString('utf8', start, endOfLine(this.bytes, start)));
	}

	/** The same lines with those of `changes` instead of, and after, their own. */
	async changed(changes: Buffer, signal: AbortSignal): Promise<Buffer> {
		const touched = new Set<string>();
		const kept: Buffer[] = [];
		const added: Buffer[] = [];
		const pause = timeSlices(signal);
		for (const { start, end } of linesOf(changes)) {
			const row = parseArray(changes.toString('utf8', start, end));
			const name = row?.[0];
			touched.add(typeof name === 'string' ? name : '');
			if (row !== null && row.length > 1) {
				added.push(changes.subarray(start, end + 1));
			}
		}

		let line = 0;
		for (const { start, end } of linesOf(this.bytes)) {
			if (!touched.has(nameOf(this.bytes, start))) {
				kept.push(this.bytes.subarray(start, end + 1));
			}

			line += 1;
			if (line % STRIDE === 0) {
				await pause();
			}
		}

		return Buffer.concat([...kept, ...added]);
	}
}

/**
 * The head of what a registry sent, and the lines between it and the end; null when it is no such list at all, as where a registry answers
 * everything with a page. Throws `registry-response-invalid` for a list cut short.
 */
export async function openCatalogue(
	body: Buffer,
	{ host, signal }: { readonly host: string; readonly signal: AbortSignal },
): Promise<{ readonly head: CatalogueHead; readonly lines: Buffer } | null> {
	const headEnd = endOfLine(body, 0);
	const head = parseJson(body.toString('utf8', 0, headEnd));
	const endStart = body.lastIndexOf(NEWLINE, body.length - 2) + 1;
	if (!isObject(head) || head['plugwardIndex'] !== CATALOGUE_FORMAT) {
		return null;
	}

	const lines = body.subarray(Math.min(headEnd + 1, endStart), endStart);
	const [revision, since] = [parseLine(head['revision'], ''), parseLine(head['since'], null)];
	const end = parseJson(body.toString('utf8', endStart));
	const stated = isObject(end) ? end['end'] : 'no number';
	const count = await countLines(lines, timeSlices(signal));
	if (stated !== count) {
		throw new EngineError(
			'registry-response-invalid',
			`Expected ${String(stated)} lines in the list of packages from ${host}, got ${count}.`,
		);
	}

	return { head: { plugwardIndex: CATALOGUE_FORMAT, revision, since }, lines };
}

/** One package, every text of it stripped of what acts on a terminal; null for a line that is none. */
function parseRow(line: string): SearchedPackage | null {
	const row = parseArray(line);
	if (row === null || row.length < 2) {
		return null;
	}

	const [name, version, description, keywords, publisher, people, licence, seconds, downloads, permissions, isPlugin, proof] = row;
	if (typeof name !== 'string' || !isPackageName(name) || typeof version !== 'string') {
		return null;
	}

	const by = parseLine(publisher, null);
	return {
		name,
		version: parseLine(version, ''),
		description: parseLine(description, ''),
		keywords: parseList(keywords).slice(0, MOST_KEYWORDS),
		publisher: by,
		maintainers: [...(by === null ? [] : [by]), ...parseList(people).slice(0, MOST_KEYWORDS)],
		licence: parseLine(licence, null),
		publishedAt: parseSeconds(seconds),
		downloads: typeof downloads === 'number' && Number.isSafeInteger(downloads) && downloads >= 0 ? downloads : null,
		permissions: parseKinds(permissions),
		isPlugin: typeof isPlugin === 'boolean' ? isPlugin : null,
		proof: parseProof(proof),
	};
}

export function parseKinds(value: unknown): readonly string[] | null {
	return Array.isArray(value) ? PERMISSION_KINDS.filter((kind) => value.includes(kind)) : null;
}

export function parseProof(value: unknown): ClaimedProof | null {
	return value === 'attested' || value === 'signed' || value === 'none' ? value : null;
}

function parseSeconds(value: unknown): string | null {
	// Beyond this a Date is none.
	return typeof value === 'number' && Number.isSafeInteger(value) && Math.abs(value) < 8_640_000_000
		? new Date(value * 1000).toISOString()
		: null;
}

function parseArray(line: string): readonly unknown[] | null {
	const value = parseJson(line);
	return Array.isArray(value) ? (value as readonly unknown[]) : null;
}

function parseJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		// A line that is no JSON is no package; a whole body of them is told by its head.
		return null;
	}
}

/** What stands between the first two quotes: a valid name has none in it. */
function nameOf(bytes: Buffer, start: number): string {
	return bytes.toString('utf8', start + 2, bytes.indexOf(0x22, start + 2));
}

function* linesOf(bytes: Buffer): Generator<{ readonly start: number; readonly end: number }> {
	for (let start = 0; start < bytes.length;) {
		const end = endOfLine(bytes, start);
		yield { start, end };
		start = end + 1;
	}
}

function endOfLine(bytes: Buffer, start: number): number {
	const end = bytes.indexOf(NEWLINE, start);
	return end === -1 ? bytes.length : end;
}

async function countLines(bytes: Buffer, pause: () => Promise<void>): Promise<number> {
	let lines = 0;
	for (let at = bytes.indexOf(NEWLINE); at !== -1; at = bytes.indexOf(NEWLINE, at + 1)) {
		lines += 1;
		if (lines % STRIDE === 0) {
			await pause();
		}
	}

	return lines;
}
