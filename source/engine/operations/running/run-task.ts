import type { RunRequest, RunResult } from '../../task-runs.ts';
import { EngineError } from '../../errors.ts';
import { type CallOptions, runStep } from '../../events.ts';
import type { Level } from '../../evidence.ts';
import type { PluginLimits, PluginManifest } from '../../manifest.ts';
import { type Permission, permissionId } from '../../permission.ts';
import { type HostPowerUse, runPlugin, type PackageFiles } from '../../sandbox/index.ts';
import { quoteTarget } from '../../quote-for-shell.ts';
import { stripToLine } from '../../strip-controls.ts';
import { ceilingAllows } from '../apply/effective-grants.ts';
import type { EngineContext } from '../engine-context.ts';
import { forbiddenPaths } from './forbidden-paths.ts';
import { refuseMissingPowers } from './host-powers.ts';
import { requireRuntimeAllowed, runtimeLabel } from './native-runtime.ts';
import { sandboxRules } from './sandbox-rules.ts';
import { keptBy, pinned } from './kept-by.ts';
import { isFolderTarget, openFolderPlugin } from './folder-plugin.ts';
import { openInstalledPlugin } from './installed-plugin.ts';
import { watchRun } from './watch-run.ts';
import { requireNotQuarantined } from './quarantine.ts';

/** A plugin made ready to run, wherever it came from. */
export type Runnable = {
	readonly name: string;
	readonly version: string;
	readonly level: Level;
	readonly manifest: PluginManifest | null;
	readonly code: string;
	readonly map: string;
	/** Of the packages in it. */
	readonly files: PackageFiles;
	/** Which of its imports need what no isolate has. */
	readonly powers: readonly HostPowerUse[];
	readonly grants: readonly Permission[];
	/** Absolute; null for an installed plugin. */
	readonly folder: string | null;
};

const PLAIN_LIMITS: PluginLimits = { wallMilliseconds: 30_000, cpuMilliseconds: 10_000, memoryBytes: 128 * 1024 * 1024 };

/** Runs one task of an installed plugin, of a folder, or one export of a plain package, in its own host process. */
export async function runTask(context: EngineContext, request: RunRequest, options: CallOptions): Promise<RunResult> {
	const runnable = isFolderTarget(request.target)
		? await openFolderPlugin(context, request.target, options)
		: await openInstalledPlugin(context, request.target, options);
	const task = chooseTask(runnable, request.task);
	requireRuntimeAllowed(runnable);
	if (request.anyway !== true) {
		refuseMissingPowers(runnable);
	}

	const watch =
		request.observe === undefined ? null : watchRun(context, { runnable, target: request.target, mode: request.observe }, options);
	const { name, version } = runnable;
	await requireNotQuarantined(context, runnable);
	return runStep({ name: 'run', detail: `${name} ${task}`, onEvent: options.onEvent }, async () => {
		const allowed = (permission: Permission): boolean => ceilingAllows(context.policy, { level: runnable.level, permission });
		const forThisRun = await grantForRun(context, runnable, request.allow.filter(allowed));
		let finished = (): void => {};
		try {
			const result = await runPlugin({
				plugin: name,
				version,
				code: runnable.code,
				map: runnable.map,
				files: runnable.files,
				kind: runnable.manifest === null ? 'plain' : 'plugin',
				task,
				input: request.input,
				manifest: runnable.manifest,
				grants: [...runnable.grants.filter(allowed), ...forThisRun],
				allowsInterpreters: runnable.level === 'core',
				requested: runnable.manifest?.permissions ?? [],
				limits: runnable.manifest?.limits ?? PLAIN_LIMITS,
				...(await keptBy(context, runnable, [...runnable.grants, ...forThisRun])),
				forbiddenPaths: forbiddenPaths(context),
				environment: context.options.environment,
				audit: (event) => context.home.appendAuditSync({ ts: context.clock().toISOString(), ...event }),
				onOutput: (stream, text) => options.onEvent({ type: 'plugin-output', plugin: name, stream, text }),
				onProgress: (progress) => options.onEvent({ type: 'task-progress', plugin: name, task, ...progress }),
				onStart: ({ pid }) => {
					finished = context.running.add({ plugin: name, version, task, pid, startedAt: context.clock().toISOString() });
				},
				rules: sandboxRules(context),
				signal: options.signal,
				...(watch === null ? {} : { observer: watch.observer }),
			});
			return {
				plugin: name,
				version,
				task,
				level: runnable.level,
				...runtimeLabel(runnable.manifest),
				...result,
				...(watch === null ? {} : { observed: await watch.report() }),
			};
		} catch (error) {
			const failure = withQuestion(error, request.target);
			if (watch !== null && isOfPlugin(failure)) {
				return { ...FAILED, plugin: name, version, task, level: runnable.level, observed: await watch.report(), failure };
			}

			throw failure;
		} finally {
			finished();
		}
	});
}

/** What `--allow` adds is on record before the plugin runs. */
async function grantForRun(
	context: EngineContext,
	{ name, version, level }: Runnable,
	permissions: readonly Permission[],
): Promise<readonly Permission[]> {
	const granted = await Promise.all(permissions.map((permission) => pinned(context, permission, level)));
	for (const permission of granted) {
		const line = { event: 'permission-granted', plugin: name, version, permission: stripToLine(permissionId(permission)), scope: 'run' };
		await context.home.appendAudit({ ts: context.clock().toISOString(), ...line });
	}

	return granted;
}

const FAILED = { output: null, milliseconds: 0, peakMemoryBytes: null, denied: [] } as const;

/** What a plugin did, as opposed to what plugward could not do. */
function isOfPlugin(error: unknown): error is EngineError {
	return (
		error instanceof EngineError && (error.code === 'plugin-denied' || error.code === 'plugin-failed' || error.code === 'plugin-limit')
	);
}

/** A denial also says how to ask why; only here it is known how the plugin was named. */
function withQuestion(error: unknown, target: string): unknown {
	return error instanceof EngineError && error.code === 'plugin-denied' && error.hint !== undefined
		? new EngineError(error.code, error.message, {
				hint: `${error.hint}; ask why: plugward permissions explain ${quoteTarget(target)}`,
				details: error.details,
				cause: error,
			})
		: error;
}

function chooseTask({ name, manifest }: Runnable, wanted: string | null): string {
	if (manifest === null) {
		if (wanted === null) {
			throw new EngineError('task-not-found', `${name} has no tasks; it is a plain package, so name the export to call.`, {
				hint: `For example: plugward run ${name} default --input '["text"]'`,
			});
		}

		return wanted;
	}

	const tasks = Object.keys(manifest.tasks);
	const [only] = tasks;
	const chosen = wanted ?? (tasks.length === 1 ? only : undefined);
	if (chosen === undefined || !tasks.includes(chosen)) {
		const text = wanted === null ? `${name} has ${tasks.length} tasks, and none was named.` : `${name} has no task "${wanted}".`;
		throw new EngineError('task-not-found', text, {
			hint: tasks.length === 0 ? 'It declares no tasks at all.' : `Its tasks: ${tasks.join(', ')}.`,
		});
	}

	return chosen;
}
