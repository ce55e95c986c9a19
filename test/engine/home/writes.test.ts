import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const SOURCE = join(import.meta.dirname, '../../../source');

/** What of node:fs changes nothing. `open` and `openSync` are looked at call by call. */
const READING = new Set(
	'access accessSync BigIntStats constants closeSync createReadStream existsSync fstatSync lstat lstatSync open opendir openSync readdir readdirSync readFile readFileSync readlink readSync realpath realpathSync stat statfs statSync watch FileHandle Stats'.split(
		' ',
	),
);

/** Outside `home/disk.ts` these alone write, and none of them to what a home has installed. */
const ELSEWHERE: Readonly<Record<string, string>> = {
	'crash-log.ts': 'the story of a crash, in the log folder of the user',
	'compiled-program.ts': 'code of plugward kept compiled, beside the homes',
	'engine/compiled-code.ts': 'the folder where node keeps our code compiled, in no home',
	'engine/registry/metadata/metadata-store.ts':
		'what registries said, in the cache of the home, checked when it is read and made again when it is missing',
	'engine/registry/catalogue/catalogue-file.ts': 'the list of packages of a registry, in the same cache',
	'engine/registry/metadata/compact-metadata.ts': 'the same cache',
	'engine/registry/downloads/silent-registries.ts': 'which registries count no downloads, in the same cache',
	'engine/operations/audit-log/export-log.ts': 'the file that the user named',
	'engine/operations/locks/write-lock.ts': 'the lock file that the user named',
	'engine/operations/generations/node-modules/write-tree.ts': 'the folder that export was given',
	'engine/operations/generations/node-modules/target-folder.ts': 'the folder that export was given',
	'engine/sandbox/broker/walk.ts': 'paths that a plugin was granted, which are never in a home',
	'engine/sandbox/broker/files.ts': 'paths that a plugin was granted, which are never in a home',
	'engine/operations/people-and-policy/advisory-sets.ts': 'a set of advisories that the user signs, or that is kept beside the policy',
	'engine/operations/permissions/write-permissions.ts': 'the package.json of the folder that the user named',
	'terminal/skeleton.ts': 'the terminal',
	'engine/sandbox/host/questions.ts': 'the socket to the core',
	'engine/sandbox/priority.ts': 'the priority of a process, below /proc',
	'engine/sandbox/build-programs.ts': 'programs built from source, in the build folder',
	'screen-memory.ts': 'how the screens were left, in the state folder of the user',
	'terminal/hand-off.ts': 'a copy for the editor or pager, in a temporary folder',
	'engine/sandbox/programs.ts': 'programs built from source, in the build folder',
	'engine/trust/roots/refresh-root.ts': 'a temporary folder',
};

type Import = { readonly file: string; readonly names: readonly string[]; readonly text: string };

async function importsOfFileSystem(): Promise<readonly Import[]> {
	const files = (await readdir(SOURCE, { recursive: true })).filter((name) => /\.(?:ts|tsx|cjs)$/u.test(name));
	const found = await Promise.all(
		files.map(async (file): Promise<readonly Import[]> => {
			const text = await readFile(join(SOURCE, file), 'utf8');
			const names = [...text.matchAll(/import\s+(?:type\s+)?\{([^}]*)\}\s+from\s+'(?:node:)?fs(?:\/promises)?'/gu)].flatMap(
				([, list = '']) =>
					list.split(',').flatMap(
						(name) =>
							name
								.trim()
								.replace(/^type\s+/u, '')
								.split(/\s+as\s+/u)[0] || [],
					),
			);
			const isWhole = /(?:import\s+(?:\*\s+as\s+)?\w+\s+from\s+|require\(|import\(|getBuiltinModule\()'(?:node:)?fs(?:\/promises)?'/u.test(
				text,
			);
			return names.length > 0 || isWhole ? [{ file, names: isWhole ? [...names, 'everything'] : names, text }] : [];
		}),
	);
	return found.flat();
}

const writing = ({ names }: Import) => names.filter((name) => !READING.has(name));

test('inside home/ only disk.ts can write', async () => {
	const inHome = (await importsOfFileSystem()).filter(({ file }) => file.startsWith('engine/home/') && file !== 'engine/home/disk.ts');
	expect(inHome.length).toBeGreaterThan(20);
	for (const one of inHome) {
		expect(writing(one), one.file).toEqual([]);
		for (const [, call = ''] of one.text.matchAll(/\bopen(?:Sync)?\(([^;]*?)\);/gu)) {
			expect(call, one.file).toMatch(/(?:, 'r'$|O_RDONLY \| constants\.O_NOFOLLOW$)/u);
		}
	}
});

test('elsewhere nothing can write but what is named here with its reason', async () => {
	const outside = (await importsOfFileSystem()).filter(({ file }) => !file.startsWith('engine/home/'));
	const writers = outside.filter((one) => writing(one).length > 0).map(({ file }) => file);
	expect(writers.toSorted()).toEqual(Object.keys(ELSEWHERE).toSorted());
});

test('disk.ts writes with calls of the system only, each of them a call of the disk', async () => {
	const { names = [] } = (await importsOfFileSystem()).find(({ file }) => file === 'engine/home/disk.ts') ?? {};
	expect(names.toSorted()).toEqual(
		'chmod closeSync link linkSync mkdir mkdirSync open openSync rename renameSync rm rmSync stat truncateSync writeSync'.split(' '),
	);
});
