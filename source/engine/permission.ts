import { EngineError } from './errors.ts';

/** What a plugin asks for. `reason` is the author's, stripped of control characters. */
export type Permission =
	| { readonly type: 'net'; readonly host: string; readonly port: number; readonly reason: string }
	| { readonly type: 'fs'; readonly path: string; readonly access: 'read' | 'write'; readonly reason: string }
	| { readonly type: 'env'; readonly name: string; readonly reason: string };

/** The canonical text of a permission without its reason, as typed after `--allow`: `net:host:443`, `fs.read:PATH`, `env:NAME`. */
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
};

const HOST_PATTERN = /^(?:\[[0-9a-f:.]+\]|[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)$/;
const ENVIRONMENT_NAME_PATTERN = /^[A-Za-z_][A-Za-z0-9_]*$/;
const DEFAULT_PORT = 443;

export function permissionId(permission: Permission): PermissionId {
	switch (permission.type) {
		case 'net':
			return `net:${permission.host}:${permission.port}`;
		case 'fs':
			return `fs.${permission.access}:${permission.path}`;
		case 'env':
			return `env:${permission.name}`;
	}
}

/** Reads what follows `--allow` (`net:host[:port]`, `fs.read:PATH`, `fs.write:PATH`, `env:NAME`). Throws `usage`. */
export function parsePermission(text: string): Permission {
	const separator = text.indexOf(':');
	const kind = text.slice(0, separator);
	const value = text.slice(separator + 1);
	if (separator > 0 && value !== '') {
		switch (kind) {
			case 'net':
				return parseNet(text, value);
			case 'fs.read':
				return { type: 'fs', path: value, access: 'read', reason: '' };
			case 'fs.write':
				return { type: 'fs', path: value, access: 'write', reason: '' };
			case 'env':
				if (ENVIRONMENT_NAME_PATTERN.test(value)) {
					return { type: 'env', name: value, reason: '' };
				}
		}
	}

	throw badPermission(text);
}

/** Host (lower case) and port of `host[:port]`, or null. IPv6 addresses stand in brackets. */
export function parseHostAndPort(text: string): { readonly host: string; readonly port: number } | null {
	const match = /^(\[[^\]]+\]|[^:]+)(?::(\d{1,5}))?$/.exec(text.toLowerCase());
	const host = match?.[1] ?? '';
	const port = match?.[2] === undefined ? DEFAULT_PORT : Number(match[2]);
	return HOST_PATTERN.test(host) && port >= 1 && port <= 65_535 ? { host, port } : null;
}

function parseNet(text: string, value: string): Permission {
	const target = parseHostAndPort(value);
	if (target === null) {
		throw badPermission(text);
	}

	return { type: 'net', ...target, reason: '' };
}

function badPermission(text: string): EngineError {
	return new EngineError('usage', `"${text}" is not a permission: expected net:HOST[:PORT], fs.read:PATH, fs.write:PATH or env:NAME.`, {
		hint: 'For example: --allow net:api.example.com',
	});
}
