import { deepEqual, equal, ok } from 'node:assert/strict';
import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { verifyAuditLog } from '../../source/engine/audit-chain.ts';
import { type Home, openHome } from '../../source/engine/home/index.ts';

const signal = new AbortController().signal;

export type HomeView = {
	readonly current: number;
	/** Names and versions of the current generation. */
	readonly packages: readonly string[];
	readonly generations: readonly number[];
	readonly verifiedFiles: number;
};

/** Opens a home that nobody uses now, recovers it, and throws unless every generation in it is whole and nothing is left over. */
export async function requireWholeHome(path: string): Promise<HomeView> {
	const home = await openHome({ path, waitMilliseconds: 20_000, command: 'check' });
	await home.recover();
	deepEqual(await home.recover(), { actions: [], removedStagingFolders: 0, removedEntries: 0, removedFiles: 0 }, 'recovering twice');
	const current = await home.current();
	const generations = await home.generations();
	if (current.number !== 0) {
		ok(
			generations.some(({ number }) => number === current.number),
			'current is one of the generations',
		);
	}

	const verifiedFiles = await requireVerified(home);
	deepEqual(await readdir(home.layout.journal), [], 'the journal');
	deepEqual(await readdir(home.layout.staging), [], 'the staging area');
	deepEqual(
		(await readdir(path, { recursive: true })).filter((name) => name.includes('.tmp-') && !name.startsWith('cache/')),
		[],
		'temporary files',
	);
	for (const name of await readdir(home.layout.files)) {
		ok((await lstat(join(home.layout.files, name))).nlink > 1, `shared file ${name} is used`);
	}

	const log = await readFile(home.layout.audit, 'utf8').catch(() => '');
	equal(verifyAuditLog(log).brokenAt, null, 'the audit log is one chain');
	await home[Symbol.asyncDispose]();
	return {
		current: current.number,
		packages: Object.keys(current.lock.packages).toSorted(),
		generations: generations.map(({ number }) => number),
		verifiedFiles,
	};
}

async function requireVerified(home: Home): Promise<number> {
	let files = 0;
	const locked = (await home.generations()).flatMap(({ lock }) => Object.values(lock.packages).map(({ integrity }) => integrity));
	for (const integrity of new Set(locked)) {
		const { findings, filesChecked } = await home.store.verifyEntry(integrity, { signal });
		deepEqual(findings, [], `what verify finds in ${integrity}`);
		files += filesChecked;
	}

	for (const integrity of await home.entries()) {
		ok((await home.store.receipt(integrity)) !== null, `${integrity} has a receipt`);
	}

	return files;
}
