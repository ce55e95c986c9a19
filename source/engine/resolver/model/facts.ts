import type { Denial } from '../request.ts';
import type { Package, VersionSet } from './packages.ts';

/** Why an incompatibility is true. Those marked structural only say how the model works and are never shown. */
export type Cause =
	| { readonly type: 'structure' }
	| { readonly type: 'root'; readonly name: string; readonly spec: string; readonly package: Package; readonly allowed: VersionSet }
	| {
			readonly type: 'dependency' | 'optional-dependency';
			readonly dependent: Package;
			readonly version: number;
			readonly name: string;
			readonly spec: string;
			readonly target: Package;
			readonly allowed: VersionSet;
	  }
	| {
			readonly type: 'peer';
			readonly dependent: Package;
			readonly version: number;
			readonly name: string;
			readonly spec: string;
			readonly isOptional: boolean;
			readonly target: Package;
			readonly allowed: VersionSet;
	  }
	| { readonly type: 'unsupported'; readonly dependent: Package; readonly version: number; readonly name: string; readonly spec: string }
	| { readonly type: 'not-found'; readonly name: string }
	| { readonly type: 'no-version'; readonly package: Package; readonly range: string }
	| {
			readonly type: 'policy';
			readonly rule: PolicyRule;
			readonly package: Package;
			readonly forbidden: VersionSet;
			readonly denial: Pick<Denial, 'reason' | 'lifts'> | null;
	  }
	| { readonly type: 'nesting'; readonly dependent: Package };

export type PolicyRule = 'too-young' | 'after-date' | 'revoked' | 'denied' | 'other-node';

/** Equal for facts that a reader would call the same, whichever version or copy they were met on. */
export function factKey(cause: Cause): string | null {
	switch (cause.type) {
		case 'structure':
			return null;
		case 'root':
			return `root ${cause.name}`;
		case 'dependency':
		case 'optional-dependency':
		case 'unsupported':
			return `${cause.type} ${cause.dependent.name} ${cause.name} ${cause.spec}`;
		case 'peer':
			return `peer ${cause.dependent.name} ${cause.name} ${cause.spec}`;
		case 'not-found':
			return `not-found ${cause.name}`;
		case 'no-version':
			return `no-version ${cause.package.name} ${cause.range}`;
		case 'policy':
			return `${cause.rule} ${cause.package.name} ${cause.denial?.reason ?? ''}`;
		case 'nesting':
			return `nesting ${cause.dependent.name}`;
	}
}
