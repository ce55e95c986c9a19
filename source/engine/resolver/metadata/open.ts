import { EngineError } from '../../errors.ts';
import { comparePrereleases, isExactVersion, parsePrerelease, parseVersion } from '../semver/version.ts';
import type { PrereleaseIdentifier, Version } from '../semver/version.ts';
import { checksumOf, FORMAT, HEADER, HEADER_WORDS, MAGIC } from './format.ts';
import { FLAG_INSTALL_SCRIPT, FLAG_PLUGIN, FLAG_PRERELEASE } from './format.ts';
import type { PackageFacts, RawEdges, Traits } from './format.ts';
import type { EdgeMap, IndexedManifest, PackageIndex } from './package-index.ts';
import { readRecord } from './read-record.ts';

const decoder = new TextDecoder();

/** Views the bytes in place when they are aligned; throws `home-damaged` when they are cut, changed or of another format. */
export function openPackageIndex(bytes: Uint8Array): PackageIndex {
	const aligned = bytes.byteOffset % 8 === 0 ? bytes : bytes.slice();
	if (aligned.length < HEADER_WORDS * 4 || aligned.length % 8 !== 0) {
		throw damaged(`it has ${aligned.length} bytes, which no index has`);
	}

	const words = new Uint32Array(aligned.buffer, aligned.byteOffset, aligned.length / 4);
	if (words[HEADER.magic] !== MAGIC || words[HEADER.format] !== FORMAT) {
		throw damaged(`expected format ${FORMAT}, got ${words[HEADER.magic] === MAGIC ? words[HEADER.format] : 'something else'}`);
	}

	if (words[HEADER.totalBytes] !== aligned.length) {
		throw damaged(`expected ${words[HEADER.totalBytes]} bytes, got ${aligned.length}`);
	}

	const expected = words[HEADER.checksum] ?? 0;
	const actual = checksumOf(words) >>> 0;
	if (actual !== expected) {
		throw damaged(`expected checksum ${expected}, got ${actual}`);
	}

	return new OpenedIndex(aligned, words);
}

function damaged(why: string): EngineError {
	return new EngineError('home-damaged', `The metadata index of a package is damaged: ${why}.`, {
		hint: 'Run the command again; the index is rebuilt from the registry.',
	});
}

class OpenedIndex implements PackageIndex {
	readonly name: string;
	readonly versionCount: number;
	readonly tags: ReadonlyMap<string, string>;
	readonly majors: Uint32Array | Float64Array;
	readonly minors: Uint32Array | Float64Array;
	readonly patches: Uint32Array | Float64Array;
	readonly hasTimes: boolean;
	readonly changedAt: number | null;
	readonly flags: Uint8Array;
	readonly #bytes: Uint8Array;
	readonly #header: Uint32Array;
	readonly #facts: PackageFacts;
	readonly #times: Float64Array;
	readonly #suffixNumbers: Uint32Array;
	readonly #edgeNumbers: Uint32Array;
	readonly #edges = new Map<number, EdgeMap>();
	readonly #traits = new Map<number, Traits>();
	readonly #manifests = new Map<number, IndexedManifest>();
	#suffixes: readonly string[] | null = null;

