import { execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createServer, type RequestListener, type Server } from 'node:http';
import { link, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { getPriority, hostname } from 'node:os';
import { join } from 'node:path';

import { EngineError } from '../../../../source/engine/errors.ts';
import { DEFAULT_LIMITS } from '../../../../source/engine/manifest.ts';
import { parsePermission, type Permission } from '../../../../source/engine/permission.ts';
import { pinProgram } from '../../../../source/engine/sandbox/index.ts';
import { folderOf, observed, pluginCode, run, type Observed } from '../plugin-run.ts';
import type { Attempt } from './attempts.ts';

const MEBIBYTE = 1024 * 1024;
const BASE_GRANTS = ['fs.read:$project/open/**', 'fs.read:$project/read-only/*', 'fs.write:$project/open/**'];
const NATIVE_MANIFEST = {
	apiVersion: 1,
	main: './plugin.js',
	tasks: { go: { description: '', input: {}, output: {} } },
	permissions: [],
	limits: DEFAULT_LIMITS,
	runtime: 'native',
} as const;
const LIMITS = { wallMilliseconds: 2500, cpuMilliseconds: 600, memoryBytes: 64 * MEBIBYTE };

export type Scene = AsyncDisposable & {
	/** Runs an attempt beside an honest neighbour. */
	readonly strike: (attempt: Attempt) => Promise<Strike>;
};

export type Strike = {
	/** In the words of the table. */
	readonly stopped: string;
	/** Everything that went wrong, in words; empty when no canary was touched. */
	readonly harm: readonly string[];
};

/** A project, a home and a server that nobody may touch. Every canary holds one random word. */
export async function openScene(): Promise<Scene> {
	const canary = randomUUID();
	const folder = await folderOf({
		'secret.txt': canary,
		'home/key': canary,
		'home/data/neighbour/secret': canary,
		'project/open/a.txt': 'open',
		'project/open/.env': canary,
		'project/.npmrc': canary,
		'project/read-only/a.txt': 'unchanged',
		'project/out/kept.txt': canary,
	});
	const at = (...names: readonly string[]): string => join(folder.path, ...names);
	await mkdir(at('away'));
	await writeFile(at('away/secret.txt'), canary);
	await symlink(at('secret.txt'), at('project/open/link.txt'));
	await symlink(at('secret.txt'), at('project/open/other-link.txt'));
	await symlink(at('away'), at('project/open/folder'));
	await link(at('home/key'), at('project/open/hard.txt'));
	execFileSync('mkfifo', [at('project/open/pipe')]);
	let hits = 0;
	await using cleanup = new AsyncDisposableStack();
	cleanup.use(folder);
	const inside = await listen((_, response) => {
		hits += 1;
		response.end(canary);
	}, cleanup);
	const turn = await listen((request, response) => {
		if (request.url === '/?echo') {
			response.end(
				JSON.stringify(request.headers.host === `127.0.0.1:${turnPort}` && request.headers.connection !== 'upgrade' ? 'own' : 'ESCAPED'),
			);
		} else {
			response.writeHead(302, { location: `http://127.0.0.1:${inside}/` }).end();
		}
	}, cleanup);
	const turnPort = turn;
	const place = (text: string): string =>
		text
			.replaceAll('CANARY_FILE', at('secret.txt'))
			.replaceAll('CANARY_HOME', at('home'))
			.replaceAll('CANARY_URL', `http://127.0.0.1:${inside}/`)
			.replaceAll('CANARY_PORT', String(inside))
			.replaceAll('TURN_URL', `http://127.0.0.1:${turn}/`)
			.replaceAll('TURN_PORT', String(turn))
			.replaceAll('MACHINE_NAME', hostname().toLowerCase())
			.replaceAll('CORE_PID', String(process.pid))
			.replaceAll('CANARY_PID', String(witness.pid));
	const witness = spawn('/bin/sleep', ['3600'], { stdio: 'ignore' });
	cleanup.defer(() => void witness.kill('SIGKILL'));
	const files = ['secret.txt', 'home/key', 'away/secret.txt', 'home/data/neighbour/secret', 'project/out/kept.txt'];
	const disposal = cleanup.move();
	return {
		strike: async (attempt) => {
			const seen = observed();
			const [attacked, neighbour] = await Promise.allSettled([
				run(place(attempt.script ?? pluginCode(attempt.body)), {
					observe: seen,
					grants: await Promise.all([...BASE_GRANTS, ...(attempt.allow ?? [])].map((text) => grantOf(place(text)))),
					roots: { project: at('project'), data: null },
					forbiddenPaths: [at('home')],
					environment: { CANARY: canary, X: 'x' },
					storage: emptyStorage(),
					limits: LIMITS,
					...(attempt.isNative === true ? { manifest: NATIVE_MANIFEST } : {}),
				}),
				run(pluginCode('await new Promise((resolve) => setTimeout(resolve, 20)); return 42;')),
			]);
			const told = JSON.stringify([
				attacked.status === 'fulfilled' ? attacked.value.output : String(attacked.reason),
				seen.output,
				seen.audit,
			]);
			const changed = await Promise.all(
				files.map(async (name) => ((await readFile(at(name), 'utf8')) === canary ? [] : [`${name} was changed`])),
			);
			const harm = [
				...(told.includes(canary) ? ['a canary was told'] : []),
				...(told.includes('ESCAPED') ? ['it says that it escaped'] : []),
				...(witness.exitCode === null && witness.signalCode === null ? [] : ['a process of the user got a signal']),
				...(getPriority(witness.pid) === getPriority() ? [] : ['a process of the user got another priority']),
				...(hits > 0 ? [`the server was reached ${hits} times`] : []),
				...changed.flat(),
				...((await readFile(at('project/read-only/a.txt'), 'utf8')) === 'unchanged' ? [] : ['a file was changed without a grant']),
				...(neighbour.status === 'fulfilled' && neighbour.value.output === 42 ? [] : ['the neighbour did not end as it should']),
				...livesOn(seen),
				...missingLines(seen),
			];
			return { stopped: wordOf(attacked, seen), harm };
		},
		[Symbol.asyncDispose]: () => disposal.disposeAsync(),
	};
}

async function listen(answer: RequestListener, cleanup: AsyncDisposableStack): Promise<number> {
	const server: Server = createServer(answer);
	await new Promise<void>((resolve) => {
		server.listen(0, '127.0.0.1', resolve);
	});
	cleanup.defer(() => {
		server.closeAllConnections();
		server.close();
	});
	return (server.address() as AddressInfo).port;
}

async function grantOf(text: string): Promise<Permission> {
	const permission = parsePermission(text);
	return permission.type === 'run'
		? { ...permission, pin: await pinProgram(permission, { searchPath: '/usr/bin:/bin', allowsInterpreters: false }) }
		: permission;
}

function emptyStorage() {
	const values = new Map<string, string>();
	return {
		entries: async () => [...values].map(([key, value]) => ({ key, bytes: key.length + value.length })),
		get: async (key: string) => values.get(key) ?? null,
		set: async (key: string, value: string) => void values.set(key, value),
		delete: async (key: string) => void values.delete(key),
	};
}

function wordOf(attacked: PromiseSettledResult<{ readonly output: unknown }>, { audit }: Observed): string {
	if (audit.some(({ event }) => event === 'limit-exceeded')) {
		return 'limit';
	}

	if (audit.some(({ event }) => event === 'sandbox-breach')) {
		return 'breach';
	}

	const denial = audit.find((event) => event.event === 'permission-denied');
	if (denial !== undefined) {
		return `denied ${denial.rule}`;
	}

	if (attacked.status === 'rejected') {
		return attacked.reason instanceof EngineError && attacked.reason.code === 'plugin-failed'
			? 'failed'
			: `error ${String(attacked.reason)}`;
	}

	const { output } = attacked.value;
	return typeof output === 'string' && /^E[A-Z_]+$/.test(output) && output !== 'ESCAPED' ? 'failed' : 'contained';
}

function livesOn({ pids }: Observed): readonly string[] {
	return pids.flatMap((pid) => {
		try {
			process.kill(pid, 0);
			return [`its process ${pid} lives on`];
		} catch {
			// There is none any more, which is what is wanted.
			return [];
		}
	});
}

/** Every run has its start and its end on record, and each denial once. */
function missingLines({ audit }: Observed): readonly string[] {
	const denials = audit.flatMap((event) => (event.event === 'permission-denied' ? [`${event.rule} ${event.permission}`] : []));
	return [
		...(audit[0]?.event === 'plugin-started' && audit.some(({ event }) => event === 'plugin-ended')
			? []
			: ['its start or end is not on record']),
		...(new Set(denials).size === denials.length ? [] : ['a denial is on record twice']),
	];
}
