import { permissionId, type Permission, type PermissionId } from '../../permission.ts';
import { stripToLine } from '../../strip-controls.ts';
import type { AuditEvent } from '../audit.ts';
import { isCovered } from '../grants.ts';

/** Grants of one run that get an audit line when they are first used. */
const MAXIMUM_AUDITED_USES = 200;

/** How a request was answered: by a grant, let through for once to see what comes after it, or not at all. */
export type AccessAnswer = 'granted' | 'let-through' | 'denied';

/** Sees every request of a run, and may let some through that no grant covers. */
export type AccessObserver = {
	readonly letsThrough: (permission: Permission) => boolean;
	readonly onAccess: (permission: Permission, answer: AccessAnswer) => void;
};

/** Where each part of the broker asks whether something is granted, so that what was used is on record. */
export type Gate = {
	readonly grants: readonly Permission[];
	/** Whether a request may go on. */
	readonly allows: (permission: Permission) => boolean;
	/** The same for one who has found the grant by other means; null for none. */
	readonly allowsBy: (grant: Permission | null, permission: Permission) => boolean;
	readonly onDenied: (permission: Permission) => void;
};

export type GateOptions = {
	readonly plugin: string;
	readonly version: string;
	readonly grants: readonly Permission[];
	readonly observer?: AccessObserver | undefined;
	readonly audit: (event: AuditEvent) => void;
	readonly pid: () => number;
};

/** The first use of each grant is written to the audit log, so that grants which nothing ever uses can be told. */
export function createGate({ plugin, version, grants, observer, audit, pid }: GateOptions): Gate {
	const used = new Set<PermissionId>();
	const allowsBy = (grant: Permission | null, permission: Permission): boolean => {
		if (grant === null) {
			const isLetThrough = observer?.letsThrough(permission) ?? false;
			if (isLetThrough) {
				observer?.onAccess(permission, 'let-through');
			}

			return isLetThrough;
		}

		const id = permissionId(grant);
		if (!used.has(id) && used.size < MAXIMUM_AUDITED_USES) {
			used.add(id);
			audit({ event: 'permission-used', plugin, version, pid: pid(), permission: stripToLine(id).slice(0, 1000) });
		}

		observer?.onAccess(permission, 'granted');
		return true;
	};
	return {
		grants,
		allows: (permission) => allowsBy(grants.find((grant) => isCovered(permission, [grant])) ?? null, permission),
		allowsBy,
		onDenied: (permission) => observer?.onAccess(permission, 'denied'),
	};
}