	constructor(bytes: Uint8Array, words: Uint32Array) {
		this.#bytes = bytes;
		this.#header = words.subarray(0, HEADER_WORDS);
		this.versionCount = words[HEADER.versionCount] ?? 0;
		this.#facts = this.#json(HEADER.facts) as PackageFacts;
		this.name = this.#facts.name;
		this.tags = new Map(this.#facts.tags);
		this.hasTimes = this.#facts.changedAt === undefined;
		this.changedAt = this.#facts.changedAt ?? null;
		const isWide = words[HEADER.isWide] === 1;
		const column = (word: number): Uint32Array | Float64Array => (isWide ? this.#doubles(word) : this.#integers(word, this.versionCount));
		this.majors = column(HEADER.majors);
		this.minors = column(HEADER.minors);
		this.patches = column(HEADER.patches);
		this.#times = this.#doubles(HEADER.times);
		this.#suffixNumbers = this.#integers(HEADER.suffixNumbers, this.versionCount);
		this.#edgeNumbers = this.#integers(HEADER.edgeNumbers, this.versionCount);
		const flags = this.#offset(HEADER.flags);
		this.flags = bytes.subarray(flags, flags + this.versionCount);
	}

	versionText(i: number): string {
		const number = this.#suffixNumbers[i] ?? 0;
		return `${this.majors[i]}.${this.minors[i]}.${this.patches[i]}${number === 0 ? '' : this.#suffix(number)}`;
	}

	indexOfVersion(version: string): number {
		const parsed = isExactVersion(version) ? parseVersion(version) : null;
		if (parsed === null) {
			return -1;
		}

		let low = 0;
		let high = this.versionCount;
		while (low < high) {
			const middle = (low + high) >>> 1;
			if (this.compare(middle, parsed) < 0) {
				low = middle + 1;
			} else {
				high = middle;
			}
		}

		// Versions that differ only in build metadata are neighbours.
		while (low < this.versionCount && this.compare(low, parsed) === 0) {
			if (this.versionText(low) === version) {
				return low;
			}

			low += 1;
		}

		return -1;
	}

	compare(i: number, version: Version): number {
		return (
			(this.majors[i] ?? 0) - version.major ||
			(this.minors[i] ?? 0) - version.minor ||
			(this.patches[i] ?? 0) - version.patch ||
			comparePrereleases(this.prerelease(i), version.prerelease)
		);
	}

	prerelease(i: number): readonly PrereleaseIdentifier[] | null {
		if (((this.flags[i] ?? 0) & FLAG_PRERELEASE) === 0) {
			return null;
		}

		const suffix = this.#suffix(this.#suffixNumbers[i] ?? 0);
		return parsePrerelease(suffix.slice(1).split('+', 1)[0] ?? '');
	}

	publishedAt(i: number): number | null {
		const time = this.#times[i] ?? Number.NaN;
		return Number.isNaN(time) ? null : time;
	}

	edgeMapNumber(i: number): number {
		return this.#edgeNumbers[i] ?? 0;
	}

	edges(i: number): EdgeMap {
		const number = this.edgeMapNumber(i);
		const known = this.#edges.get(number);
		if (known !== undefined) {
			return known;
		}

		const edges = solvableEdges(this.#rawEdges(number));
		this.#edges.set(number, edges);
		return edges;
	}

	manifest(i: number): IndexedManifest {
		const known = this.#manifests.get(i);
		if (known !== undefined) {
			return known;
		}

		const manifest = this.#readManifest(i);
		this.#manifests.set(i, manifest);
		return manifest;
	}

	#readManifest(i: number): IndexedManifest {
		const [dependencies, optionalDependencies, peerDependencies, optionalPeers, bundledDependencies] = this.#rawEdges(
			this.edgeMapNumber(i),
		);
		const [license, engines, os, cpu, libc, deprecated] = this.#traitsOf(i);
		const version = this.versionText(i);
		const flags = this.flags[i] ?? 0;
		return {
			name: this.name,
			version,
			dependencies: recordOf(dependencies),
			optionalDependencies: recordOf(optionalDependencies),
			peerDependencies: recordOf(peerDependencies),
			optionalPeers,
			bundledDependencies,
			engines,
			os,
			cpu,
			libc,
			deprecated,
			hasInstallScript: (flags & FLAG_INSTALL_SCRIPT) !== 0,
			hasPluginField: (flags & FLAG_PLUGIN) !== 0,
			license,
			...readRecord(this.#record(i), { version, facts: this.#facts }),
		};
	}

	engineNode(i: number): string | null {
		return this.#traitsOf(i)[1]['node'] ?? null;
	}

	#suffix(number: number): string {
		this.#suffixes ??= this.#json(HEADER.suffixes) as readonly string[];
		return this.#suffixes[number] ?? '';
	}

	#rawEdges(number: number): RawEdges {
		return this.#sliced(number, {
			offsets: HEADER.edgeOffsets,
			data: HEADER.edges,
			count: this.#header[HEADER.edgeMapCount] ?? 0,
		}) as RawEdges;
	}

	#traitsOf(i: number): Traits {
		const number = this.#integers(HEADER.traitNumbers, this.versionCount)[i] ?? 0;
		const known = this.#traits.get(number);
		if (known !== undefined) {
			return known;
		}

		const section = { offsets: HEADER.traitOffsets, data: HEADER.traits, count: this.#header[HEADER.traitCount] ?? 0 };
		const traits = this.#sliced(number, section) as Traits;
		this.#traits.set(number, traits);
		return traits;
	}

	#record(i: number): Uint8Array {
		const offsets = this.#integers(HEADER.recordOffsets, this.versionCount + 1);
		const start = this.#offset(HEADER.records);
		return this.#bytes.subarray(start + (offsets[i] ?? 0), start + (offsets[i + 1] ?? 0));
	}

	#sliced(number: number, section: { readonly offsets: number; readonly data: number; readonly count: number }): unknown {
		const offsets = this.#integers(section.offsets, section.count + 1);
		const start = this.#offset(section.data);
		return JSON.parse(decoder.decode(this.#bytes.subarray(start + (offsets[number] ?? 0), start + (offsets[number + 1] ?? 0))));
	}

	#json(word: number): unknown {
		let position = this.#offset(word);
		let length = 0;
		for (let scale = 1; ; scale *= 0x80) {
			const byte = this.#bytes[position] ?? 0;
			position += 1;
			length += (byte & 0x7f) * scale;
			if (byte < 0x80) {
				break;
			}
		}

		return JSON.parse(decoder.decode(this.#bytes.subarray(position, position + length)));
	}

	#integers(word: number, count: number): Uint32Array {
		return new Uint32Array(this.#bytes.buffer, this.#bytes.byteOffset + this.#offset(word), count);
	}

	#doubles(word: number): Float64Array {
		return new Float64Array(this.#bytes.buffer, this.#bytes.byteOffset + this.#offset(word), this.versionCount);
	}

	#offset(word: number): number {
		return this.#header[word] ?? 0;
	}
}

