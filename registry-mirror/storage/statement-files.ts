import path from 'node:path';
import { readFileOrNull, writeFileAtomically } from './atomic-file.ts';
import { fileNameOf } from './file-names.ts';
import type { StatementStorage, StoredStatement } from './storage.ts';

/** What people said, one JSON file for each name. Changes of one name happen one after the other. */
export function openStatementFiles(folder: string): StatementStorage {
	const lastChange = new Map<string, Promise<unknown>>();
	const fileOf = (name: string) => path.join(folder, `${fileNameOf(name)}.json`);

	const read = async (name: string): Promise<readonly StoredStatement[]> => {
		const content = await readFileOrNull(fileOf(name));
		// Our own file, written by `change` alone.
		return content === null ? [] : (JSON.parse(content.toString('utf8')) as readonly StoredStatement[]);
	};

	return {
		read,
		async change(name, decide) {
			const previous = lastChange.get(name);
			const running = (async () => {
				// How the previous change ended is its caller's business.
				await Promise.allSettled([previous]);
				await writeFileAtomically(fileOf(name), `${JSON.stringify(decide(await read(name)))}\n`, { durable: true });
			})();
			lastChange.set(name, running);
			try {
				await running;
			} finally {
				if (lastChange.get(name) === running) {
					lastChange.delete(name);
				}
			}
		},
	};
}
