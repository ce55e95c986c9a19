import { afterAll, expect, it } from 'vitest';
import { ScanThread } from '../../../../source/engine/trust/evaluation/scan-thread.ts';
import { FULL_BUDGET, scanFacts, scanPackage } from '../../../../source/engine/trust/index.ts';

const threads: ScanThread[] = [];
const never = new AbortController().signal;
const options = { isPlugin: false };

afterAll(async () => {
	await Promise.all(threads.map((thread) => thread.close()));
});

function open(limits?: ConstructorParameters<typeof ScanThread>[0]): ScanThread {
	const thread = new ScanThread(limits);
	threads.push(thread);
	return thread;
}

const source = (megabytes: number): Buffer =>
	Buffer.from(`${'exports.a = [process.env.HOME, 1, 2, { b: "c" }];\n'.repeat((megabytes * 1_000_000) / 50)}require("net");`);

function scan(thread: ScanThread, files: Readonly<Record<string, Buffer>>, signal = never) {
	return scanPackage({
		files: Object.entries(files).map(([path, bytes]) => ({ path, size: bytes.length, executable: false })),
		read: (path) => files[path] ?? Buffer.alloc(0),
		packageJson: { name: 'a', version: '1.0.0' },
		budget: FULL_BUDGET,
		signal,
		thread,
	});
}

it('a large file is scanned while this thread does other things, with file and line', async () => {
	const thread = open();
	let turns = 0;
	const ticking = setInterval(() => {
		turns += 1;
	}, 1);
	const { observed } = await scan(thread, { 'large.js': source(3) });
	clearInterval(ticking);
	expect(turns).toBeGreaterThan(10);
	expect(observed.find(({ what }) => what === 'net')?.places).toMatchObject([{ file: 'large.js', line: 60_001, detail: 'net' }]);
});

it('no thread is started for what is small, and one serves all large files', async () => {
	const thread = open();
	await scan(thread, { 'small.js': Buffer.from('require("fs")') });
	expect(thread.isRunning).toBe(false);
	const { observed, scannedFiles } = await scan(thread, { 'a.js': source(0.1), 'b.js': source(0.1) });
	expect({ scannedFiles, count: observed.find(({ what }) => what === 'net')?.count }).toEqual({ scannedFiles: 2, count: 2 });
	expect(thread.isRunning).toBe(true);
});

it('ends at once when the signal fires, for who is scanned and who waits, and serves the next one', async () => {
	const thread = open();
	const controller = new AbortController();
	const job = { file: 'a.js', bytes: source(3), options };
	const pending = [thread.scan(job, controller.signal), thread.scan(job, controller.signal)];
	setTimeout(() => controller.abort(), 20);
	const outcomes = await Promise.allSettled(pending);
	expect(outcomes.map((one) => one.status === 'rejected' && (one.reason as { code: string }).code)).toEqual(['cancelled', 'cancelled']);
	expect(thread.isRunning).toBe(false);
	expect(await thread.scan({ ...job, bytes: source(0.1) }, never)).toMatchObject({ type: 'scanned' });
});

it('a file that takes too long is a fact with its reason, and the next one is scanned', async () => {
	const thread = open({ milliseconds: 1, memoryMegabytes: 512 });
	const { observed } = await scan(thread, { 'slow.js': source(3.5) });
	expect(observed).toMatchObject([
		{ what: 'unscannable', places: [{ file: 'slow.js', line: 1, detail: 'takes longer than 0.001 seconds' }] },
	]);
});

it('a file that takes too much memory is one too', async () => {
	const thread = open({ milliseconds: 60_000, memoryMegabytes: 20 });
	const scanned = await scan(thread, { 'greedy.js': source(3.5) });
	expect(scanned.observed).toMatchObject([{ what: 'unscannable', places: [{ detail: 'needs more than 20 MB' }] }]);
	expect(scanFacts({ id: 'a@1.0.0', scan: scanned })).toMatchObject([
		{ code: 'unscannable', severity: 'caution', text: expect.stringContaining('it needs more than 20 MB.') as string },
	]);
});

it('a file that is nested too deeply is one too, wherever it is scanned', async () => {
	const deep = Buffer.from(`eval(a); ${'typeof '.repeat(300_000)}b`);
	const { observed } = await scan(open(), { 'deep.js': deep });
	expect(observed).toMatchObject([{ what: 'unscannable', places: [{ detail: 'is nested too deeply' }] }]);
	// What a generator writes is deeper than this thread can follow, and still read.
	const generated = Buffer.from(`eval(a); ${'typeof '.repeat(6000)}b`);
	expect((await scan(open(), { 'generated.js': generated })).observed).toMatchObject([{ what: 'eval' }]);
});
