import { stripToLine } from '../../strip-controls.ts';
import { permissionId, type Permission, type PermissionId } from '../../permission.ts';
import { quoteForShell } from '../../quote-for-shell.ts';
import type { AuditEvent } from '../audit.ts';
import { isCovered } from '../grants.ts';
import type { CapabilityRequest } from '../host-messages.ts';
import type { DeniedCalls, RunPluginRequest } from '../run-request.ts';
import { failed, type CapabilityOutcome } from './capability.ts';
import { createGate } from './gate.ts';
import { createCommandBroker } from './commands.ts';
import { readEnvironment } from './environment.ts';
import { createFileBroker, type FileBroker } from './files.ts';
import { createKeeping } from './keeping.ts';
import { createNetBroker } from './net.ts';
import { DEFAULT_QUOTAS } from './quotas.ts';
import { createStorageBroker } from './storage.ts';

/** Different denied calls of one run that get an audit line each; what is beyond them shares one. */
const MAXIMUM_AUDITED_DENIALS = 200;

export type Broker = {
	/** Decides, writes a denial to the audit log, does what is allowed; the answer is JSON text for the guest. */
	readonly handle: (request: CapabilityRequest, signal: AbortSignal) => Promise<string>;
	readonly denied: () => readonly DeniedCalls[];
	/** Waits for what was started; the signal of the calls must have fired. */
	readonly ended: () => Promise<void>;
};

type BrokerOptions = Pick<
	RunPluginRequest,
	| 'plugin'
	| 'version'
	| 'grants'
	| 'requested'
	| 'roots'
	| 'forbiddenPaths'
	| 'environment'
	| 'audit'
	| 'observer'
	| 'allowsInterpreters'
	| 'storage'
	| 'quotas'
> & {
	readonly pid: () => number;
};

/** The only part that does something for a plugin. Every call starts from "no". */
export function createBroker(options: BrokerOptions): Broker {
	const gate = createGate(options);
	const quotas = { ...DEFAULT_QUOTAS, ...options.quotas };
	const storagePlace = options.storage ?? null;
	const keeping = createKeeping({ storage: storagePlace, folder: options.roots.data, quotas });
	const storage = createStorageBroker(storagePlace, keeping);
	const files = createFileBroker({ ...options, gate, keeping, writtenBytes: quotas.writtenBytes });
	const net = createNetBroker({ gate, quotas });
	const commands = createCommandBroker({
		...options,
		gate,
		cwd: options.roots.project,
		allowsInterpreters: options.allowsInterpreters ?? false,
	});
	const denials = new Map<PermissionId, { readonly permission: Permission; count: number }>();
	const audited = new Set<string>();
	const exceeded = new Set<string>();

	const perform = async ({ operation, args }: CapabilityRequest, signal: AbortSignal): Promise<CapabilityOutcome> => {
		switch (operation) {
			case 'env.get':
				return readEnvironment(args['name'], { ...options, gate });
			case 'fs.readFile':
			case 'fs.writeFile':
			case 'fs.makeFolder':
			case 'fs.remove':
			case 'fs.list':
			case 'fs.stat':
				return performOnFiles(files, { operation, args, signal });
			case 'net.fetch':
				return net.fetch(args, signal);
			case 'storage.get':
			case 'storage.set':
			case 'storage.delete':
			case 'storage.keys':
				return storage.perform(operation, args);
			case 'run.start':
				return commands.start(args, signal);
			case 'run.next':
				return commands.next(args['id']);
			default:
				return failed('ERR_UNKNOWN_OPERATION', `The sandbox has no operation "${stripToLine(operation).slice(0, 100)}".`);
		}
	};

	return {
		handle: async (request, signal) => {
			const outcome = await perform(request, signal);
			switch (outcome.type) {
				case 'done':
					return JSON.stringify({ value: outcome.value });
				case 'failed':
					return JSON.stringify({ error: { code: outcome.code, message: outcome.text } });
				case 'limit':
					recordLimit({ options, outcome, exceeded });
					return JSON.stringify({ error: { code: 'ERR_LIMIT', message: outcome.text } });
				case 'denied':
					recordDenial({ options, outcome, audited });
					gate.onDenied(outcome.permission);
					return answerDenial(options, outcome, denials);
			}
		},
		ended: () => commands.ended(),
		denied: () =>
			[...denials]
				.map(([id, { permission, count }]) => ({ permission: id, count, hint: hintFor(options, permission) }))
				.sort((a, b) => (a.permission < b.permission ? -1 : 1)),
	};
}

