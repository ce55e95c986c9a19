import { EngineError, isAbort, throwIfAborted, toEngineError } from '../errors.ts';
import type { PluginLimits } from '../manifest.ts';
import { permissionId } from '../permission.ts';
import { stripControls } from '../strip-controls.ts';
import { createBroker, type Broker } from './broker/broker.ts';
import { FrameBreach } from './frames.ts';
import type { CallFailure, CallMessage } from './guest-calls.ts';
import { parsePluginJson, type LogLine } from './host-messages.ts';
import { PluginConnection, PluginEndedError, type PluginEnd } from './plugin-connection.ts';
import type { RunPluginRequest, RunPluginResult } from './run-request.ts';
import { requireSandbox } from './support.ts';

const SHUTDOWN_MILLISECONDS = 500;
const MAXIMUM_LOG_CHARACTERS = 4 * 1024 * 1024;
const MEBIBYTE = 1024 * 1024;
const MINIMUM_HEAP_MEGABYTES = 16;
/** How V8 refuses a buffer that does not fit into the isolate any more: an error that plugins can catch, and mostly do not. */
const ALLOCATION_REFUSED = /^(?:RangeError: )?Array buffer allocation failed$/;

/**
 * Runs one task of one plugin in a process of its own and kills the process. Throws `task-not-found`, `usage` (input does not fit the
 * schema), `plugin-failed`, `plugin-denied`, `plugin-limit`, `sandbox-breach`, `sandbox-unavailable`, `cancelled`.
 */
export async function runPlugin(request: RunPluginRequest): Promise<RunPluginResult> {
	throwIfAborted(request.signal);
	await requireSandbox();
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
		await connection[Symbol.asyncDispose]();
	}
}

type Run = { readonly request: RunPluginRequest; pid: number; readonly startedAt: number; readonly controller: AbortController };

