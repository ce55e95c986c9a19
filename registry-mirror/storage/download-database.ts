import { open, rename, rm } from 'node:fs/promises';
import type { DatabaseSync } from 'node:sqlite';
import type { DownloadStorage } from './storage.ts';

const VERSION = 1;
const SQLITE_CORRUPT = 11;
const SQLITE_NOTADB = 26;

const SCHEMA = `
	CREATE TABLE IF NOT EXISTS downloads (name TEXT NOT NULL, day INTEGER NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (name, day)) WITHOUT ROWID;
	CREATE INDEX IF NOT EXISTS downloads_by_day ON downloads (day);
	PRAGMA user_version = ${VERSION};
`;

type Row = Readonly<Record<string, unknown>>;

/**
 * How often each package was downloaded on each day, in one SQLite file. One that is damaged is put aside as `<file>.damaged` and a new one
 * begun: a registry must not stop serving for want of its numbers.
 */
export async function openDownloadDatabase(
	file: string,
	onFailure: (error: unknown) => void,
): Promise<DownloadStorage & { close(): void }> {
	try {
		return await openWhole(file);
	} catch (error) {
		if (!isDamage(error)) {
			throw error;
		}

		onFailure(
			new Error(`The numbers of downloads could not be read; they are put aside as ${file}.damaged and begin again.`, { cause: error }),
		);
		await Promise.all([`${file}-wal`, `${file}-shm`].map((name) => rm(name, { force: true })));
		await rename(file, `${file}.damaged`);
		return openWhole(file);
	}
}

async function openWhole(file: string) {
	// SQLite would make it readable by everybody; what lies beside it gets its mode.
	await (await open(file, 'a', 0o600)).close();
	return useDatabase(openDatabase(file));
}

function openDatabase(file: string): DatabaseSync {
	const { DatabaseSync: Database } = process.getBuiltinModule('node:sqlite');
	const database = new Database(file);
	try {
		// What a power cut takes of the last seconds is not worth waiting for the disk; the file stays whole.
		database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
		const version = database.prepare('PRAGMA user_version').get()?.['user_version'];
		if (version !== 0 && version !== VERSION) {
			throw new Error(`The numbers of downloads are of format ${String(version)}, which this mirror does not know (it knows ${VERSION}).`);
		}

		database.exec(SCHEMA);
		return database;
	} catch (error) {
		database.close();
		throw error;
	}
}

function useDatabase(database: DatabaseSync): DownloadStorage & { close(): void } {
	const add = database.prepare('INSERT INTO downloads VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET count = count + excluded.count');
	const read = database.prepare('SELECT day, count FROM downloads WHERE name = ? AND day BETWEEN ? AND ?');
	const sums = database.prepare('SELECT name, sum(count) AS total FROM downloads WHERE day BETWEEN ? AND ? GROUP BY name');
	const forget = database.prepare('DELETE FROM downloads WHERE day < ?');
	return {
		async add(counts) {
			database.exec('BEGIN');
			try {
				for (const { name, day, count } of counts) {
					add.run(name, day, count);
				}

				database.exec('COMMIT');
			} catch (error) {
				// Where the failure ended the transaction by itself there is nothing to take back.
				if (database.isTransaction) {
					database.exec('ROLLBACK');
				}

				throw error;
			}
		},
		read: async (name, { from, to }) => new Map(read.all(name, from, to).map((row) => [numberOf(row, 'day'), numberOf(row, 'count')])),
		sums: async ({ from, to }) => new Map(sums.all(from, to).map((row) => [String(row['name']), numberOf(row, 'total')])),
		async forgetBefore(day) {
			forget.run(day);
		},
		close() {
			database.close();
		},
	};
}

function numberOf(row: Row, column: string): number {
	return Number(row[column]);
}

function isDamage(error: unknown): boolean {
	const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) : 0;
	return code === SQLITE_CORRUPT || code === SQLITE_NOTADB;
}
