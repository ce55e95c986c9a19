import { parentPort } from 'node:worker_threads';
import type { ScanOptions } from './file-findings.ts';
import { type FileScan, scanFile } from './scan-file.ts';

/** One source file, as bytes of UTF-8. */
export type ScanJob = { readonly file: string; readonly bytes: Uint8Array; readonly options: ScanOptions };

parentPort?.on('message', ({ file, bytes, options }: ScanJob) => {
	const answer: FileScan = scanFile(file, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'), options);
	parentPort?.postMessage(answer, []);
});
