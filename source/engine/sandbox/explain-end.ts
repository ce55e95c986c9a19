import { EngineError, isAbort, toEngineError } from '../errors.ts';
import type { PluginLimits } from '../manifest.ts';
import { stripControls } from '../strip-controls.ts';
import type { AuditEvent } from './audit.ts';
import type { CallFailure } from './guest-calls.ts';
import type { PluginEnd, PluginLimit } from './plugin-end.ts';
import type { ResourceUse } from './resource-watch.ts';
import type { DeniedCalls } from './run-request.ts';
import { readFrames } from './stack-positions.ts';

const MEBIBYTE = 1024 * 1024;
/** How V8 refuses a buffer that does not fit into the isolate any more: an error that plugins can catch, and mostly do not. */
const ALLOCATION_REFUSED = /^(?:RangeError: )?Array buffer allocation failed$/;

/** What is known about a plugin, or one call of it, that has ended. */
export type EndedPlugin = {
	readonly plugin: string;
	readonly version: string;
	/** Of its bundle; empty for none. */
	readonly map: string;
	readonly pid: number;
	/** `Task "check"`, to start a sentence about what it did. */
	readonly work: string;
	readonly task: string;
	readonly limits: PluginLimits;
	readonly use: ResourceUse;
	readonly elapsedMilliseconds: number;
	readonly denied: readonly DeniedCalls[];
	readonly wasCancelled: boolean;
};

/** The line of the audit log for an end that the plugin brought on itself; null for any other. */
export function eventOfEnd(end: PluginEnd, ended: EndedPlugin): AuditEvent | null {
	const { plugin, version, pid } = ended;
	const limit = limitOf(end);
	if (limit !== null) {
		const { bound, measured } = describeLimit(limit, ended);
		return { event: 'limit-exceeded', plugin, version, pid, limit, bound, measured };
	}

	return end.type === 'breach' ? { event: 'sandbox-breach', plugin, version, pid, reason: stripControls(end.reason).slice(0, 1000) } : null;
}

/** The error that a caller is told. */
export function explainEnd(end: PluginEnd, ended: EndedPlugin): EngineError {
	const { plugin } = ended;
	switch (end.type) {
		case 'limit':
			return explainLimit(end.limit, ended);
		case 'breach':
			return new EngineError('sandbox-breach', `${plugin} was stopped: ${stripControls(end.reason)}.`, {
				hint: `Nothing outside of its process was reachable. Unless you know why, remove it: plugward remove ${plugin}`,
			});
		case 'stopped':
			return isAbort(end.cause) || ended.wasCancelled
				? new EngineError('cancelled', `${plugin} was cancelled.`, { cause: end.cause })
				: toEngineError(end.cause, { code: 'internal', message: `${plugin} was stopped because plugward failed.` });
		case 'failed':
			return explainFailure(end.failure, ended);
	}
}

/** The limit that an end really is, also where the plugin's own code saw it first. */
function limitOf(end: PluginEnd): PluginLimit | null {
	if (end.type === 'limit') {
		return end.limit;
	}

	if (end.type !== 'failed') {
		return null;
	}

	const { reason, detail } = end.failure;
	if (reason === 'time') {
		return 'cpu';
	}

	const isRefused = (reason === 'thrown' || reason === 'load') && ALLOCATION_REFUSED.test(detail);
	return isRefused || reason === 'memory' ? 'memory' : null;
}

function explainLimit(limit: PluginLimit, ended: EndedPlugin): EngineError {
	const { bound, measured, words } = describeLimit(limit, ended);
	return new EngineError('plugin-limit', `${ended.plugin} was stopped: ${words}.`, {
		hint: limit === 'heartbeat' ? 'It hangs; tell its author.' : 'Its package.json may ask for more under plugward.limits.',
		details: { limit, bound, measured },
	});
}

type LimitWords = { readonly bound: number; readonly measured: number; readonly words: string };

function describeLimit(limit: PluginLimit, { limits, use, elapsedMilliseconds }: EndedPlugin): LimitWords {
	const elapsed = Math.round(elapsedMilliseconds);
	switch (limit) {
		case 'wall':
			return inWords('time', limits.wallMilliseconds, elapsed);
		case 'cpu':
			return inWords('processor time', limits.cpuMilliseconds, use.cpuMilliseconds);
		case 'memory': {
			const [bound, measured] = [limits.memoryBytes, use.peakMemoryBytes];
			const beyond = measured > bound ? 'were measured' : 'were in use when it asked for more';
			return { bound, measured, words: `it went beyond its memory of ${inMebibytes(bound)}: ${inMebibytes(measured)} ${beyond}` };
		}
		case 'heartbeat':
			return { bound: limits.cpuMilliseconds, measured: elapsed, words: 'its isolate does not answer any more' };
	}
}

/** Times are in milliseconds. A turn in the isolate is stopped by a clock of its own, a little before the process is. */
function inWords(what: string, bound: number, measured: number): LimitWords {
	const slow = measured > bound ? '' : ', and one turn took longer by the clock';
	return { bound, measured, words: `it went beyond its ${what} of ${bound} ms: ${measured} ms were measured${slow}` };
}

function inMebibytes(bytes: number): string {
	return `${(bytes / MEBIBYTE).toFixed(1)} MiB`;
}

function explainFailure(failure: CallFailure, ended: EndedPlugin): EngineError {
	const { plugin, task, work, map } = ended;
	const { reason, detail } = failure;
	const stack = readFrames(map, failure.stack ?? '');
	const limit = limitOf({ type: 'failed', failure });
	if (limit !== null) {
		return explainLimit(limit, ended);
	}

	switch (reason) {
		case 'input-invalid':
			return new EngineError('usage', `The input does not fit task "${task}" of ${plugin}: ${detail}.`, {
				hint: `Run: plugward info ${plugin}`,
			});
		case 'no-such-task':
			return new EngineError('task-not-found', `${plugin} cannot run "${task}": ${detail}.`);
		case 'output-invalid':
			return new EngineError('plugin-failed', `${work} of ${plugin} returned what its own output schema does not allow: ${detail}.`);
		case 'schema-invalid':
			return new EngineError('plugin-failed', `${work} of ${plugin} cannot be checked: ${detail}.`);
		case 'not-json':
			return new EngineError('plugin-failed', `${work} of ${plugin} failed: ${detail}.`);
		case 'load':
			return new EngineError('plugin-failed', `${plugin} could not be loaded: ${detail}${placeOf(stack)}`, { details: { stack } });
		case 'denied':
			return explainDenied(detail, ended);
		case 'thrown':
		case 'time':
		case 'memory':
			return new EngineError('plugin-failed', `${work} of ${plugin} failed: ${detail}${placeOf(stack)}`, { details: { stack } });
	}
}

/** Where it was thrown, when the stack says so. */
function placeOf([first]: readonly string[]): string {
	const place = first === undefined ? null : /\(?([^\s()]+:\d+:\d+)\)?$/.exec(first);
	return place?.[1] === undefined ? '' : ` (${place[1]})`;
}

/** Only a denial that really happened counts: the plugin alone cannot make its failure look like a decision of the user. */
function explainDenied(detail: string, { plugin, work, denied }: EndedPlugin): EngineError {
	const [first] = denied;
	if (first === undefined) {
		return new EngineError('plugin-failed', `${work} of ${plugin} failed: ${detail}`);
	}

	return new EngineError('plugin-denied', `${work} of ${plugin} needs what was not granted: ${detail}`, {
		hint: first.hint,
		details: { denied },
	});
}
