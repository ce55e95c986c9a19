import { EngineError } from './errors.ts';

/** What a plugin asks for. `reason` is the author's, stripped of control characters. */
export type Permission =
	| {
			readonly type: 'net';
			readonly host: string;
			readonly port: number;
			/** In upper case, sorted; left out for any. */
			readonly methods?: readonly string[];
			readonly reason: string;
	  }
	| { readonly type: 'fs'; readonly path: string; readonly access: 'read' | 'write'; readonly reason: string }
	| { readonly type: 'env'; readonly name: string; readonly reason: string }
	| RunPermission
	| {
			readonly type: 'message';
			readonly direction: 'send' | 'receive';
			/** The other plugin. */
			readonly plugin: string;
			/** Exact, or `*` for every topic. */
			readonly topic: string;
			readonly reason: string;
	  };

/** A program of this machine, which runs outside of the sandbox. */
export type RunPermission = {
	readonly type: 'run';
	/** A name that is looked up in PATH when it is granted, or an absolute path. */
	readonly program: string;
	/** One pattern for each argument; `**` at the end for any number of them. None has white space. */
	readonly args: readonly string[];
	/** What was granted: another file under the same name is not it. Left out of the id. */
	readonly pin?: ProgramPin;
	readonly reason: string;
};

/** Real path and sha256 (hex) of a program when it was granted. */
export type ProgramPin = { readonly path: string; readonly sha256: string };

/** The canonical text of a permission without its reason, as typed after `--allow`: `net:host:443`, `fs.read:PATH`, `env:NAME` ... */
export type PermissionId = string;

/** What the user allowed one version of one plugin; stored in the generation. */
export type Grant = {
	readonly plugin: string;
	readonly version: string;
	readonly permission: PermissionId;
	/** ISO time. */
	readonly grantedAt: string;
	readonly reason: string | null;
	/** ISO time, or null for no end. */
	readonly expiresAt: string | null;
	/** Of a `run` permission. */
	readonly pin?: ProgramPin;
};

/** Every `type` of a permission, in the order of the documentation. */
export const PERMISSION_KINDS = ['net', 'fs', 'env', 'run', 'message'] as const;

export const HTTP_METHODS: readonly string[] = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'];

