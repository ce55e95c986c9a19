import { type ControlCall, parseLines, parsePlugin } from '../../control/index.ts';
import { EngineError } from '../../errors.ts';
import type { CallOptions } from '../../events.ts';
import { permissionId } from '../../permission.ts';
import type { CoreCalls, CoreLogLine, CorePlugin, RuntimeCore, RuntimeLogQuery, RuntimePlugin } from '../../runtime.ts';
import { stripToLine } from '../../strip-controls.ts';
import type { EngineContext } from '../engine-context.ts';
import { type ReachedCore, withCores } from './reach-cores.ts';

type Request<Name extends keyof CoreCalls> = Parameters<CoreCalls[Name]>[0];

export async function listCores(context: EngineContext, call: CallOptions): Promise<readonly RuntimeCore[]> {
	return withCores(context, call, async (cores) =>
		cores.map(({ pid, isOwn, startedAt, command, plugins, problem }) => ({ pid, isOwn, startedAt, command, plugins, problem })),
	);
}

export async function coreLogs(context: EngineContext, query: RuntimeLogQuery, { signal }: CallOptions): Promise<readonly CoreLogLine[]> {
	return withCores(context, { signal }, async (cores) => {
		if (query.plugin !== null && holding(cores, query.plugin).length === 0) {
			throw notRunning(cores, query.plugin);
		}

		const lines = await Promise.all(
			answering(cores).map(async (core) => linesOf(core, await core.ask({ call: 'logs', ...wireQuery(query) }, { signal }))),
		);
		return lines
			.flat()
			.toSorted((a, b) => a.at.localeCompare(b.at))
			.slice(-query.last);
	});
}

export async function followCores(
	context: EngineContext,
	query: RuntimeLogQuery,
	{ signal, onLines }: Parameters<CoreCalls['follow']>[1],
): Promise<void> {
	await withCores(context, { signal }, async (cores) => {
		const reached = answering(cores);
		if (reached.length === 0) {
			throw noCore();
		}

		await Promise.all(
			reached.map(async (core) => {
				try {
					await core.ask({ call: 'follow', ...wireQuery(query) }, { signal, onLines: (lines) => onLines(linesOf(core, lines)) });
				} catch (error) {
					// Its end is what one that follows waits for.
					if (!(error instanceof EngineError && error.code === 'core-unreachable')) {
						throw error;
					}
				}
			}),
		);
	});
}

export async function startInCore(
	context: EngineContext,
	{ target, allow, pid }: Request<'start'>,
	{ signal }: CallOptions,
): Promise<RuntimePlugin> {
	return withCores(context, { signal }, async (cores) => {
		const wanted = pid === null ? answering(cores) : cores.filter((core) => core.pid === pid);
		const [core, ...others] = wanted;
		if (core === undefined) {
			throw pid === null ? noCore() : noSuchCore(pid);
		}

		if (others.length > 0) {
			throw ambiguous(target, wanted);
		}

		const request = { call: 'start', target, allow: allow === null ? null : allow.map(permissionId) } as const;
		return parsePlugin(await core.ask(request, { signal }));
	});
}

export async function reloadInCore(context: EngineContext, request: CorePlugin, { signal }: CallOptions): Promise<RuntimePlugin> {
	return parsePlugin(await askHolder(context, request, { signal, call: { call: 'reload', plugin: request.plugin } }));
}

export async function stopInCore(context: EngineContext, request: Request<'stop'>, { signal }: CallOptions): Promise<void> {
	const { plugin, force } = request;
	await askHolder(context, request, { signal, call: { call: 'stop', plugin, force } });
}

export async function setLimitsInCore(
	context: EngineContext,
	request: Request<'setLimits'>,
	{ signal }: CallOptions,
): Promise<RuntimePlugin> {
	const { plugin, limits } = request;
	const { storageBytes: _, ...changed } = limits;
	return parsePlugin(await askHolder(context, request, { signal, call: { call: 'set-limits', plugin, limits: changed } }));
}

