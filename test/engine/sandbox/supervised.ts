import { tmpdir } from 'node:os';

import { DEFAULT_LIMITS, type PluginManifest } from '../../../source/engine/manifest.ts';
import { permissionsOfRoutes } from '../../../source/engine/parse-manifest.ts';
import { parsePermission } from '../../../source/engine/permission.ts';
import { Supervisor, type AuditEvent, type LivePlugin, type PluginSetup, type Transition } from '../../../source/engine/sandbox/index.ts';

/** The script that a bundle of `export default definePlugin({ ... })` would be; `members` are written as in an object literal. */
export function moduleCode(members: string, before = ''): string {
	return `${before}\nvar plugwardBundle = { entry: { default: { execute: async ({ task, input }, context) => input, ${members} } } };`;
}

export type Recorded = { readonly audit: AuditEvent[]; readonly output: string[]; readonly transitions: Transition[] };

export function recorded(): Recorded {
	return { audit: [], output: [], transitions: [] };
}

export type SetupOptions = Partial<PluginSetup> & {
	readonly seen?: Recorded;
	readonly allow?: readonly string[];
	readonly more?: Partial<PluginManifest>;
};

export function setupOf(
	plugin: string,
	code: string,
	{ seen = recorded(), allow = [], more = {}, ...rest }: SetupOptions = {},
): PluginSetup {
	return {
		plugin,
		version: '1.0.0',
		level: 'unknown',
		code,
		kind: 'plugin',
		manifest: {
			apiVersion: 1,
			main: './plugin.js',
			tasks: { go: { description: '', input: {}, output: {} }, other: { description: '', input: {}, output: {} } },
			permissions: [],
			limits: DEFAULT_LIMITS,
			...more,
		},
		// What package.json says of messages is asked for and granted, unless a test says otherwise.
		grants: [...allow.map(parsePermission), ...permissionsOfRoutes(more.messages)],
		requested: permissionsOfRoutes(more.messages),
		limits: { wallMilliseconds: 10_000, cpuMilliseconds: 5000, memoryBytes: 64 * 1024 * 1024 },
		roots: { project: tmpdir(), data: null },
		forbiddenPaths: [],
		environment: { GREETING: 'hello' },
		audit: (event) => void seen.audit.push(event),
		onOutput: (stream, text) => void seen.output.push(`${stream}: ${text}`),
		...rest,
	};
}

/** A supervisor that starts crashed plugins again at once. */
export function supervisor(seen: Recorded = recorded(), poolSize = 0): Supervisor {
	const quarantine = new Map<string, number>();
	return new Supervisor({
		poolSize,
		quarantinedAfter: async (plugin) => quarantine.get(plugin) ?? null,
		onQuarantine: ({ plugin }, crashes) => void quarantine.set(plugin, crashes),
		onTransition: (transition) => void seen.transitions.push(transition),
		backOff: () => 5,
	});
}

export const NEVER = new AbortController().signal;

export function call(live: LivePlugin, input: unknown, task = 'go'): Promise<unknown> {
	return live.call({ task, input, signal: NEVER });
}
