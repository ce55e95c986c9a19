/**
 * Several processes at once in one home: installing, removing, rolling back, collecting and verifying. Requires that all of them end by
 * themselves, that nobody meets a damaged home, and that the home is whole afterwards.
 * Run: npm run proof:crowd -- [seconds] [processes ...]
 */
import { equal, ok } from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { startFakeRegistry } from '../helpers/fake-registry.ts';
import type { CrowdMember } from './crowd-member.ts';
import { serveSmallPackages } from './small-packages.ts';
import { requireWholeHome } from './whole-home.ts';

export type CrowdReport = {
	readonly processes: number;
	readonly seconds: number;
	readonly done: Readonly<Record<string, number>>;
	readonly fewestOfOneProcess: number;
	readonly stale: number;
	readonly waits: number;
	readonly longestWaitMilliseconds: number;
	readonly notice: string | null;
	readonly generation: number;
};

const MEMBER = new URL('crowd-member.ts', import.meta.url).pathname;

export async function crowd({ processes, seconds }: { readonly processes: number; readonly seconds: number }): Promise<CrowdReport> {
	await using registry = await startFakeRegistry();
	serveSmallPackages(registry);
	const folder = await mkdtemp(join(tmpdir(), 'plugward-crowd-'));
	try {
		const [home, npmrc] = [join(folder, 'home'), join(folder, 'npmrc')];
		await writeFile(npmrc, `registry=${registry.url}\n`, { mode: 0o600 });
		const children = Array.from({ length: processes }, (_, index) =>
			fork(MEMBER, [home, npmrc, String(seconds), String(index + 1)], {
				execArgv: [],
				stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
				cwd: folder,
			}),
		);
		const members = await Promise.all(children.map(resultOf));
		const { current } = await requireWholeHome(home);
		const done: Record<string, number> = {};
		for (const [verb, count] of members.flatMap((member) => Object.entries(member.done))) {
			done[verb] = (done[verb] ?? 0) + count;
		}

		return {
			processes,
			seconds,
			done,
			fewestOfOneProcess: Math.min(...members.map((member) => Object.values(member.done).reduce((sum, count) => sum + count, 0))),
			stale: members.reduce((sum, member) => sum + member.stale, 0),
			waits: members.reduce((sum, member) => sum + member.waits, 0),
			longestWaitMilliseconds: Math.round(Math.max(...members.map((member) => member.longestWaitMilliseconds))),
			notice: members.flatMap(({ notices }) => notices).find((text) => text.includes('process')) ?? null,
			generation: current,
		};
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

async function resultOf(child: ChildProcess): Promise<CrowdMember> {
	let said = '';
	child.stderr?.setEncoding('utf8').on('data', (text: string) => {
		said += text;
	});
	const { promise, resolve } = Promise.withResolvers<CrowdMember | null>();
	child.once('message', (message) => {
		resolve(message as CrowdMember);
	});
	const code = await new Promise<number | null>((end) => {
		child.once('close', end);
	});
	equal(code, 0, `a member of the crowd exits with ${code}: ${said}`);
	resolve(null);
	const member = await promise;
	ok(member !== null, 'it says what it did');
	return member;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
	const [seconds = '60', ...counts] = process.argv.slice(2);
	for (const processes of counts.length === 0 ? [2, 8] : counts.map(Number)) {
		console.log(JSON.stringify(await crowd({ processes, seconds: Number(seconds) }), null, '\t'));
	}
}
