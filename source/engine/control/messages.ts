import * as v from 'valibot';
import { EngineError, isErrorCode } from '../errors.ts';
import { LEVELS } from '../evidence.ts';
import type { RuntimeLogLine, RuntimePlugin } from '../runtime.ts';
import { ControlBreach } from './frames.ts';

const id = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
const name = v.pipe(v.string(), v.minLength(1), v.maxLength(4096));
const permission = v.pipe(v.string(), v.minLength(1), v.maxLength(4096));
const limit = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
const stream = v.picklist(['log', 'warn', 'error']);
const lines = {
	plugin: v.nullable(name),
	level: stream,
	filter: v.pipe(v.string(), v.maxLength(1000)),
	last: v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(2000)),
};

const request = v.variant('call', [
	v.strictObject({ id, call: v.literal('list') }),
	v.strictObject({ id, call: v.literal('logs'), ...lines }),
	/** Answered again and again until it is cancelled. */
	v.strictObject({ id, call: v.literal('follow'), ...lines }),
	/** `allow` null: what it was started with before. */
	v.strictObject({ id, call: v.literal('start'), target: name, allow: v.nullable(v.pipe(v.array(permission), v.maxLength(200))) }),
	v.strictObject({ id, call: v.literal('reload'), plugin: name }),
	v.strictObject({ id, call: v.literal('stop'), plugin: name, force: v.boolean() }),
	v.strictObject({
		id,
		call: v.literal('set-limits'),
		plugin: name,
		limits: v.strictObject({
			wallMilliseconds: v.exactOptional(limit),
			cpuMilliseconds: v.exactOptional(limit),
			memoryBytes: v.exactOptional(limit),
		}),
	}),
	v.strictObject({ id, call: v.literal('revoke'), plugin: name, permission }),
	v.strictObject({ id, call: v.literal('release'), plugin: name }),
	/** Ends the request of that id. */
	v.strictObject({ id, call: v.literal('cancel') }),
]);

export type ControlRequest = v.InferOutput<typeof request>;

/** Throws `ControlBreach`. */
export function parseRequest(message: unknown): ControlRequest {
	return parse(request, message, 'request');
}

const error = v.strictObject({
	code: v.pipe(v.string(), v.check(isErrorCode)),
	message: v.string(),
	hint: v.nullable(v.string()),
});

const hello = v.strictObject({ hello: v.strictObject({ pid: id, startedAt: v.string(), command: v.string() }), version: v.number() });
const answer = v.union([
	v.strictObject({ id, result: v.unknown() }),
	v.strictObject({ id, error }),
	v.strictObject({ id, lines: v.unknown() }),
]);

/** What a process says of itself before anything else; `version` is that of the protocol. */
export type ControlHello = v.InferOutput<typeof hello>;
export type ControlAnswer = v.InferOutput<typeof answer>;

/** Throws `ControlBreach`. */
export function parseHello(message: unknown): ControlHello {
	return parse(hello, message, 'greeting');
}

/** Throws `ControlBreach`. */
export function parseAnswer(message: unknown): ControlAnswer {
	return parse(answer, message, 'answer');
}

const count = v.number();
const plugin = v.strictObject({
	plugin: v.string(),
	version: v.string(),
	level: v.picklist(LEVELS),
	target: v.string(),
	phase: v.picklist([
		'stopped',
		'starting',
		'initializing',
		'ready',
		'executing',
		'reloading',
		'draining',
		'stopping',
		'backing-off',
		'quarantined',
	]),
	isShared: v.boolean(),
	pid: v.nullable(count),
	startedAt: v.string(),
	tasks: v.array(v.string()),
	cpuMilliseconds: count,
	memoryBytes: count,
	peakMemoryBytes: count,
	heapBytes: v.nullable(count),
	limits: v.strictObject({
		wallMilliseconds: count,
		cpuMilliseconds: count,
		memoryBytes: count,
		storageBytes: v.exactOptional(count),
	}),
	grants: v.array(v.string()),
	calls: count,
	callsPerSecond: count,
	inFlight: count,
	waiting: count,
	denied: count,
	restarts: count,
	crashes: count,
	retryAt: v.nullable(v.string()),
	failure: v.nullable(v.string()),
});
const line = v.strictObject({ number: count, at: v.string(), plugin: v.string(), stream, text: v.string() });

/** Throws `ControlBreach`. */
export function parsePlugin(value: unknown): RuntimePlugin {
	return parse(plugin, value, 'plugin');
}

/** Throws `ControlBreach`. */
export function parsePlugins(value: unknown): readonly RuntimePlugin[] {
	return parse(v.array(plugin), value, 'list of plugins');
}

/** Throws `ControlBreach`. */
export function parseLines(value: unknown): readonly RuntimeLogLine[] {
	return parse(v.array(line), value, 'list of lines');
}

export function describeError({ code, message, hint }: EngineError): v.InferOutput<typeof error> {
	return { code, message, hint: hint ?? null };
}

export function errorOf({ code, message, hint }: v.InferOutput<typeof error>): EngineError {
	if (!isErrorCode(code)) {
		throw new ControlBreach(`an error "${code}", which does not exist`);
	}

	return new EngineError(code, message, hint === null ? {} : { hint });
}

function parse<S extends v.GenericSchema>(schema: S, value: unknown, what: string): v.InferOutput<S> {
	const parsed = v.safeParse(schema, value);
	if (!parsed.success) {
		throw new ControlBreach(`something that is no ${what}: ${v.getDotPath(parsed.issues[0]) ?? ''} ${parsed.issues[0].message}`);
	}

	return parsed.output;
}
