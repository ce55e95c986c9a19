import { throwIfAborted, toEngineError } from '../../errors.ts';
import { permissionId } from '../../permission.ts';
import { createBroker, type Broker } from '../broker/broker.ts';
import { takeFreshHost } from '../host-link.ts';
import { PluginConnection } from '../plugin-connection.ts';
import { PluginEndedError } from '../plugin-end.ts';
import { requireSandbox } from '../support.ts';
import { explainToolEnd, recordToolEnd, type ToolRun } from './tool-end.ts';
import { answerToolCalls, type ToolEnding } from './tool-calls.ts';
import type { RunToolRequest, RunToolResult } from './tool-request.ts';

const MEBIBYTE = 1024 * 1024;
/** What says nothing about the user and without which no program knows how to write to a terminal. */
const TERMINAL_VARIABLES = ['TERM', 'COLORTERM', 'NO_COLOR', 'FORCE_COLOR', 'COLUMNS', 'LINES'];

/**
 * Runs the program of a package in a process of its own, with arguments, streams and an exit code as it would have on a machine. Throws
 * `plugin-limit`, `plugin-failed` (it could not even be loaded), `sandbox-breach`, `sandbox-unavailable`, `cancelled`; whatever the
 * tool itself finds wrong is its exit code.
 */
export async function runTool(request: RunToolRequest): Promise<RunToolResult> {
	throwIfAborted(request.signal);
	await requireSandbox(request.rules);
	const run: ToolRun = { request, pid: 0, startedAt: performance.now() };
	const broker = createBroker({ ...request, requested: [], pid: () => run.pid });
	const ended = new AbortController();
	const ending = Promise.withResolvers<ToolEnding>();
	const connection = await connect(run, { broker, ending, signal: ended.signal });
	try {
		const { exitCode, lacked } = await untilEnd(connection, request, ending.promise);
		recordToolEnd(run, connection, { code: exitCode === 0 ? 'ok' : 'tool-failed', exitCode });
		const { peakMemoryBytes } = connection.use;
		return { exitCode, lacked, milliseconds: performance.now() - run.startedAt, peakMemoryBytes, denied: broker.denied() };
	} catch (error) {
		throw explainToolEnd(error, run, connection);
	} finally {
		ended.abort();
		await connection[Symbol.asyncDispose]();
	}
}

type Connecting = {
	readonly broker: Broker;
	readonly ending: PromiseWithResolvers<ToolEnding>;
	readonly signal: AbortSignal;
};

async function connect(run: ToolRun, { broker, ending, signal }: Connecting): Promise<PluginConnection> {
	const { request } = run;
	const { plugin, version, bin, grants, limits, code } = request;
	const toolCalls = answerToolCalls(request, { ending, signal });
	const answer = async (call: { readonly operation: string; readonly args: Readonly<Record<string, unknown>> }): Promise<string> =>
		(await toolCalls(call)) ?? broker.handle(call, signal);
	try {
		return await PluginConnection.start({
			load: {
				kind: 'tool',
				heapMegabytes: Math.ceil(limits.memoryBytes / MEBIBYTE),
				turnMilliseconds: limits.wallMilliseconds,
				permissions: grants.map(permissionId),
				checksSchemas: false,
			},
			code,
			limits,
			takeHost: takeFreshHost(request.rules),
			isLongLived: false,
			signal: request.signal,
			onStart: (pid) => {
				run.pid = pid;
				request.audit({ event: 'plugin-started', plugin, version, pid, task: bin, grants: grants.map(permissionId) });
				request.onStart?.({ pid });
			},
			onCapability: answer,
			onQuestion: answer,
			// Before the tool has its streams there is nobody to talk.
			onLog: () => undefined,
		});
	} catch (error) {
		throw toEngineError(error, {
			code: 'sandbox-unavailable',
			message: `The host process of ${plugin} could not be started.`,
			hint: 'Run: plugward doctor',
		});
	}
}

async function untilEnd(connection: PluginConnection, request: RunToolRequest, ending: Promise<ToolEnding>): Promise<ToolEnding> {
	const deadline = setTimeout(() => connection.finish({ type: 'limit', limit: 'wall' }), request.limits.wallMilliseconds);
	const onAbort = (): void => connection.finish({ type: 'stopped', cause: request.signal.reason });
	request.signal.addEventListener('abort', onAbort, { once: true });
	if (request.signal.aborted) {
		onAbort();
	}

	try {
		const started = connection.call({
			method: 'execute',
			task: request.bin,
			input: JSON.stringify(startMessage(request)),
			inputSchema: null,
			outputSchema: null,
		});
		// A tool never answers its call; what comes is that it has failed, or that it is over.
		return await Promise.race([ending, started.then(() => ending)]);
	} catch (error) {
		if (error instanceof PluginEndedError && error.end.type === 'failed' && error.end.failure.reason === 'thrown') {
			await request.streams.write('stderr', Buffer.from(`Uncaught ${error.end.failure.detail}\n`));
			return { exitCode: 1, lacked: null };
		}

		throw error;
	} finally {
		clearTimeout(deadline);
		request.signal.removeEventListener('abort', onAbort);
	}
}

/** Where it is is told only to who may read or write there. */
function startMessage({ arguments: words, program, grants, roots, environment, streams }: RunToolRequest): unknown {
	const named = grants.flatMap((grant) => (grant.type === 'env' ? [grant.name] : []));
	const { stdin, stdout, stderr } = streams;
	return {
		arguments: words,
		program,
		workingFolder: grants.some(({ type }) => type === 'fs') ? roots.project : '/project',
		environment: Object.fromEntries(
			[...TERMINAL_VARIABLES, ...named].flatMap((name) => {
				const value = Object.hasOwn(environment, name) ? environment[name] : undefined;
				return value === undefined ? [] : [[name, value]];
			}),
		),
		streams: { stdin, stdout, stderr },
	};
}
