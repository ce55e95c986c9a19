import path from 'node:path';
import { readFileOrNull } from './atomic-file.ts';
import type { AdvisoryStorage } from './storage.ts';

/** A folder of the operator's, read anew for each question: whoever keeps it up to date needs to tell nobody. */
export function openAdvisoryFolder(folder: string): AdvisoryStorage {
	return { read: (file) => readFileOrNull(path.join(folder, file)) };
}
