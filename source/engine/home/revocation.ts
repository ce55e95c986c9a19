import type { PermissionId } from '../permission.ts';

/**
 * A grant, version or identity withdrawn. Kept outside generations, so that no rollback revives it. A grant that was given again
 * after `revokedAt` is a new consent and not touched by it.
 */
export type Revocation =
	| {
			readonly type: 'grant';
			readonly plugin: string;
			/** Null withdraws everything the plugin was granted. */
			readonly permission: PermissionId | null;
			/** ISO time. */
			readonly revokedAt: string;
			readonly reason: string | null;
	  }
	| {
			readonly type: 'version';
			readonly name: string;
			readonly version: string;
			/** ISO time. */
			readonly revokedAt: string;
			readonly reason: string | null;
	  }
	| {
			readonly type: 'identity';
			readonly issuer: string;
			readonly subject: string;
			/** ISO time. */
			readonly revokedAt: string;
			readonly reason: string | null;
	  };
