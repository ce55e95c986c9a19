import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isMissing } from './home-errors.ts';
import type { Layout } from './layout.ts';

/** When the log goes on in a new file, and how many of the full ones stay. */
export type AuditRules = { readonly segmentBytes: number; readonly segments: number };

export const DEFAULT_AUDIT_RULES: AuditRules = { segmentBytes: 16 * 1024 * 1024, segments: 64 };

const SEGMENT = /^\d{12}\.jsonl$/;

/** The files that are full, oldest first; the one that is written to is not among them. */
export function auditSegments(layout: Layout): readonly string[] {
	try {
		return readdirSync(layout.auditSegments)
			.filter((name) => SEGMENT.test(name))
			.toSorted()
			.map((name) => join(layout.auditSegments, name));
	} catch (error) {
		if (isMissing(error)) {
			return [];
		}

		throw error;
	}
}

/** The file that the log so far is kept in; named by the number of its last line, so that names sort by age. */
export function segmentPath(layout: Layout, lastLine: number): string {
	return join(layout.auditSegments, `${String(lastLine).padStart(12, '0')}.jsonl`);
}

/** All files of the log that hold something, oldest first. */
export function auditFiles(layout: Layout): readonly string[] {
	return [...auditSegments(layout), ...(sizeOf(layout.audit) === 0 ? [] : [layout.audit])];
}

/** 0 for a file that is not there. */
export function sizeOf(path: string): number {
	return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
