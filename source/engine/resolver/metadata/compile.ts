import type { Packument, RegistryManifest } from '../../packument.ts';
import { compareParsed, parseExactVersion } from '../semver/version.ts';
import type { Version } from '../semver/version.ts';
import { ByteWriter } from './byte-writer.ts';
import {
	checksumOf,
	FLAG_DEPRECATED,
	FLAG_ENGINES,
	FLAG_INSTALL_SCRIPT,
	FLAG_PLATFORM,
	FLAG_PLUGIN,
	FLAG_PRERELEASE,
	FORMAT,
	HEADER,
	HEADER_WORDS,
	MAGIC,
} from './format.ts';
import type { PackageFacts, RawEdges, Traits } from './format.ts';
import { prefixesOf, RecordWriter } from './record-writer.ts';

type Row = { readonly text: string; readonly version: Version; readonly manifest: RegistryManifest };

/**
 * Compact metadata of one package: versions ascending, equal dependency maps stored once, manifests decodable one by one. Equal
 * packuments give equal bytes whatever order their keys come in. Versions that no registry should serve are left out.
 */
export function compilePackageIndex(packument: Packument): Uint8Array {
	const rows = sortedRows(packument);
	const output = new ByteWriter();
	output.writeBytes(new Uint8Array(HEADER_WORDS * 4));
	const header = new Uint32Array(HEADER_WORDS);
	const place = (word: number, bytes: Uint8Array): void => {
		output.align();
		header[word] = output.length;
		output.writeBytes(bytes);
	};

	writeVersions(rows, packument, { header, place });
	place(HEADER.flags, Uint8Array.from(rows, flagsOf));
	const edges = new Deduplicated();
	place(HEADER.edgeNumbers, bytesOf(numbersOf(rows, { values: edges, parts: edgeParts, value: rawEdges })));
	place(HEADER.edgeOffsets, edges.offsets());
	place(HEADER.edges, edges.bytes());
	const traits = new Deduplicated();
	place(HEADER.traitNumbers, bytesOf(numbersOf(rows, { values: traits, parts: traitsOf, value: traitsOf })));
	place(HEADER.traitOffsets, traits.offsets());
	place(HEADER.traits, traits.bytes());
	const prefixes = prefixesOf(rows.map(({ text, manifest }) => ({ text, dist: manifest.dist })));
	const records = new RecordWriter(prefixes);
	for (const { text, manifest } of rows) {
		records.add(text, manifest.dist);
	}

	place(HEADER.recordOffsets, records.offsets());
	place(HEADER.records, records.bytes());
	const facts: PackageFacts = {
		name: packument.name,
		tags: sortedTags(packument),
		keyids: records.keyids(),
		...prefixes,
		...(packument.changedAt === undefined ? {} : { changedAt: packument.changedAt === null ? null : Date.parse(packument.changedAt) }),
	};
	place(HEADER.facts, textOf(JSON.stringify(facts)));
	header[HEADER.edgeMapCount] = edges.size;
	header[HEADER.traitCount] = traits.size;
	return seal(output, { header, versionCount: rows.length });
}

function seal(output: ByteWriter, { header, versionCount }: { readonly header: Uint32Array; readonly versionCount: number }): Uint8Array {
	output.align();
	// A copy of exactly the length, which starts at offset zero and is therefore aligned for every view.
	const bytes = output.bytes().slice();
	header[HEADER.magic] = MAGIC;
	header[HEADER.format] = FORMAT;
	header[HEADER.totalBytes] = bytes.length;
	header[HEADER.versionCount] = versionCount;
	const words = new Uint32Array(bytes.buffer);
	words.set(header);
	words[HEADER.checksum] = checksumOf(words);
	return bytes;
}

function sortedRows(packument: Packument): Row[] {
	const rows: Row[] = [];
	for (const [text, manifest] of packument.versions) {
		const version = parseExactVersion(text);
		if (version !== null) {
			rows.push({ text, version, manifest });
		}
	}

	// Build metadata has no precedence; the text decides, so that the order is always the same.
	return rows.sort((a, b) => compareParsed(a.version, b.version) || (a.text < b.text ? -1 : 1));
}

type Sections = { readonly header: Uint32Array; readonly place: (word: number, bytes: Uint8Array) => void };

