import type { CallOptions } from '../../events.ts';
import { runStep } from '../../events.ts';
import { FIRST_GENERATION } from '../../home/index.ts';
import type { Lock } from '../../lock.ts';
import type { PluginLimits } from '../../manifest.ts';
import { type Grant, type Permission, permissionId } from '../../permission.ts';
import { EngineError } from '../../errors.ts';
import { type Bundle, runTool } from '../../sandbox/index.ts';
import { quoteForShell } from '../../quote-for-shell.ts';
import { stripToLine } from '../../strip-controls.ts';
import type { ToolPlan, ToolRunRequest, ToolRunResult } from '../../tool-calls.ts';
import { assess } from '../apply/assess.ts';
import { requireDecided } from '../apply/consent.ts';
import { ceilingAllows, permissionsOf } from '../apply/effective-grants.ts';
import { findRevokedVersion } from '../apply/revoked-version.ts';
import { whileExclusive } from '../apply/while-exclusive.ts';
import type { EngineContext } from '../engine-context.ts';
import { uniquePackages } from '../locks/lock-queries.ts';
import { sandboxRules } from '../running/sandbox-rules.ts';
import { forbiddenPaths } from '../running/forbidden-paths.ts';
import { endedLacking, refuseMissingPowers } from '../running/host-powers.ts';
import { bundleOf } from '../running/plugin-bundle.ts';
import { grantsInForce } from './plan-tool.ts';
import { packageFiles } from './tool-files.ts';
import { rootOfTool, toolLevel } from './tool-root.ts';

/** A program may be at work for long, and compilers need room. */
const LIMITS: PluginLimits = { wallMilliseconds: 3_600_000, cpuMilliseconds: 1_800_000, memoryBytes: 1024 * 1024 * 1024 };

type Options = CallOptions & ToolRunRequest;

/** Runs a planned tool. The plan is untrusted: evidence and requirements are recomputed from the content store. */
export async function runToolPlan(context: EngineContext, plan: ToolPlan, options: Options): Promise<ToolRunResult> {
	const { lock } = plan.plan;
	const root = rootOfTool(lock);
	const { name, version } = root;
	const records = await context.home.tools(name);
	const record =
		records.find((one) => one.version === version && JSON.stringify(one.lock.packages) === JSON.stringify(lock.packages)) ?? null;
	await requireAcceptable(context, { lock, isKnown: record !== null }, options);
	const bundle = await bundleOf(context, { lock, instance: root.instance, manifest: null, program: plan.program }, options);
	refusePowers({ name, version, powers: bundle.powers }, options);
	const level = await toolLevel(context, lock);
	const allowed = options.allow.filter((permission) => ceilingAllows(context.policy, { level, permission }));
	const granted = await grant(
		context,
		{
			lock,
			name,
			version,
			allowed,
			before: await grantsInForce(context, record),
			isKnown: record !== null,
			fetchedCount: plan.plan.fetchedCount,
		},
		options,
	);
	const grants = granted.filter((permission) => ceilingAllows(context.policy, { level, permission }));
	let finished = (): void => {};
	try {
		const result = await runStep({ name: 'run', detail: `${name} ${plan.bin}`, onEvent: options.onEvent }, () =>
			runTool({
				plugin: name,
				version,
				bin: plan.bin,
				code: bundle.code,
				map: bundle.map,
				program: `/plugward-package/node_modules/${name}/${bundle.entry}`,
				arguments: options.arguments,
				files: packageFiles(context, { lock, mounts: bundle.mounts }),
				bundleMore: (mount, path) => bundleMore(context, { lock, mounts: bundle.mounts, mount, path }, options),
				streams: options.streams,
				grants,
				limits: LIMITS,
				rules: sandboxRules(context),
				roots: { project: context.options.cwd, data: null },
				forbiddenPaths: forbiddenPaths(context),
				environment: context.options.environment,
				audit: (event) => context.home.appendAuditSync({ ts: context.clock().toISOString(), ...event }),
				onStart: ({ pid }) => {
					finished = context.running.add({ plugin: name, version, task: plan.bin, pid, startedAt: context.clock().toISOString() });
				},
				signal: options.signal,
			}),
		);
		const { lacked, ...ended } = result;
		refuseLacking({ name, version, lacked, powers: bundle.powers }, options);
		return {
			plugin: name,
			version,
			bin: plan.bin,
			level,
			...ended,
			needs: bundle.needs,
			powers: bundle.powers,
			denied: result.denied.map((one) => ({ ...one, hint: `Grant it with: --allow ${quoteForShell(stripToLine(one.permission))}` })),
		};
	} finally {
		finished();
	}
}