async function connect(run: Run, broker: Broker): Promise<PluginConnection> {
	const { request } = run;
	const { plugin, version, task, limits, code } = request;
	try {
		return await PluginConnection.start({
			load: {
				kind: request.kind,
				heapMegabytes: Math.max(MINIMUM_HEAP_MEGABYTES, Math.ceil(limits.memoryBytes / MEBIBYTE)),
				turnMilliseconds: Math.min(limits.cpuMilliseconds, limits.wallMilliseconds),
				permissions: request.grants.map(permissionId),
				checksSchemas: hasSchema(executeMessage(request)),
			},
			code,
			limits,
			onStart: (pid) => {
				run.pid = pid;
				request.audit({ event: 'plugin-started', plugin, version, pid, task, grants: request.grants.map(permissionId) });
				request.onStart?.({ pid });
			},
			onCapability: (call) => broker.handle(call, run.controller.signal),
			onLog: createLogSink(request),
		});
	} catch (error) {
		throw toEngineError(error, {
			code: 'sandbox-unavailable',
			message: `The host process of ${plugin} could not be started.`,
			hint: 'Run: plugward doctor',
		});
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
	const declared = manifest?.tasks[task];
	return {
		method: 'execute',
		task,
		input: JSON.stringify(input ?? null),
		inputSchema: declared === undefined ? null : schemaText(declared.input),
		outputSchema: declared === undefined ? null : schemaText(declared.output),
	};
}

function hasSchema({ inputSchema, outputSchema }: CallMessage): boolean {
	return inputSchema !== null || outputSchema !== null;
}

function schemaText(schema: Readonly<Record<string, unknown>>): string | null {
	return Object.keys(schema).length === 0 ? null : JSON.stringify(schema);
}

function requireTask({ kind, manifest, task, plugin }: RunPluginRequest): void {
	if (kind === 'plugin' && (manifest === null || !Object.hasOwn(manifest.tasks, task))) {
		const names = Object.keys(manifest?.tasks ?? {});
		throw new EngineError('task-not-found', `${plugin} has no task "${task}"; it has ${names.join(', ') || 'none'}.`, {
			hint: `Run: plugward run ${plugin} ${names[0] ?? '<task>'}`,
		});
	}
}

function createLogSink({ onOutput }: RunPluginRequest): (line: LogLine) => void {
	let left = MAXIMUM_LOG_CHARACTERS;
	return ({ stream, text }) => {
		if (left <= 0) {
			return;
		}

		left -= text.length + 1;
		onOutput(stream, text);
		if (left <= 0) {
			onOutput('warn', `[the plugin has written more than ${MAXIMUM_LOG_CHARACTERS} characters; the rest of its output is dropped]`);
		}
	};
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

function translate(error: unknown, ended: Ended): EngineError {
	if (error instanceof PluginEndedError) {
		return explainEnd(error.end, ended);
	}

	if (error instanceof FrameBreach) {
		return explainEnd({ type: 'breach', reason: error.message }, ended);
	}

	return toEngineError(error, { code: 'internal', message: `Running ${ended.run.request.plugin} failed inside plugward.` });
}

function explainEnd(end: PluginEnd, ended: Ended): EngineError {
	const { request, pid } = ended.run;
	const { plugin, version, audit } = request;
	switch (end.type) {
		case 'limit':
			return explainLimit(end.limit, ended);
		case 'breach':
			audit({ event: 'sandbox-breach', plugin, version, pid, reason: stripControls(end.reason).slice(0, 1000) });
			return new EngineError('sandbox-breach', `${plugin} was stopped: ${stripControls(end.reason)}.`, {
				hint: `Nothing outside of its process was reachable. Unless you know why, remove it: plugward remove ${plugin}`,
			});
		case 'stopped':
			return isAbort(end.cause) || request.signal.aborted
				? new EngineError('cancelled', `${plugin} was cancelled.`, { cause: end.cause })
				: toEngineError(end.cause, { code: 'internal', message: `${plugin} was stopped because plugward failed.` });
		case 'failed':
			return explainFailure(end.failure, ended);
	}
}

type Limit = 'wall' | 'cpu' | 'memory';

function explainLimit(limit: Limit, { run: { request, pid, startedAt }, connection }: Ended): EngineError {
	const { plugin, version, limits, audit } = request;
	const { cpuMilliseconds, peakMemoryBytes } = connection.use;
	const elapsed = Math.round(performance.now() - startedAt);
	const use = { wallMilliseconds: elapsed, cpuMilliseconds, memoryBytes: peakMemoryBytes };
	const { bound, measured, words } = describeLimit(limit, { limits, use });
	audit({ event: 'limit-exceeded', plugin, version, pid, limit, bound, measured });
	return new EngineError('plugin-limit', `${plugin} was stopped: it went beyond ${words}.`, {
		hint: 'Its package.json may ask for more under plugward.limits.',
		details: { limit, bound, measured },
	});
}

type LimitWords = { readonly bound: number; readonly measured: number; readonly words: string };

function describeLimit(limit: Limit, { limits, use }: { readonly limits: PluginLimits; readonly use: PluginLimits }): LimitWords {
	switch (limit) {
		case 'wall':
			return inWords('time', limits.wallMilliseconds, use.wallMilliseconds);
		case 'cpu':
			return inWords('processor time', limits.cpuMilliseconds, use.cpuMilliseconds);
		case 'memory': {
			const [bound, measured] = [limits.memoryBytes, use.memoryBytes];
			const beyond = measured > bound ? 'were measured' : 'were in use when it asked for more';
			return { bound, measured, words: `its memory of ${inMebibytes(bound)}: ${inMebibytes(measured)} ${beyond}` };
		}
	}
}

/** Times are in milliseconds. A turn in the isolate is stopped by a clock of its own, a little before the process is. */
function inWords(what: string, bound: number, measured: number): LimitWords {
	const slow = measured > bound ? '' : ', and one turn took longer by the clock';
	return { bound, measured, words: `its ${what} of ${bound} ms: ${measured} ms were measured${slow}` };
}

function inMebibytes(bytes: number): string {
	return `${(bytes / MEBIBYTE).toFixed(1)} MiB`;
}

function explainFailure({ reason, detail }: CallFailure, ended: Ended): EngineError {
	const { plugin, task } = ended.run.request;
	if ((reason === 'thrown' || reason === 'load') && ALLOCATION_REFUSED.test(detail)) {
		return explainLimit('memory', ended);
	}

	switch (reason) {
		case 'input-invalid':
			return new EngineError('usage', `The input does not fit task "${task}" of ${plugin}: ${detail}.`, {
				hint: `Run: plugward info ${plugin}`,
			});
		case 'no-such-task':
			return new EngineError('task-not-found', `${plugin} cannot run "${task}": ${detail}.`);
		case 'output-invalid':
			return new EngineError('plugin-failed', `Task "${task}" of ${plugin} returned what its own output schema does not allow: ${detail}.`);
		case 'schema-invalid':
			return new EngineError('plugin-failed', `Task "${task}" of ${plugin} cannot be checked: ${detail}.`);
		case 'not-json':
			return new EngineError('plugin-failed', `Task "${task}" of ${plugin} failed: ${detail}.`);
		case 'load':
			return new EngineError('plugin-failed', `${plugin} could not be loaded: ${detail}`);
		case 'denied':
			return explainDenied(detail, ended);
		case 'thrown':
			return new EngineError('plugin-failed', `Task "${task}" of ${plugin} failed: ${detail}`);
		case 'time':
			return explainLimit('cpu', ended);
		case 'memory':
			return explainLimit('memory', ended);
	}
}

/** Only a denial that really happened counts: the plugin alone cannot make its failure look like a decision of the user. */
function explainDenied(detail: string, { run: { request }, broker }: Ended): EngineError {
	const denied = broker.denied();
	const [first] = denied;
	if (first === undefined) {
		return new EngineError('plugin-failed', `Task "${request.task}" of ${request.plugin} failed: ${detail}`);
	}

	return new EngineError('plugin-denied', `Task "${request.task}" of ${request.plugin} needs what was not granted: ${detail}`, {
		hint: first.hint,
		details: { denied },
	});
}