type FileOperation = `fs.${keyof FileBroker}`;

function performOnFiles(
	files: FileBroker,
	{
		operation,
		args,
		signal,
	}: { readonly operation: FileOperation; readonly args: CapabilityRequest['args']; readonly signal: AbortSignal },
): Promise<CapabilityOutcome> {
	switch (operation) {
		case 'fs.readFile':
			return files.readFile(args['path'], signal, args['encoding']);
		case 'fs.writeFile':
			return files.writeFile(args['path'], args['text'], signal, args);
		case 'fs.makeFolder':
			return files.makeFolder(args['path'], signal, args['recursive'] === true);
		case 'fs.remove':
			return files.remove(args['path'], signal, args['isFolder'] === true);
		case 'fs.list':
			return files.list(args['path'], signal);
		case 'fs.stat':
			return files.stat(args['path'], signal);
	}
}

type Denial = Extract<CapabilityOutcome, { type: 'denied' }>;

/** Once for each bound in a run; like a denial before the plugin learns of it. */
function recordLimit({
	options,
	outcome: { limit, bound, measured },
	exceeded,
}: {
	readonly options: BrokerOptions;
	readonly outcome: Extract<CapabilityOutcome, { type: 'limit' }>;
	readonly exceeded: Set<string>;
}): void {
	if (!exceeded.has(limit)) {
		exceeded.add(limit);
		options.audit({
			event: 'limit-exceeded',
			plugin: options.plugin,
			version: options.version,
			pid: options.pid(),
			limit,
			bound,
			measured,
		});
	}
}

function recordDenial({
	options,
	outcome,
	audited,
}: {
	readonly options: BrokerOptions;
	readonly outcome: Denial;
	readonly audited: Set<string>;
}): void {
	const id = permissionId(outcome.permission);
	const key = `${outcome.rule} ${id}`;
	if (audited.has(key) || audited.size > MAXIMUM_AUDITED_DENIALS) {
		return;
	}

	audited.add(key);
	const rule = audited.size > MAXIMUM_AUDITED_DENIALS ? 'too-many-denials' : outcome.rule;
	const event: AuditEvent = {
		event: 'permission-denied',
		plugin: options.plugin,
		version: options.version,
		pid: options.pid(),
		permission: stripToLine(id).slice(0, 1000),
		rule,
		resource: stripToLine(outcome.resource).slice(0, 1000),
	};
	options.audit(event);
}

function answerDenial(
	options: BrokerOptions,
	outcome: Denial,
	denials: Map<PermissionId, { readonly permission: Permission; count: number }>,
): string {
	const id = permissionId(outcome.permission);
	const entry = denials.get(id);
	if (entry !== undefined) {
		entry.count += 1;
	} else if (denials.size <= MAXIMUM_AUDITED_DENIALS) {
		denials.set(id, { permission: outcome.permission, count: 1 });
	}

	return JSON.stringify({
		error: { code: 'ERR_PERMISSION_DENIED', message: outcome.text, permission: id, hint: hintFor(options, outcome.permission) },
	});
}

function hintFor({ plugin, requested, grants }: BrokerOptions, permission: Permission): string {
	const id = stripToLine(permissionId(permission)).slice(0, 1000);
	if (isCovered(permission, grants)) {
		return `${id} is granted, but this call is outside of what any grant opens.`;
	}

	const asked = requested.find((candidate) => isCovered(permission, [candidate]));
	return asked === undefined
		? `The package.json of ${plugin} does not ask for it; to grant it to this run all the same: --allow ${quoteForShell(`${plugin}=${id}`)}`
		: `Grant it with: --allow ${quoteForShell(`${plugin}=${permissionId(asked)}`)}`;
}
