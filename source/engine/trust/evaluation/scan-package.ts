import { setImmediate as breathe } from 'node:timers/promises';
import { throwIfAborted } from '../../errors.ts';
import { CAPABILITIES, type Observation, type Observed, type PackageScan, type Place, SIGNS, type SkippedFile } from '../../scan.ts';
import { stripToLine } from '../../strip-controls.ts';
import { installFacts, type PackageFile, programsOf, qualityOf } from './package-facts.ts';
import { type FileScan, scanFile } from './scan-file.ts';
import { ScanThread } from './scan-thread.ts';
import type { ScanJob } from './scan-worker.ts';
import type { ScanRequest } from './scanner.ts';

const KEPT_PLACES = 8;
const KEPT_SKIPPED = 20;
const LONGEST_DETAIL = 120;
/** Of main-thread time, so that a signal and the screen are served in between. */
const BREATH_MILLISECONDS = 12;
/** A larger file takes longer than a frame of the screen, and a hostile one may take for ever. */
const LARGE_BYTES = 65_536;
const SOURCE = /\.[cm]?js$/i;
const ASIDE = /(?:^|\/)(?:tests?|__tests__|spec|fixtures?|examples?|bench(?:marks?)?|docs?|demo)\//i;

type Collected = { count: number; readonly places: Place[] };

/** What the bytes of one package hold. Hostile or broken source is data; only reading may throw. */
export async function scanPackage({ files, read, packageJson, budget, signal, thread = ownThread }: ScanRequest): Promise<PackageScan> {
	const found = new Map<Observation, Collected>();
	const skipped: SkippedFile[] = [];
	let scannedFiles = 0;
	let scannedBytes = 0;
	let minifiedFiles = 0;
	let breathedAt = performance.now();
	const names = new Set(files.map(({ path }) => path.slice(path.lastIndexOf('/') + 1)));
	const isPlugin = typeof packageJson === 'object' && packageJson !== null && 'plugward' in packageJson;
	noteBinaries(files, found);
	for (const { path, size } of sourcesOf(files, programsOf(packageJson))) {
		if (size > budget.fileBytes && !SOURCE.test(path) && isMachineCode(read(path))) {
			note(found, 'native', { file: stripToLine(path), line: 1, column: 1, detail: 'machine code' });
			continue;
		}

		const reason = size > budget.fileBytes ? 'too-large' : scannedBytes + size > budget.packageBytes ? 'over-budget' : null;
		if (reason !== null) {
			skipped.push({ file: stripToLine(path), reason });
			continue;
		}

		const bytes = read(path);
		if (isMachineCode(bytes)) {
			note(found, 'native', { file: stripToLine(path), line: 1, column: 1, detail: 'machine code' });
			continue;
		}

		if (!SOURCE.test(path) && !isNodeProgram(bytes)) {
			continue;
		}

		const scan = await scanSource({ file: stripToLine(path), bytes, options: { isPlugin } }, { signal, thread });
		scannedFiles += 1;
		scannedBytes += size;
		minifiedFiles += scan.isMinified ? 1 : 0;
		for (const { what, place } of scan.found.filter((one) => !isScriptNamedLikeAddon(one, names))) {
			note(found, what, place);
		}

		if (performance.now() - breathedAt > BREATH_MILLISECONDS) {
			await breathe();
			throwIfAborted(signal);
			breathedAt = performance.now();
		}
	}

	return {
		observed: sorted(found),
		...installFacts(packageJson, files),
		quality: qualityOf(packageJson, files, minifiedFiles),
		scannedFiles,
		scannedBytes,
		skipped: skipped.slice(0, KEPT_SKIPPED),
		skippedCount: skipped.length,
	};
}

const ownThread = new ScanThread();

async function scanSource(
	job: ScanJob,
	{ signal, thread }: { readonly signal: AbortSignal; readonly thread: ScanThread },
): Promise<FileScan> {
	if (job.bytes.length < LARGE_BYTES) {
		const scan = scanFile(job.file, Buffer.from(job.bytes).toString('utf8'), job.options);
		if (scan.found.every(({ what }) => what !== 'unscannable')) {
			return scan;
		}

		// The thread has a deeper stack.
	}

	const result = await thread.scan(job, signal);
	return result.type === 'scanned'
		? result.scan
		: { found: [{ what: 'unscannable', place: { file: job.file, line: 1, column: 1, detail: result.why } }], isMinified: false };
}

/** What the package itself runs comes first, tests and examples last, so that the first places shown are those that matter. */
function sourcesOf(files: readonly PackageFile[], programs: ReadonlySet<string>): readonly PackageFile[] {
	const sources = files.filter(({ path, executable }) => SOURCE.test(path) || programs.has(path) || (executable && !/\.\w+$/.test(path)));
	return [...sources.filter(({ path }) => !ASIDE.test(path)), ...sources.filter(({ path }) => ASIDE.test(path))];
}

/** `./server.node` may mean server.node.js. */
function isScriptNamedLikeAddon({ what, place }: FileScan['found'][number], names: ReadonlySet<string>): boolean {
	const name = place.detail.slice(place.detail.lastIndexOf('/') + 1);
	return what === 'native' && !names.has(name) && ['.js', '.cjs', '.mjs'].some((extension) => names.has(`${name}${extension}`));
}

function noteBinaries(files: readonly PackageFile[], found: Map<Observation, Collected>): void {
	for (const { path } of files) {
		const what = /\.node$/i.test(path) ? 'native' : /\.wasm$/i.test(path) ? 'wasm' : null;
		if (what !== null) {
			note(found, what, {
				file: stripToLine(path),
				line: 1,
				column: 1,
				detail: what === 'native' ? 'a native addon' : 'a WebAssembly module',
			});
		}
	}
}

/** ELF, Mach-O and Windows programs by their first bytes. */
function isMachineCode(bytes: Uint8Array): boolean {
	const [a = 0, b = 0, c = 0, d = 0] = bytes;
	const head = ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
	return head === 0x7f454c46 || head === 0xcffaedfe || head === 0xcafebabe || (a === 0x4d && b === 0x5a && bytes.length > 64);
}

function isNodeProgram(bytes: Uint8Array): boolean {
	return /^#!.*\bnode\b/.test(Buffer.from(bytes.subarray(0, 120)).toString('latin1'));
}

function note(found: Map<Observation, Collected>, what: Observation, place: Place): void {
	const collected = found.get(what) ?? { count: 0, places: [] };
	found.set(what, collected);
	collected.count += 1;
	const detail = stripToLine(place.detail).slice(0, LONGEST_DETAIL);
	// Eight times the same line of eight files tells less than eight different things.
	if (collected.places.length < KEPT_PLACES && !collected.places.some((kept) => kept.detail === detail && kept.file === place.file)) {
		collected.places.push({ ...place, detail });
	}
}

function sorted(found: ReadonlyMap<Observation, Collected>): readonly Observed[] {
	return [...SIGNS, ...CAPABILITIES].flatMap((what) => {
		const collected = found.get(what);
		return collected === undefined ? [] : [{ what, ...collected }];
	});
}
