import { toEngineError, type EngineError } from '../errors.ts';
import type { PluginLimits, PluginManifest } from '../manifest.ts';
import { permissionId } from '../permission.ts';
import type { CallMessage, LoadMessage } from './guest-calls.ts';
import { PluginEndedError } from './plugin-end.ts';
import type { RunPluginRequest } from './run-request.ts';

const MEBIBYTE = 1024 * 1024;
const MINIMUM_HEAP_MEGABYTES = 16;

/** What a host is told before it gets a plugin's code. */
export function loadMessageOf(
	{ kind, limits, grants }: Pick<RunPluginRequest, 'kind' | 'limits' | 'grants'>,
	checksSchemas: boolean,
): LoadMessage {
	return {
		kind,
		heapMegabytes: heapMegabytesFor(limits),
		turnMilliseconds: Math.min(limits.cpuMilliseconds, limits.wallMilliseconds),
		permissions: grants.map(permissionId),
		checksSchemas,
	};
}

export function heapMegabytesFor({ memoryBytes }: Pick<PluginLimits, 'memoryBytes'>): number {
	return Math.max(MINIMUM_HEAP_MEGABYTES, Math.ceil(memoryBytes / MEBIBYTE));
}

export function taskMessage(
	manifest: PluginManifest | null,
	{ task, input }: { readonly task: string; readonly input: unknown },
): CallMessage {
	const declared = manifest?.tasks[task];
	return {
		method: 'execute',
		task,
		input: JSON.stringify(input ?? null),
		inputSchema: declared === undefined ? null : schemaText(declared.input),
		outputSchema: declared === undefined ? null : schemaText(declared.output),
	};
}

export function hasSchema({ inputSchema, outputSchema }: CallMessage): boolean {
	return inputSchema !== null || outputSchema !== null;
}

/** Why no host could be had, for whoever wanted to run the plugin. */
export function explainNoHost(error: unknown, plugin: string): EngineError {
	const cause = error instanceof PluginEndedError && error.end.type === 'stopped' ? error.end.cause : error;
	return toEngineError(cause, {
		code: 'sandbox-unavailable',
		message: `The host process of ${plugin} could not be started.`,
		hint: 'Run: plugward doctor',
	});
}

function schemaText(schema: Readonly<Record<string, unknown>>): string | null {
	return Object.keys(schema).length === 0 ? null : JSON.stringify(schema);
}
