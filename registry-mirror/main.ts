#!/usr/bin/env node
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import meow from 'meow';
import { closeToDebugger, stripToLine } from '../source/engine/shared.ts';
import { MirrorError, type MirrorLogLine, type MirrorOptions, startMirror } from './index.ts';

const HIGHEST_PORT = 65_535;

closeToDebugger();

const cli = meow(
	`
	Usage
	  $ plugward-mirror --folder <folder> [options]

	Starts an npm registry on 127.0.0.1 that npm, pnpm, yarn and bun can use.

	Options
	  --folder <folder>       Where everything is kept. Required
	  --port <number>         Port to listen on; 0 takes any free one (default 4873)
	  --upstream <url>        Registry to pull packages through from (default: none, only what is published here)
	  --local <name>          A name or @scope/* that is published here and never looked up at the upstream; repeatable
	  --offline               Never ask the upstream; serve what is stored, whatever its age
	  --advisories <folder>   A sharded set of OSV advisories to serve: index.json and its shards (default: none)
	  --public-url <url>      A URL that a reverse proxy serves this mirror under; repeatable
	  --open                  Ask for no token
	  --log                   Write a line per request to standard error

	Environment
	  PLUGWARD_MIRROR_TOKEN                   The token to ask for. Without it and without --open one is made
	                                          and kept in <folder>/token
	  PLUGWARD_MIRROR_UPSTREAM_AUTHORIZATION  The authorization header for the upstream, for instance "Bearer abc"

	Examples
	  $ plugward-mirror --folder ~/mirror --upstream https://registry.npmjs.org --local '@mine/*'
`,
	{
		importMeta: import.meta,
		// That of package.json speaks of the package manager.
		description: false,
		allowUnknownFlags: false,
		flags: {
			folder: { type: 'string', isRequired: true },
			port: { type: 'number', default: 4873 },
			upstream: { type: 'string' },
			local: { type: 'string', isMultiple: true },
			offline: { type: 'boolean', default: false },
			advisories: { type: 'string' },
			publicUrl: { type: 'string', isMultiple: true },
			open: { type: 'boolean', default: false },
			log: { type: 'boolean', default: false },
		},
	},
);

await run();

async function run(): Promise<void> {
	try {
		const mirror = await startMirror(await readOptions());
		process.stdout.write(`${mirror.url}\n`);
		for (const signal of ['SIGINT', 'SIGTERM'] as const) {
			process.once(signal, () => {
				mirror.close().catch(fail);
			});
		}
	} catch (error) {
		fail(error);
	}
}

async function readOptions(): Promise<MirrorOptions> {
	const { flags, input } = cli;
	if (input[0] !== undefined) {
		throw new MirrorError(400, 'request-invalid', `"${stripToLine(input[0])}" belongs to no option. See: plugward-mirror --help`);
	}

	if (!Number.isInteger(flags.port) || flags.port < 0 || flags.port > HIGHEST_PORT) {
		throw new MirrorError(400, 'request-invalid', `--port takes a whole number from 0 to ${HIGHEST_PORT}.`);
	}

	const folder = path.resolve(flags.folder);
	const authorization = process.env['PLUGWARD_MIRROR_UPSTREAM_AUTHORIZATION'] ?? null;
	return {
		folder,
		port: flags.port,
		token: flags.open ? null : (process.env['PLUGWARD_MIRROR_TOKEN'] ?? (await keptToken(folder))),
		upstream: flags.upstream === undefined ? null : { url: flags.upstream, authorization, offline: flags.offline },
		localScopes: flags.local ?? [],
		advisories: flags.advisories === undefined ? null : path.resolve(flags.advisories),
		publicUrls: flags.publicUrl ?? [],
		...(flags.log ? { log: writeLog } : {}),
	};
}

/**
 * The token of the folder: made once and kept, so that clients go on after a restart. On the screen it would stay in scrollback and logs,
 * so it goes into a file that only its owner can read.
 */
async function keptToken(folder: string): Promise<string> {
	const file = path.join(folder, 'token');
	await mkdir(folder, { recursive: true, mode: 0o700 });
	try {
		await writeFile(file, `${randomBytes(32).toString('base64url')}\n`, { mode: 0o600, flag: 'wx' });
	} catch (error) {
		if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) {
			throw error;
		}
	}

	const token = (await readFile(file, 'utf8')).trim();
	if (!/^[\w-]{43}$/.test(token)) {
		throw new MirrorError(500, 'internal', `${file} holds no token; remove it to have a new one made.`);
	}

	process.stderr.write(`The token to send is in ${file}\n`);
	return token;
}

function writeLog(line: MirrorLogLine): void {
	const text = line.type === 'request' ? `${line.method} ${line.path} ${line.status} ${line.milliseconds} ms` : line.message;
	// Paths and messages hold what clients and upstreams sent.
	process.stderr.write(`${new Date().toISOString()} ${stripToLine(text)}\n`);
}

function fail(error: unknown): void {
	process.stderr.write(`plugward-mirror: ${wordsFor(error)}\n`);
	process.exitCode = error instanceof MirrorError && error.code === 'request-invalid' ? 2 : 1;
}

/** What the system refused is told in its own words; anything else that is not ours is a fault of the program, with its place. */
function wordsFor(error: unknown): string {
	if (!(error instanceof Error)) {
		return String(error);
	}

	if ('code' in error && error.code === 'EADDRINUSE') {
		return `Port ${cli.flags.port} is in use already; choose another with --port, or 0 for any free one.`;
	}

	return error instanceof MirrorError || 'syscall' in error ? error.message : (error.stack ?? error.message);
}
