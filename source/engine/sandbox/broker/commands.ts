import { constants, type BigIntStats } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';

import { isProgram, type RunPermission } from '../../permission.ts';
import { stripToLine } from '../../strip-controls.ts';
import { matchesArguments } from '../argument-patterns.ts';
import type { AuditEvent } from '../audit.ts';
import { hashOf, isInterpreter } from '../pin-program.ts';
import { done, failed, type CapabilityOutcome } from './capability.ts';
import type { Gate } from './gate.ts';
import { startCommand, type RunningCommand } from './running-command.ts';

const MAXIMUM_RUNNING = 4;
const MAXIMUM_ARGUMENTS = 200;
const MAXIMUM_ARGUMENT_CHARACTERS = 32_768;
const MAXIMUM_INPUT_CHARACTERS = 1024 * 1024;
const DEFAULT_TIMEOUT_MILLISECONDS = 30_000;
const MAXIMUM_TIMEOUT_MILLISECONDS = 600_000;

export type CommandBroker = {
	/** `run.start`: the value is the number that `run.next` takes. */
	readonly start: (args: Readonly<Record<string, unknown>>, signal: AbortSignal) => Promise<CapabilityOutcome>;
	/** `run.next`: waits for output or the end. */
	readonly next: (id: unknown) => Promise<CapabilityOutcome>;
	/** When all that run have ended. */
	readonly ended: () => Promise<void>;
};

export type CommandOptions = {
	readonly gate: Gate;
	readonly plugin: string;
	readonly version: string;
	readonly pid: () => number;
	readonly audit: (event: AuditEvent) => void;
	/** Absolute; where commands run. */
	readonly cwd: string;
	readonly allowsInterpreters: boolean;
};

/**
 * Programs of this machine for plugins. They run outside of every wall, so that what is granted is narrow: one file by its real path and
 * digest, and a pattern for each argument. The file that was checked is the one that is started, through its descriptor.
 */
export function createCommandBroker(options: CommandOptions): CommandBroker {
	const running = new Map<number, RunningCommand>();
	const digests = new Map<string, string>();
	let lastId = 0;
	let startingCount = 0;
	const begin = async (request: CommandRequest, grant: RunPermission, signal: AbortSignal): Promise<CapabilityOutcome> => {
		const opened = await openPinned(grant, { digests, allowsInterpreters: options.allowsInterpreters });
		if (opened.type === 'refused') {
			return deniedBy(request, opened);
		}

		const command = await startOpened(opened, { request, options, signal });
		lastId += 1;
		running.set(lastId, command);
		return done(lastId);
	};

	const within = async (work: () => Promise<CapabilityOutcome>): Promise<CapabilityOutcome> => {
		if (running.size + startingCount >= MAXIMUM_RUNNING) {
			return failed('ERR_TOO_MANY', `A plugin runs at most ${MAXIMUM_RUNNING} programs at once.`);
		}

		startingCount += 1;
		try {
			return await work();
		} finally {
			startingCount -= 1;
		}
	};
	const next = async (id: unknown): Promise<CapabilityOutcome> => {
		const command = typeof id === 'number' ? running.get(id) : undefined;
		if (command === undefined) {
			return failed('ERR_INVALID_ARGUMENT', 'No such program runs.');
		}

		const part = await command.next();
		if (part.end !== null) {
			running.delete(id as number);
		}

		return done(part);
	};

	return {
		next,
		start: async (args, signal) => {
			const request = parseCommand(args);
			if (typeof request === 'string') {
				return failed('ERR_INVALID_ARGUMENT', request);
			}

			const grant = options.gate.grants.find((one) => isGrantOf(one, request));
			if (!options.gate.allowsBy(grant ?? null, requestedPermission(request)) || grant?.type !== 'run') {
				return deniedBy(request, { rule: 'not-granted', text: `Running ${request.program} with these arguments was not granted.` });
			}

			return within(() => begin(request, grant, signal));
		},
		ended: async () => {
			await Promise.all([...running.values()].map((command) => command.ended));
		},
	};
}

async function startOpened(
	opened: Extract<Opened, { readonly type: 'opened' }>,
	{ request, options, signal }: { readonly request: CommandRequest; readonly options: CommandOptions; readonly signal: AbortSignal },
): Promise<RunningCommand> {
	const shared = { plugin: options.plugin, version: options.version, pid: options.pid(), program: opened.path };
	try {
		options.audit({
			event: 'command-started',
			...shared,
			sha256: opened.sha256,
			args: request.args.map((argument) => stripToLine(argument).slice(0, 200)),
		});
	} catch (error) {
		await opened.file.close();
		throw error;
	}

	return startCommand({
		file: opened.file,
		name: request.program,
		args: request.args,
		input: request.input,
		cwd: options.cwd,
		timeoutMilliseconds: request.timeoutMilliseconds,
		signal,
		onEnd: ({ exitCode, outcome, milliseconds, outputBytes }) =>
			options.audit({ event: 'command-ended', ...shared, outcome, exitCode, milliseconds, outputBytes }),
	});
}

