import { ControlConnection, type ControlCall, NobodyThere, parsePlugins } from '../../control/index.ts';
import { toEngineError } from '../../errors.ts';
import type { CallOptions } from '../../events.ts';
import type { RuntimeSocket } from '../../home/index.ts';
import type { RuntimePlugin } from '../../runtime.ts';
import type { EngineContext } from '../engine-context.ts';
import { performInside } from './perform-inside.ts';

/** One process that keeps plugins running, as long as it is looked at. */
export type ReachedCore = {
	readonly pid: number;
	readonly isOwn: boolean;
	readonly startedAt: string | null;
	readonly command: string | null;
	readonly plugins: readonly RuntimePlugin[];
	readonly problem: string | null;
	readonly ask: (
		call: ControlCall,
		options: { readonly signal: AbortSignal; readonly onLines?: (lines: unknown) => void },
	) => Promise<unknown>;
};

/** How long a process may take to say what it runs; one that was halted must not halt the others. */
const LIST_MILLISECONDS = 2000;

/** Does `work` with all of them, this process first, and hangs up. */
export async function withCores<T>(
	context: EngineContext,
	{ signal }: Pick<CallOptions, 'signal'>,
	work: (cores: readonly ReachedCore[]) => Promise<T>,
): Promise<T> {
	await using connections = new AsyncDisposableStack();
	const own = await ownCore(context);
	const sockets = (await context.home.runtimeFolder.sockets()).filter(({ path }) => !context.ownDoors.has(path));
	const others = await Promise.all(sockets.map((socket) => reach(context, socket, { signal, connections })));
	signal.throwIfAborted();
	return await work([own, ...others].filter((core) => core !== null));
}

async function ownCore(context: EngineContext): Promise<ReachedCore | null> {
	const runtime = await context.runtime.opened();
	const plugins = context.runtime.changes.list();
	if (runtime === null || plugins.length === 0) {
		return null;
	}

	return {
		pid: process.pid,
		isOwn: true,
		startedAt: new Date(context.clock().getTime() - process.uptime() * 1000).toISOString(),
		command: context.options.command,
		plugins,
		problem: null,
		ask: async (call, { signal, onLines }) =>
			performInside({ runtime, changes: context.runtime.changes }, call, { signal, tell: async (lines) => onLines?.(lines) }),
	};
}

async function reach(
	{ home }: EngineContext,
	{ pid, path }: RuntimeSocket,
	{ signal, connections }: { readonly signal: AbortSignal; readonly connections: AsyncDisposableStack },
): Promise<ReachedCore | null> {
	try {
		await home.runtimeFolder.requireOwn(path);
		const connection = connections.use(await ControlConnection.open(path, { pid, signal }));
		const late = AbortSignal.any([signal, AbortSignal.timeout(LIST_MILLISECONDS)]);
		const plugins = parsePlugins(await connection.request({ call: 'list' }, { signal: late }));
		const { startedAt, command } = connection.hello;
		return { pid, isOwn: false, startedAt, command, plugins, problem: null, ask: (call, options) => connection.request(call, options) };
	} catch (error) {
		signal.throwIfAborted();
		if (error instanceof NobodyThere) {
			// It was killed; nobody else would take its socket away.
			await home.runtimeFolder.remove(path);
			return null;
		}

		const failure =
			error instanceof Error && error.name === 'TimeoutError'
				? toEngineError(null, {
						code: 'core-unreachable',
						message: `Process ${pid}, which keeps plugins running in this home, does not answer.`,
					})
				: toEngineError(error, { code: 'core-unreachable', message: `Process ${pid} cannot be asked.` });
		const ask = async (): Promise<never> => {
			throw failure;
		};
		return { pid, isOwn: false, startedAt: null, command: null, plugins: [], problem: failure.message, ask };
	}
}