const HOST_PATTERN = /^(?:\[[0-9a-f:.]+\]|[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)$/;
const ENVIRONMENT_NAME_PATTERN = /^[A-Za-z_][A-Za-z0-9_]*$/;
const PROGRAM_PATTERN = /^(?:[A-Za-z0-9][A-Za-z0-9._+-]{0,99}|(?:\/[A-Za-z0-9._+@-]{1,100}){1,20})$/;
const ARGUMENT_PATTERN = /^[^\s\p{C}]{1,1000}$/u;
const PLUGIN_NAME_PATTERN = /^(?:@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/;
const TOPIC_PATTERN = /^(?:\*|[a-z0-9][a-z0-9./-]{0,99})$/;
const MAXIMUM_ARGUMENTS = 50;
const DEFAULT_PORT = 443;

export function permissionId(permission: Permission): PermissionId {
	switch (permission.type) {
		case 'net': {
			const methods = permission.methods === undefined ? '' : `.${permission.methods.join(',').toLowerCase()}`;
			return `net${methods}:${permission.host}:${permission.port}`;
		}
		case 'fs':
			return `fs.${permission.access}:${permission.path}`;
		case 'env':
			return `env:${permission.name}`;
		case 'run':
			return `run:${[permission.program, ...permission.args].join(' ')}`;
		case 'message':
			return `message.${permission.direction}:${permission.plugin}/${permission.topic}`;
	}
}

/** What a person must know who is asked for it; null when the id says it all. */
export function permissionCaution(permission: Permission): string | null {
	return permission.type === 'run'
		? 'The program runs outside of the sandbox, with all your rights: nothing that plugward does holds it.'
		: null;
}

/** Reads what follows `--allow`, for instance `net:HOST[:PORT]`, `fs.read:PATH`, `env:NAME`. Throws `usage`. */
export function parsePermission(text: string): Permission {
	const separator = text.indexOf(':');
	const kind = text.slice(0, separator);
	const value = text.slice(separator + 1);
	const found = separator > 0 && value !== '' ? parseKind(kind, value) : null;
	if (found === null) {
		throw badPermission(text);
	}

	return found;
}

function parseKind(kind: string, value: string): Permission | null {
	switch (kind) {
		case 'fs.read':
			return { type: 'fs', path: value, access: 'read', reason: '' };
		case 'fs.write':
			return { type: 'fs', path: value, access: 'write', reason: '' };
		case 'env':
			return ENVIRONMENT_NAME_PATTERN.test(value) ? { type: 'env', name: value, reason: '' } : null;
		case 'run': {
			const [program = '', ...args] = value.split(' ');
			return isProgram(program) && isArgumentList(args) ? { type: 'run', program, args, reason: '' } : null;
		}
		case 'message.send':
			return parseMessage('send', value);
		case 'message.receive':
			return parseMessage('receive', value);
		default:
			return /^net(?:\.|$)/.test(kind) ? parseNet(kind, value) : null;
	}
}

/** Host (lower case) and port of `host[:port]`, or null. IPv6 addresses stand in brackets. */
export function parseHostAndPort(text: string): { readonly host: string; readonly port: number } | null {
	const match = /^(\[[^\]]+\]|[^:]+)(?::(\d{1,5}))?$/.exec(text.toLowerCase());
	const host = match?.[1] ?? '';
	const port = match?.[2] === undefined ? DEFAULT_PORT : Number(match[2]);
	return HOST_PATTERN.test(host) && port >= 1 && port <= 65_535 ? { host, port } : null;
}

/** Sorted and without repetition, or null when one is none. */
export function parseMethods(names: readonly string[]): readonly string[] | null {
	const methods = [...new Set(names.map((name) => name.toUpperCase()))].toSorted();
	return methods.length > 0 && methods.every((method) => HTTP_METHODS.includes(method)) ? methods : null;
}

export function isProgram(text: string): boolean {
	return PROGRAM_PATTERN.test(text) && !/\/\.{1,2}(?:\/|$)/.test(text);
}

/** Whether these are patterns of arguments: no white space, and `**` only at the end. */
export function isArgumentList(args: readonly string[]): boolean {
	return (
		args.length <= MAXIMUM_ARGUMENTS &&
		args.every(
			(pattern, index) => ARGUMENT_PATTERN.test(pattern) && (!pattern.includes('**') || (pattern === '**' && index === args.length - 1)),
		)
	);
}

export function isPluginName(text: string): boolean {
	return text.length <= 214 && PLUGIN_NAME_PATTERN.test(text);
}

export function isTopic(text: string): boolean {
	return TOPIC_PATTERN.test(text);
}

function parseNet(kind: string, value: string): Permission | null {
	const target = parseHostAndPort(value);
	const methods = kind === 'net' ? undefined : parseMethods(kind.slice('net.'.length).split(','));
	return target === null || methods === null ? null : { type: 'net', ...target, ...(methods === undefined ? {} : { methods }), reason: '' };
}

function parseMessage(direction: 'send' | 'receive', value: string): Permission | null {
	// A topic may have slashes, and so has the name of a plugin with a scope.
	const [, plugin = '', topic = ''] = /^((?:@[^/]*\/)?[^/]*)\/(.*)$/.exec(value) ?? [];
	return isPluginName(plugin) && isTopic(topic) ? { type: 'message', direction, plugin, topic, reason: '' } : null;
}

function badPermission(text: string): EngineError {
	return new EngineError(
		'usage',
		`"${text}" is not a permission: expected net:HOST[:PORT], fs.read:PATH, fs.write:PATH, env:NAME, "run:PROGRAM ARGUMENT...", message.send:PLUGIN/TOPIC or message.receive:PLUGIN/TOPIC.`,
		{ hint: 'For example: --allow net:api.example.com' },
	);
}
