import { EngineError, throwIfAborted, toEngineError } from '../errors.ts';
import { permissionId } from '../permission.ts';
import { createBroker, type Broker } from './broker/broker.ts';
import { eventOfEnd, explainEnd, type EndedPlugin } from './explain-end.ts';
import { FrameBreach } from './frames.ts';
import type { CallMessage } from './guest-calls.ts';
import { takeFreshHost } from './host-process.ts';
import { parsePluginJson } from './host-messages.ts';
import { explainNoHost, hasSchema, loadMessageOf, taskMessage } from './load-plugin.ts';
import { createLogSink } from './log-sink.ts';
import { PluginConnection } from './plugin-connection.ts';
import { PluginEndedError, type PluginEnd } from './plugin-end.ts';
import { answerPackageCall, NO_FILES } from './package-files.ts';
import type { RunPluginRequest, RunPluginResult } from './run-request.ts';
import { requireSandbox } from './support.ts';

const SHUTDOWN_MILLISECONDS = 500;

/**
 * Runs one task of one plugin in a process of its own and kills the process. Throws `task-not-found`, `usage` (input does not fit the
 * schema), `plugin-failed`, `plugin-denied`, `plugin-limit`, `sandbox-breach`, `sandbox-unavailable`, `cancelled`.
 */
export async function runPlugin(request: RunPluginRequest): Promise<RunPluginResult> {
	throwIfAborted(request.signal);
	await requireSandbox(request.rules);
	requireTask(request);
	const run: Run = { request, pid: 0, startedAt: performance.now(), controller: new AbortController() };
	const broker = createBroker({ ...request, pid: () => run.pid });
	const connection = await connect(run, broker);
	try {
		const output = await callWithin(connection, request);
		recordEnd(run, { connection, outcome: { code: 'ok', exitCode: 0 } });
		return {
			output,
			milliseconds: performance.now() - run.startedAt,
			peakMemoryBytes: connection.use.peakMemoryBytes,
			denied: broker.denied(),
		};
	} catch (error) {
		throw failRun(error, { run, broker, connection });
	} finally {
		run.controller.abort();
		await Promise.all([connection[Symbol.asyncDispose](), broker.ended()]);
	}
}

type Run = { readonly request: RunPluginRequest; pid: number; readonly startedAt: number; readonly controller: AbortController };

async function connect(run: Run, broker: Broker): Promise<PluginConnection> {
	const { request } = run;
	const { plugin, version, task, limits, code } = request;
	try {
		return await PluginConnection.start({
			load: loadMessageOf(request, hasSchema(executeMessage(request))),
			code,
			limits,
			takeHost: request.takeHost ?? takeFreshHost(request.rules),
			isLongLived: false,
			signal: request.signal,
			onStart: (pid) => {
				run.pid = pid;
				request.audit({ event: 'plugin-started', plugin, version, pid, task, grants: request.grants.map(permissionId) });
				request.onStart?.({ pid });
			},
			onCapability: (call) => broker.handle(call, run.controller.signal),
			onQuestion: async (call) => (await answerPackageCall(request.files ?? NO_FILES, call)) ?? broker.handle(call, run.controller.signal),
			onLog: createLogSink({ ...request, pid: () => run.pid }),
		});
	} catch (error) {
		throw explainNoHost(error, request.plugin);
	}
}

/** The error to throw, with the end of the run in the audit log; when that fails it is the error, since an unrecorded run must not pass. */
function failRun(
	error: unknown,
	{ run, broker, connection }: { readonly run: Run; readonly broker: Broker; readonly connection: PluginConnection },
): EngineError {
	try {
		const failure = translate(error, { run, broker, connection });
		recordEnd(run, { connection, outcome: failure });
		return failure;
	} catch (auditError) {
		return toEngineError(auditError, {
			code: 'internal',
			message: `The end of ${run.request.plugin} could not be written to the audit log.`,
		});
	}
}

/** One deadline for everything, owned here: the host is never asked whether it has finished. */
async function callWithin(connection: PluginConnection, request: RunPluginRequest): Promise<unknown> {
	const deadline = setTimeout(() => connection.finish({ type: 'limit', limit: 'wall' }), request.limits.wallMilliseconds);
	const onAbort = (): void => connection.finish({ type: 'stopped', cause: request.signal.reason });
	request.signal.addEventListener('abort', onAbort, { once: true });
	if (request.signal.aborted) {
		onAbort();
	}

	try {
		const text = await connection.call(executeMessage(request));
		const output = parsePluginJson(text);
		await shutDown(connection);
		return output;
	} finally {
		clearTimeout(deadline);
		request.signal.removeEventListener('abort', onAbort);
	}
}

/** A plugin may say goodbye; whether it does changes nothing about the result. */
async function shutDown(connection: PluginConnection): Promise<void> {
	if (!(await connection.ready).includes('shutdown')) {
		return;
	}

	const timer = setTimeout(() => connection.finish({ type: 'stopped', cause: null }), SHUTDOWN_MILLISECONDS);
	try {
		await connection.call({ method: 'shutdown', task: '', input: '"finished"', inputSchema: null, outputSchema: null });
	} catch (error) {
		if (!(error instanceof PluginEndedError)) {
			throw error;
		}
	} finally {
		clearTimeout(timer);
	}
}

function executeMessage({ manifest, task, input }: RunPluginRequest): CallMessage {
	return taskMessage(manifest, { task, input });
}

function requireTask({ kind, manifest, task, plugin }: RunPluginRequest): void {
	if (kind === 'plugin' && (manifest === null || !Object.hasOwn(manifest.tasks, task))) {
		const names = Object.keys(manifest?.tasks ?? {});
		throw new EngineError('task-not-found', `${plugin} has no task "${task}"; it has ${names.join(', ') || 'none'}.`, {
			hint: `Run: plugward run ${plugin} ${names[0] ?? '<task>'}`,
		});
	}
}

function recordEnd(
	{ request: { plugin, version, audit }, pid, startedAt }: Run,
	{
		connection,
		outcome,
	}: { readonly connection: PluginConnection; readonly outcome: { readonly code: string; readonly exitCode: number } },
): void {
	// The numbers are final only once the watch has stopped, and with the audit line the plugin must be over.
	connection.finish({ type: 'stopped', cause: null });
	const { cpuMilliseconds, peakMemoryBytes } = connection.use;
	const milliseconds = Math.round(performance.now() - startedAt);
	audit({
		event: 'plugin-ended',
		plugin,
		version,
		pid,
		outcome: outcome.code,
		exitCode: outcome.exitCode,
		milliseconds,
		cpuMilliseconds,
		peakMemoryBytes,
	});
}

type Ended = { readonly run: Run; readonly broker: Broker; readonly connection: PluginConnection };

function translate(error: unknown, { run, broker, connection }: Ended): EngineError {
	const { request } = run;
	const end: PluginEnd | null =
		error instanceof PluginEndedError ? error.end : error instanceof FrameBreach ? { type: 'breach', reason: error.message } : null;
	if (end === null) {
		return toEngineError(error, { code: 'internal', message: `Running ${request.plugin} failed inside plugward.` });
	}

	const ended: EndedPlugin = {
		...request,
		map: request.map ?? '',
		pid: run.pid,
		work: `Task "${request.task}"`,
		use: connection.use,
		elapsedMilliseconds: performance.now() - run.startedAt,
		denied: broker.denied(),
		wasCancelled: request.signal.aborted,
	};
	const event = eventOfEnd(end, ended);
	if (event !== null) {
		request.audit(event);
	}

	return explainEnd(end, ended);
}