function writeVersions(rows: readonly Row[], packument: Packument, { header, place }: Sections): void {
	const isWide = rows.some(({ version: { major, minor, patch } }) => Math.max(major, minor, patch) > 0xffffffff);
	header[HEADER.isWide] = isWide ? 1 : 0;
	const column = (read: (version: Version) => number): Uint8Array => {
		const values = rows.map(({ version }) => read(version));
		return bytesOf(isWide ? Float64Array.from(values) : Uint32Array.from(values));
	};

	place(HEADER.times, bytesOf(Float64Array.from(rows, ({ text }) => Date.parse(packument.time[text] ?? ''))));
	place(
		HEADER.majors,
		column(({ major }) => major),
	);
	place(
		HEADER.minors,
		column(({ minor }) => minor),
	);
	place(
		HEADER.patches,
		column(({ patch }) => patch),
	);
	// What follows the three numbers, `-rc.1` or `+build`; number zero is nothing.
	const suffixes = [''];
	const numbers = rows.map(({ text, version: { major, minor, patch } }) => {
		const suffix = text.slice(`${major}.${minor}.${patch}`.length);
		if (suffix === '') {
			return 0;
		}

		suffixes.push(suffix);
		return suffixes.length - 1;
	});
	place(HEADER.suffixNumbers, bytesOf(Uint32Array.from(numbers)));
	place(HEADER.suffixes, textOf(JSON.stringify(suffixes)));
}

function flagsOf({ version, manifest }: Row): number {
	return (
		(version.prerelease === null ? 0 : FLAG_PRERELEASE) |
		(manifest.deprecated === null ? 0 : FLAG_DEPRECATED) |
		(manifest.hasInstallScript ? FLAG_INSTALL_SCRIPT : 0) |
		(manifest.hasPluginField ? FLAG_PLUGIN : 0) |
		(manifest.engines['node'] === undefined ? 0 : FLAG_ENGINES) |
		(manifest.os.length + manifest.cpu.length + manifest.libc.length === 0 ? 0 : FLAG_PLATFORM)
	);
}

/** The number of each row's value. Rows whose parts are the very same objects have the same without being written out. */
function numbersOf(
	rows: readonly Row[],
	{
		values,
		parts,
		value,
	}: {
		readonly values: Deduplicated;
		readonly parts: (manifest: RegistryManifest) => readonly unknown[];
		readonly value: (manifest: RegistryManifest) => unknown;
	},
): Uint32Array {
	const numbers = new Uint32Array(rows.length);
	let last: readonly unknown[] = [];
	let number = 0;
	for (const [i, { manifest }] of rows.entries()) {
		const now = parts(manifest);
		if (i === 0 || !now.every((part, at) => part === last[at])) {
			number = values.add(value(manifest));
		}

		numbers[i] = number;
		last = now;
	}

	return numbers;
}

function edgeParts(manifest: RegistryManifest): readonly unknown[] {
	const { dependencies, optionalDependencies, peerDependencies, optionalPeers, bundledDependencies } = manifest;
	return [dependencies, optionalDependencies, peerDependencies, optionalPeers, bundledDependencies];
}

function rawEdges(manifest: RegistryManifest): RawEdges {
	return [
		flattened(manifest.dependencies),
		flattened(manifest.optionalDependencies),
		flattened(manifest.peerDependencies),
		[...manifest.optionalPeers].sort(),
		[...manifest.bundledDependencies].sort(),
	];
}

function flattened(map: Readonly<Record<string, string>>): string[] {
	const flat: string[] = [];
	for (const name of Object.keys(map).sort()) {
		flat.push(name, map[name] ?? '');
	}

	return flat;
}

function traitsOf({ license, engines, os, cpu, libc, deprecated }: RegistryManifest): Traits {
	return [license, engines, os, cpu, libc, deprecated];
}

function sortedTags({ distTags, versions }: Packument): [string, string][] {
	return Object.entries(distTags)
		.filter(([, version]) => versions.has(version) && parseExactVersion(version) !== null)
		.sort(([a], [b]) => (a < b ? -1 : 1));
}

/** JSON values of which equal ones are stored once and known by number. */
class Deduplicated {
	readonly #numbers = new Map<string, number>();
	readonly #writer = new ByteWriter();
	readonly #offsets: number[] = [0];

	get size(): number {
		return this.#numbers.size;
	}

	add(value: unknown): number {
		const text = JSON.stringify(value);
		const known = this.#numbers.get(text);
		if (known !== undefined) {
			return known;
		}

		this.#numbers.set(text, this.#numbers.size);
		this.#writer.writeText(text);
		this.#offsets.push(this.#writer.length);
		return this.#numbers.size - 1;
	}

	offsets(): Uint8Array {
		return bytesOf(Uint32Array.from(this.#offsets));
	}

	bytes(): Uint8Array {
		return this.#writer.bytes();
	}
}

function bytesOf(array: Uint32Array | Float64Array): Uint8Array {
	return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

/** Length first, so that the text can be found again without a second header word. */
function textOf(text: string): Uint8Array {
	const writer = new ByteWriter();
	writer.writeNumber(new TextEncoder().encode(text).length);
	writer.writeText(text);
	return writer.bytes();
}
