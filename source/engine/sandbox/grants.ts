import { permissionId, type Permission } from '../permission.ts';
import { argumentsCovered } from './argument-patterns.ts';
import { patternCovers } from './path-patterns.ts';

export type GrantComparison = 'unchanged' | 'narrower' | 'wider';

/** Whether the grants together allow all that is requested. Sound, not complete: each request must lie within one grant. */
export function isCovered(request: Permission, grants: readonly Permission[]): boolean {
	return grants.some((grant) => covers(grant, request));
}

/** How a permission of a new version relates to what the old version was granted. Reasons do not count. */
export function compareGrant(old: Permission, next: Permission): GrantComparison {
	if (permissionId(old) === permissionId(next)) {
		return 'unchanged';
	}

	return covers(old, next) ? 'narrower' : 'wider';
}

function covers(grant: Permission, request: Permission): boolean {
	switch (request.type) {
		case 'net':
			return grant.type === 'net' && grant.host === request.host && grant.port === request.port && coversMethods(grant, request);
		case 'env':
			return grant.type === 'env' && grant.name === request.name;
		case 'fs':
			return grant.type === 'fs' && grant.access === request.access && patternCovers(grant.path, request.path);
		case 'run':
			return grant.type === 'run' && grant.program === request.program && argumentsCovered(grant.args, request.args);
		case 'message':
			return grant.type === 'message' && coversMessage(grant, request);
	}
}

type MessagePermission = Extract<Permission, { readonly type: 'message' }>;

function coversMessage(grant: MessagePermission, request: MessagePermission): boolean {
	return grant.direction === request.direction && grant.plugin === request.plugin && (grant.topic === '*' || grant.topic === request.topic);
}

type NetPermission = Extract<Permission, { readonly type: 'net' }>;

function coversMethods(grant: NetPermission, request: NetPermission): boolean {
	const { methods } = grant;
	return methods === undefined || (request.methods !== undefined && request.methods.every((method) => methods.includes(method)));
}
