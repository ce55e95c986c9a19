import { EngineError, isAbort, toEngineError } from '../../errors.ts';
import { FrameBreach } from '../frames.ts';
import type { PluginConnection } from '../plugin-connection.ts';
import { PluginEndedError, type PluginEnd, type PluginLimit } from '../plugin-end.ts';
import { stripControls } from '../../strip-controls.ts';
import { createStackReader } from '../stack-positions.ts';
import type { RunToolRequest } from './tool-request.ts';

export type ToolRun = { readonly request: RunToolRequest; pid: number; readonly startedAt: number };

type Outcome = { readonly code: string; readonly exitCode: number };

const MEBIBYTE = 1024 * 1024;

/** The last audit line of a run; the process is over with it. */
export function recordToolEnd({ request, pid, startedAt }: ToolRun, connection: PluginConnection, { code, exitCode }: Outcome): void {
	connection.finish({ type: 'stopped', cause: null });
	const { plugin, version, audit } = request;
	const { cpuMilliseconds, peakMemoryBytes } = connection.use;
	const milliseconds = Math.round(performance.now() - startedAt);
	audit({ event: 'plugin-ended', plugin, version, pid, outcome: code, exitCode, milliseconds, cpuMilliseconds, peakMemoryBytes });
}

/** The error to throw, with the end in the audit log; when that fails it is the error, since an unrecorded run must not pass. */
export function explainToolEnd(error: unknown, run: ToolRun, connection: PluginConnection): EngineError {
	try {
		const failure = translate(error, run, connection);
		recordToolEnd(run, connection, failure);
		return failure;
	} catch (auditError) {
		return toEngineError(auditError, {
			code: 'internal',
			message: `The end of ${run.request.plugin} could not be written to the audit log.`,
		});
	}
}

function translate(error: unknown, run: ToolRun, connection: PluginConnection): EngineError {
	if (error instanceof PluginEndedError) {
		return explain(error.end, run, connection);
	}

	return error instanceof FrameBreach
		? explain({ type: 'breach', reason: error.message }, run, connection)
		: toEngineError(error, { code: 'internal', message: `Running ${run.request.plugin} failed inside plugward.` });
}

function explain(end: PluginEnd, run: ToolRun, connection: PluginConnection): EngineError {
	const { request, pid } = run;
	const { plugin, version, audit, signal } = request;
	switch (end.type) {
		case 'limit':
			return explainLimit(end.limit, run, connection);
		case 'breach':
			audit({ event: 'sandbox-breach', plugin, version, pid, reason: stripControls(end.reason).slice(0, 1000) });
			return new EngineError('sandbox-breach', `${plugin} was stopped: ${stripControls(end.reason)}.`, {
				hint: 'Nothing outside of its process was reachable. Unless you know why, do not run it again.',
			});
		case 'stopped':
			return isAbort(end.cause) || signal.aborted
				? new EngineError('cancelled', `${plugin} was cancelled.`, { cause: end.cause })
				: toEngineError(end.cause, { code: 'internal', message: `${plugin} was stopped because plugward failed.` });
		case 'failed':
			return new EngineError('plugin-failed', `${plugin} could not be loaded: ${createStackReader(request.map)(end.failure.detail)}`);
	}
}

function explainLimit(limit: PluginLimit, { request, pid, startedAt }: ToolRun, connection: PluginConnection): EngineError {
	const { plugin, version, limits, audit } = request;
	const { cpuMilliseconds, peakMemoryBytes } = connection.use;
	const facts = {
		wall: { bound: limits.wallMilliseconds, measured: Math.round(performance.now() - startedAt), words: 'time', unit: 'ms' },
		cpu: { bound: limits.cpuMilliseconds, measured: cpuMilliseconds, words: 'processor time', unit: 'ms' },
		heartbeat: { bound: limits.cpuMilliseconds, measured: Math.round(performance.now() - startedAt), words: 'processor time', unit: 'ms' },
		memory: { bound: limits.memoryBytes, measured: peakMemoryBytes, words: 'memory', unit: 'MiB' },
	}[limit];
	const inUnit = (value: number): string => (facts.unit === 'MiB' ? (value / MEBIBYTE).toFixed(0) : String(value));
	audit({ event: 'limit-exceeded', plugin, version, pid, limit, bound: facts.bound, measured: facts.measured });
	const text = `${inUnit(facts.bound)} ${facts.unit}: ${inUnit(facts.measured)} ${facts.unit} were measured`;
	return new EngineError('plugin-limit', `${plugin} was stopped: it went beyond its ${facts.words} of ${text}.`, {
		details: { limit, bound: facts.bound, measured: facts.measured },
	});
}