/** npm's precedence: optional over regular over peer; what is bundled comes inside the tarball and is nobody's to choose. */
function solvableEdges([dependencies, optional, peers, optionalPeers, bundled]: RawEdges): EdgeMap {
	const inTarball = new Set(bundled);
	const optionalNames = new Set(names(optional));
	const regularNames = new Set(names(dependencies));
	return {
		dependencies: without(dependencies, (name) => optionalNames.has(name) || inTarball.has(name)),
		optionalDependencies: without(optional, (name) => inTarball.has(name)),
		peers: without(peers, (name) => regularNames.has(name) || optionalNames.has(name)),
		optionalPeers,
		bundled,
	};
}

function names(flat: readonly string[]): readonly string[] {
	return flat.filter((_, i) => i % 2 === 0);
}

function without(flat: readonly string[], isLeftOut: (name: string) => boolean): readonly string[] {
	return names(flat).some(isLeftOut) ? flat.filter((_, i) => !isLeftOut(flat[i - (i % 2)] ?? '')) : flat;
}

function recordOf(flat: readonly string[]): Readonly<Record<string, string>> {
	const record: Record<string, string> = {};
	for (let i = 0; i < flat.length; i += 2) {
		const name = flat[i] ?? '';
		if (name === '__proto__') {
			// Assigned plainly, it would become the prototype instead of a key.
			Object.defineProperty(record, name, { value: flat[i + 1] ?? '', enumerable: true, configurable: true, writable: true });
		} else {
			record[name] = flat[i + 1] ?? '';
		}
	}

	return record;
}