type ToolPowers = { readonly name: string; readonly version: string; readonly powers: Bundle['powers'] };

function refusePowers(tool: ToolPowers, { anyway = false }: Options): void {
	if (!anyway) {
		refuseMissingPowers({ ...tool, manifest: null });
	}
}

function refuseLacking({ lacked, ...tool }: ToolPowers & { readonly lacked: string | null }, { anyway = false }: Options): void {
	if (lacked !== null && !anyway) {
		throw endedLacking({ ...tool, lacked });
	}
}

type MoreRequest = { readonly lock: Lock; readonly mounts: Bundle['mounts']; readonly mount: string; readonly path: string };

/** Another file of the closure, for an import that could not be known before. */
async function bundleMore(context: EngineContext, { lock, mounts, mount, path }: MoreRequest, options: Options): Promise<Bundle> {
	const instance = Object.hasOwn(mounts, mount) ? mounts[mount] : undefined;
	if (instance === undefined) {
		throw new EngineError('bundle-failed', `There is no package ${stripToLine(mount)} in this tool.`);
	}

	return bundleOf(context, { lock, instance, manifest: null, program: path }, options);
}

async function requireAcceptable(
	context: EngineContext,
	{ lock, isKnown }: { readonly lock: Lock; readonly isKnown: boolean },
	options: Options,
): Promise<void> {
	const assessment = await assess(context, { base: FIRST_GENERATION, lock, named: new Set(), asksRegistry: !isKnown }, options);
	if (!isKnown) {
		requireDecided(assessment.requirements, options.decisions);
	}

	const revoked = findRevokedVersion(Object.values(lock.packages), await context.home.revocations());
	if (revoked !== null) {
		throw new EngineError('policy-refused', `${revoked.name}@${revoked.version} was revoked and no longer runs.`, {
			hint: 'Choose another version.',
		});
	}
}

type Granting = {
	readonly lock: Lock;
	readonly name: string;
	readonly version: string;
	readonly allowed: readonly Permission[];
	readonly before: readonly Grant[];
	readonly isKnown: boolean;
	readonly fetchedCount: number;
};

/** What was fetched becomes durable, and what was agreed to is on record before the tool runs. Gives everything it is granted now. */
async function grant(
	context: EngineContext,
	{ lock, name, version, allowed, before, isKnown, fetchedCount }: Granting,
	options: Options,
): Promise<readonly Permission[]> {
	const now = context.clock().toISOString();
	const known = new Set(before.map(({ permission }) => permission));
	const fresh = allowed.filter((permission) => !known.has(permissionId(permission)));
	if (isKnown && fetchedCount === 0 && fresh.length === 0) {
		return permissionsOf(before);
	}

	await whileExclusive(context, options, async () => {
		const integrities = uniquePackages(lock).map(({ integrity }) => integrity);
		await context.home.replaceEntries(integrities, { signal: options.signal, command: `x ${name}@${version}`, type: 'keep' });
		for (const permission of fresh) {
			const scope = options.isOnce ? 'run' : 'tool';
			const line = { event: 'permission-granted', plugin: name, version, permission: stripToLine(permissionId(permission)), scope };
			await context.home.appendAudit({ ts: now, ...line });
		}

		const added = fresh.map((permission): Grant => ({
			plugin: name,
			version,
			permission: permissionId(permission),
			grantedAt: now,
			reason: null,
			expiresAt: null,
		}));
		await context.home.writeTool({ name, version, lock, grants: options.isOnce ? before : [...before, ...added], acceptedAt: now });
	});
	return [...permissionsOf(before), ...fresh];
}