export async function revokeInCores(
	context: EngineContext,
	{ plugin, permission }: Request<'revoke'>,
	{ signal }: CallOptions,
): Promise<readonly number[]> {
	return withCores(context, { signal }, async (cores) => {
		const holders = holding(cores, plugin);
		if (holders.length === 0) {
			throw notRunning(cores, plugin);
		}

		const lacking: EngineError[] = [];
		const pids = await Promise.all(
			holders.map(async (core) => {
				try {
					await core.ask({ call: 'revoke', plugin, permission: permissionId(permission) }, { signal });
					return [core.pid];
				} catch (error) {
					if (!(error instanceof EngineError && error.code === 'usage')) {
						throw error;
					}

					// This one runs without the grant.
					lacking.push(error);
					return [];
				}
			}),
		);
		if (lacking[0] !== undefined && lacking.length === holders.length) {
			throw lacking[0];
		}

		return pids.flat();
	});
}

export async function releaseInCores(context: EngineContext, plugin: string, { signal }: CallOptions): Promise<void> {
	await withCores(context, { signal }, async (cores) => {
		await Promise.all(holding(cores, plugin).map((core) => core.ask({ call: 'release', plugin }, { signal })));
	});
}

/** Asks the process of that id, or the only one that has the plugin. */
async function askHolder(
	context: EngineContext,
	{ plugin, pid }: CorePlugin,
	{ signal, call }: { readonly signal: AbortSignal; readonly call: ControlCall },
): Promise<unknown> {
	return withCores(context, { signal }, async (cores) => {
		const among = pid === null ? cores : cores.filter((core) => core.pid === pid);
		if (pid !== null && among.length === 0) {
			throw noSuchCore(pid);
		}

		const holders = holding(among, plugin);
		const running = holders.filter((core) => core.plugins.some((one) => one.plugin === plugin && one.phase !== 'stopped'));
		const [core, ...others] = running.length > 0 ? running : holders;
		if (core === undefined) {
			throw among.find(({ problem }) => problem !== null && pid !== null) === undefined
				? notRunning(cores, plugin)
				: new EngineError('core-unreachable', among[0]?.problem ?? '');
		}

		if (others.length > 0) {
			throw ambiguous(plugin, [core, ...others]);
		}

		return core.ask(call, { signal });
	});
}

function answering(cores: readonly ReachedCore[]): readonly ReachedCore[] {
	return cores.filter(({ problem }) => problem === null);
}

function holding(cores: readonly ReachedCore[], plugin: string): readonly ReachedCore[] {
	return cores.filter(({ plugins }) => plugins.some((one) => one.plugin === plugin));
}

function linesOf({ pid }: ReachedCore, lines: unknown): readonly CoreLogLine[] {
	return parseLines(lines).map((line) => ({ ...line, pid }));
}

function wireQuery({ plugin, level = 'log', filter, last }: RuntimeLogQuery) {
	return { plugin, level, filter, last };
}

function noCore(): EngineError {
	return new EngineError('plugin-not-running', 'No plugward process keeps plugins running in this home.', {
		hint: 'Start one: plugward start',
	});
}

function noSuchCore(pid: number): EngineError {
	return new EngineError('plugin-not-running', `No process ${pid} keeps plugins running in this home.`, {
		hint: 'See which there are: plugward ps',
	});
}

function notRunning(cores: readonly ReachedCore[], plugin: string): EngineError {
	const names = [...new Set(cores.flatMap(({ plugins }) => plugins.map((one) => one.plugin)))];
	return cores.length === 0
		? noCore()
		: new EngineError(
				'plugin-not-running',
				`${stripToLine(plugin)} does not run in this home; running: ${names.join(', ') || 'nothing'}.`,
				{
					hint: 'See what runs: plugward ps',
				},
			);
}

function ambiguous(what: string, cores: readonly ReachedCore[]): EngineError {
	const pids = cores.map(({ pid }) => pid);
	return new EngineError('usage', `${stripToLine(what)} can mean processes ${pids.join(' and ')}.`, {
		hint: `Name one of them: --pid ${pids[0] ?? ''}`,
	});
}
