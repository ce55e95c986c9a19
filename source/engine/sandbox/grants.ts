import { permissionId, type Permission } from '../permission.ts';
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
			return grant.type === 'net' && grant.host === request.host && grant.port === request.port;
		case 'env':
			return grant.type === 'env' && grant.name === request.name;
		case 'fs':
			return grant.type === 'fs' && grant.access === request.access && patternCovers(grant.path, request.path);
	}
}