type CommandRequest = {
	readonly program: string;
	readonly args: readonly string[];
	readonly input: string | null;
	readonly timeoutMilliseconds: number;
};

function parseCommand({ program, args, input, timeoutMilliseconds }: Readonly<Record<string, unknown>>): CommandRequest | string {
	if (typeof program !== 'string' || !isProgram(program)) {
		return 'A program is a name without / in it, or an absolute path.';
	}

	const isList = Array.isArray(args) && args.length <= MAXIMUM_ARGUMENTS;
	if (!isList || !args.every((one) => typeof one === 'string' && !one.includes('\0') && one.length <= MAXIMUM_ARGUMENT_CHARACTERS)) {
		return `The arguments are a list of at most ${MAXIMUM_ARGUMENTS} texts.`;
	}

	if (input !== null && (typeof input !== 'string' || input.length > MAXIMUM_INPUT_CHARACTERS)) {
		return `The input is a text of at most ${MAXIMUM_INPUT_CHARACTERS} characters.`;
	}

	const timeout = timeoutMilliseconds ?? DEFAULT_TIMEOUT_MILLISECONDS;
	if (typeof timeout !== 'number' || !(timeout >= 1 && timeout <= MAXIMUM_TIMEOUT_MILLISECONDS)) {
		return `The timeout is 1 to ${MAXIMUM_TIMEOUT_MILLISECONDS} milliseconds.`;
	}

	return { program, args: args as readonly string[], input, timeoutMilliseconds: timeout };
}

function isGrantOf(grant: Gate['grants'][number], { program, args }: CommandRequest): boolean {
	return grant.type === 'run' && grant.program === program && matchesArguments(grant.args, args);
}

/** The narrowest permission that would allow it; white space in an argument can only be said as a wildcard. */
function requestedPermission({ program, args }: CommandRequest): RunPermission {
	const patterns = args.slice(0, 49).map((argument) => (argument === '' ? '*' : argument.replaceAll(/[\s\p{C}]/gu, '?').slice(0, 1000)));
	return { type: 'run', program, args: args.length > patterns.length ? [...patterns, '**'] : patterns, reason: '' };
}

type Refused = { readonly rule: 'not-granted' | 'not-pinned' | 'program-changed' | 'interpreter'; readonly text: string };

function deniedBy(request: CommandRequest, { rule, text }: Refused): CapabilityOutcome {
	const permission = requestedPermission(request);
	return { type: 'denied', permission, rule, resource: [request.program, ...request.args].join(' '), text };
}

type Opened =
	| ({ readonly type: 'refused' } & Refused)
	| { readonly type: 'opened'; readonly file: FileHandle; readonly path: string; readonly sha256: string };

/** Opens what the grant is pinned to and holds its bytes against the digest; who is refused gets no descriptor. */
async function openPinned(
	{ program, pin }: RunPermission,
	{ digests, allowsInterpreters }: { readonly digests: Map<string, string>; readonly allowsInterpreters: boolean },
): Promise<Opened> {
	if (pin === undefined) {
		return { type: 'refused', rule: 'not-pinned', text: `The grant of ${program} does not say which file it is; grant it anew.` };
	}

	if (!allowsInterpreters && isInterpreter(pin.path)) {
		return {
			type: 'refused',
			rule: 'interpreter',
			text: `${program} does whatever its arguments say; only a plugin of level core may run it.`,
		};
	}

	let file: FileHandle;
	try {
		file = await open(pin.path, constants.O_RDONLY | constants.O_NOFOLLOW);
	} catch {
		return { type: 'refused', rule: 'program-changed', text: `${pin.path} is not there any more; grant ${program} anew.` };
	}

	try {
		// The times of a file that was written to differ, so that equal ones need not be read again.
		const key = identityOf(await file.stat({ bigint: true }));
		const sha256 = digests.get(key) ?? (await hashOf(file));
		digests.set(key, sha256);
		if (sha256 !== pin.sha256) {
			await file.close();
			const text = `${pin.path} is not the file that was granted (sha256 ${sha256.slice(0, 12)}, expected ${pin.sha256.slice(0, 12)}); grant ${program} anew if that is right.`;
			return { type: 'refused', rule: 'program-changed', text };
		}

		return { type: 'opened', file, path: pin.path, sha256 };
	} catch (error) {
		await file.close();
		throw error;
	}
}

function identityOf({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): string {
	return [dev, ino, size, mtimeNs, ctimeNs].join(' ');
}
