import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Disk } from './disk.ts';
import { isMissing } from './home-errors.ts';
import type { Layout } from './layout.ts';

const NEWLINE = 0x0a;
const TAIL_BYTES = 64 * 1024;

/** One line of JSON; a line that a power cut tore before it is ended first, so that it cannot swallow this one. */
export function auditText(layout: Layout, line: object): string {
	return `${endsInsideLine(layout.audit) ? '\n' : ''}${JSON.stringify(line)}\n`;
}

/** Adds the line that closes an operation and makes it durable. */
export async function appendDurably(disk: Disk, layout: Layout, line: object): Promise<void> {
	await disk.append(layout.audit, auditText(layout, line));
	await disk.syncFile(layout.audit);
}

/** True when one of the last lines carries this operation id. */
export async function hasAuditLine(layout: Layout, id: string): Promise<boolean> {
	try {
		await using file = await open(layout.audit, 'r');
		const { size } = await file.stat();
		const start = Math.max(0, size - TAIL_BYTES);
		const { buffer, bytesRead } = await file.read(Buffer.alloc(Math.min(size, TAIL_BYTES)), 0, Math.min(size, TAIL_BYTES), start);
		return buffer
			.toString('utf8', 0, bytesRead)
			.split('\n')
			.some((line) => idOf(line) === id);
	} catch (error) {
		if (isMissing(error)) {
			return false;
		}

		throw error;
	}
}

function idOf(line: string): unknown {
	try {
		const json: unknown = JSON.parse(line);
		return typeof json === 'object' && json !== null && 'operation' in json ? json.operation : null;
	} catch {
		// A torn line is nobody's.
		return null;
	}
}

function endsInsideLine(path: string): boolean {
	let descriptor: number;
	try {
		descriptor = openSync(path, 'r');
	} catch (error) {
		if (isMissing(error)) {
			return false;
		}

		throw error;
	}

	try {
		const { size } = fstatSync(descriptor);
		const last = Buffer.alloc(1);
		return size > 0 && readSync(descriptor, last, 0, 1, size - 1) === 1 && last[0] !== NEWLINE;
	} finally {
		closeSync(descriptor);
	}
}
