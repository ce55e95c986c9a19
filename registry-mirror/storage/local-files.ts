import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { absentAsNull, readFileOrNull, writeFileAtomically } from './atomic-file.ts';
import { fileNameOf, nameOfFile } from './file-names.ts';
import type { LocalPackage, LocalPackageStorage } from './storage.ts';

const SUFFIX = '.json';

/** Published packages, one JSON file each. Changes of one package happen one after the other. */
export function openLocalFiles(folder: string): LocalPackageStorage {
	const lastChange = new Map<string, Promise<unknown>>();
	const fileOf = (name: string) => path.join(folder, `${fileNameOf(name)}${SUFFIX}`);

	const read = async (name: string): Promise<LocalPackage | null> => {
		const content = await readFileOrNull(fileOf(name));
		// Our own file, written by `change` alone.
		return content === null ? null : (JSON.parse(content.toString('utf8')) as LocalPackage);
	};

	return {
		read,
		async names() {
			const files = (await readdir(folder).catch(absentAsNull)) ?? [];
			return files.filter((file) => file.endsWith(SUFFIX)).map((file) => nameOfFile(file.slice(0, -SUFFIX.length)));
		},
		async change(name, decide) {
			const previous = lastChange.get(name);
			const running = (async () => {
				// How the previous change ended is its caller's business.
				await Promise.allSettled([previous]);
				const next = await decide(await read(name));
				await writeFileAtomically(fileOf(name), `${JSON.stringify(next)}\n`, { durable: true });
				return next;
			})();
			lastChange.set(name, running);
			try {
				return await running;
			} finally {
				if (lastChange.get(name) === running) {
					lastChange.delete(name);
				}
			}
		},
	};
}
