import { isIP } from 'node:net';
import type { ObservedAccess } from '../../permission-questions.ts';
import { type Permission, permissionId, type PermissionId } from '../../permission.ts';
import type { AccessObserver } from '../../sandbox/index.ts';

const MAXIMUM_ACCESSES = 5000;
const LOOKING_METHODS: readonly string[] = ['GET', 'HEAD', 'OPTIONS'];
/** Names of variables that mostly hold something worth stealing. */
const SECRET_NAME = /token|secret|passw|key|auth|cred|session|cookie|private|signature|dsn|^pgp|^gpg|^ssh|_url$|_pat$/i;

export type Observation = {
	readonly observer: AccessObserver;
	readonly accesses: () => readonly ObservedAccess[];
	/** Everything asked for, each once. */
	readonly wanted: () => readonly Permission[];
};

type Entry = { readonly permission: Permission; readonly answer: ObservedAccess['answer']; count: number };

/** `letsThrough` null: nothing but what is granted happens; it is only written down. */
export function startObservation(letsThrough: ((permission: Permission) => boolean) | null): Observation {
	const entries = new Map<string, Entry>();
	return {
		observer: {
			letsThrough: (permission) => letsThrough?.(permission) ?? false,
			onAccess: (permission, answer) => {
				const key = `${answer} ${permissionId(permission)}`;
				const entry = entries.get(key);
				if (entry !== undefined) {
					entry.count += 1;
				} else if (entries.size < MAXIMUM_ACCESSES) {
					entries.set(key, { permission, answer, count: 1 });
				}
			},
		},
		accesses: () => [...entries.values()].map(({ permission, answer, count }) => ({ permission: permissionId(permission), answer, count })),
		wanted: () => [
			...new Map<PermissionId, Permission>([...entries.values()].map(({ permission }) => [permissionId(permission), permission])).values(),
		],
	};
}

/**
 * What may happen once although nothing grants it, so that a run shows what comes after it: what only looks, at the project or at a
 * public host, and can be denied from then on as if it had never been. What changes something, leaves the project, or mostly is a secret
 * is denied as ever, and told.
 */
export function onlyLooks(permission: Permission): boolean {
	switch (permission.type) {
		case 'fs':
			return permission.access === 'read' && /^\$project(?:\/[^./][^/]*)*$/.test(permission.path);
		case 'env':
			return !SECRET_NAME.test(permission.name);
		case 'net':
			return (
				isIP(permission.host.replace(/^\[(.*)\]$/, '$1')) === 0 &&
				permission.host !== 'localhost' &&
				permission.methods !== undefined &&
				permission.methods.every((method) => LOOKING_METHODS.includes(method))
			);
		case 'run':
		case 'message':
			return false;
	}
}
