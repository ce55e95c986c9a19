import { readFile } from 'node:fs/promises';
import { stripToLine } from '../../strip-controls.ts';
import { parseKeptRoot, proveKeptRoot, type ProvenRoot } from './kept-root.ts';
import type { RootStatus } from './root-status.ts';
import { TufFault } from './tuf-metadata.ts';

export type LoadedRoot =
	| {
			readonly type: 'proven';
			readonly proven: ProvenRoot;
			readonly json: unknown;
			readonly status: Pick<RootStatus, 'version' | 'expiresAt' | 'refreshedAt' | 'mirror'>;
	  }
	| {
			readonly type: 'refused';
			/** A part of a sentence: what is wrong with it. */
			readonly problem: string;
	  };

/** What the last refresh wrote, proven from the anchor on; null when there was none. */
export async function loadKeptRoot(path: string, by: { readonly anchor: string; readonly now: number }): Promise<LoadedRoot | null> {
	let text: string;
	try {
		text = await readFile(path, 'utf8');
	} catch (error) {
		return error instanceof Error && 'code' in error && error.code === 'ENOENT'
			? null
			: { type: 'refused', problem: 'damaged, it cannot be read' };
	}

	try {
		const kept = parseKeptRoot(text);
		const proven = proveKeptRoot(kept, by);
		const { version, expiresAt, refreshedAt } = proven;
		return { type: 'proven', proven, json: proven.json, status: { version, expiresAt, refreshedAt, mirror: kept.from } };
	} catch (error) {
		if (error instanceof TufFault) {
			return { type: 'refused', problem: `${WORDS[error.code]}: ${stripToLine(error.message)}` };
		}

		// The bytes are the user's own file: whatever else a parser trips over there is damage too.
		return { type: 'refused', problem: 'damaged' };
	}
}

const WORDS: Readonly<Record<TufFault['code'], string>> = {
	damaged: 'damaged',
	'rolled-back': 'older than what is known',
	frozen: 'frozen',
	expired: 'expired',
	foreign: 'foreign',
};
