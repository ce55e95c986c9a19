import semver from 'semver';
import type { Generation, Revocation } from '../../home/index.ts';
import type { Lock } from '../../lock.ts';
import { type Grant, parsePermission, permissionId, type Permission } from '../../permission.ts';
import type { Requirement } from '../../plan.ts';
import { isCovered } from '../../sandbox/index.ts';
import { findException, identityChange, judgeClosure, judgeContinuity, levelAtLeast } from '../../trust/index.ts';
import { type AssessedPackage, identityIn } from './assessed-package.ts';
import { ceilingAllows, policyGives, stillHolds } from './effective-grants.ts';
import type { EngineContext } from '../engine-context.ts';
import { runtimeLabel } from '../running/native-runtime.ts';
import { closureOf, idOf, idOfInstance } from '../locks/lock-queries.ts';

export type RequirementsRequest = {
	readonly base: Generation;
	readonly lock: Lock;
	readonly named: ReadonlySet<string>;
	readonly assessed: ReadonlyMap<string, AssessedPackage>;
	readonly revocations: readonly Revocation[];
	/** Plugins that would go back are asked about. */
	readonly asksDowngrades: boolean;
};

/** Everything the user must decide, in the order a reader expects: identity, level and age first, then permissions by plugin. */
export function requirementsOf(context: EngineContext, request: RequirementsRequest): readonly Requirement[] {
	const fresh = [...request.assessed.values()].filter(({ isNew }) => isNew);
	const roots = rootsOf(request);
	return [
		...fresh.flatMap((one) => changedIdentity(context, one)),
		...roots.filter((root) => bringsLow(context, { root, request })).flatMap((root) => lowerLevel(context, { root, request })),
		...fresh.flatMap((one) => youngVersion(context, one)),
		...(request.asksDowngrades ? downgrades(request) : []),
		...roots
			.filter(({ isNew, locked }) => isNew || request.named.has(locked.name))
			.flatMap((root) =>
				permissions(root, { holding: grantsThatHold(context, request), givenByPolicy: givenByPolicy(context, root, request) }).filter(
					({ permission }) => ceilingAllows(context.policy, { level: effectiveLevel(root, request).level, permission }),
				),
			),
	];
}

function rootsOf({ lock, assessed }: RequirementsRequest): readonly AssessedPackage[] {
	return Object.values(lock.roots).flatMap(({ instance }) => assessed.get(idOfInstance(lock, instance)) ?? []);
}

/** A new builder, or less proven than before. Pins and exceptions of the policy are heeded. */
function changedIdentity(context: EngineContext, { locked, previous, identityPin, receipt }: AssessedPackage): readonly Requirement[] {
	const continuity = judgeContinuity({
		name: locked.name,
		version: locked.version,
		evidence: receipt.evidence,
		identity: identityIn(receipt),
		identityPin,
		previousEvidence: previous?.evidence ?? null,
		policy: context.policy,
		now: context.clock().getTime(),
	});
	switch (continuity.type) {
		case 'first':
		case 'same':
			return [];
		case 'changed':
		case 'fallen': {
			const { from, to } = continuity;
			const id = `changed-identity:${idOf(locked)}:${from}->${to}`;
			return [{ type: 'changed-identity', id, package: locked.name, version: locked.version, from, to }];
		}
	}
}

/** It is new itself, or something new below it lies under the minimum: a plugin that stays can be brought down by what it gets. */
function bringsLow(
	{ policy }: EngineContext,
	{ root, request }: { readonly root: AssessedPackage; readonly request: RequirementsRequest },
): boolean {
	return (
		root.isNew || dependenciesOf(root, request).some(({ isNew, verdict }) => isNew && !levelAtLeast(verdict.level, policy.minimumLevel))
	);
}

function lowerLevel(
	context: EngineContext,
	{ root, request }: { readonly root: AssessedPackage; readonly request: RequirementsRequest },
): readonly Requirement[] {
	const { level } = effectiveLevel(root, request);
	const minimum = context.policy.minimumLevel;
	const { name, version } = root.locked;
	const exception = findException(context.policy, { name, version, rule: 'minimum-level', now: context.clock().getTime() });
	if (levelAtLeast(level, minimum) || exception !== null) {
		return [];
	}

	const id = `lower-level:${idOf(root.locked)}:${level}`;
	return [{ type: 'lower-level', id, package: root.locked.name, version: root.locked.version, level, minimum }];
}

function effectiveLevel(root: AssessedPackage, request: RequirementsRequest) {
	const dependencies = dependenciesOf(root, request).map(({ locked, verdict }) => ({ id: idOf(locked), verdict }));
	return judgeClosure({ id: idOf(root.locked), verdict: root.verdict }, dependencies);
}

function dependenciesOf(root: AssessedPackage, { lock, assessed }: RequirementsRequest): readonly AssessedPackage[] {
	const instance = Object.values(lock.roots).find((entry) => idOfInstance(lock, entry.instance) === idOf(root.locked))?.instance;
	const members = closureOf(lock, instance ?? idOf(root.locked)).slice(1);
	return members.flatMap((id) => assessed.get(idOfInstance(lock, id)) ?? []);
}

function youngVersion(context: EngineContext, { locked, ageHours, verdict }: AssessedPackage): readonly Requirement[] {
	// The verdict knows the exceptions of the policy.
	const isRefused = verdict.reasons.some(({ rule, passed }) => rule === 'minimum-age' && !passed);
	if (ageHours === null || !isRefused) {
		return [];
	}

	const { minimumAgeHours: minimumHours } = context.policy;
	return [
		{ type: 'young-version', id: `young-version:${idOf(locked)}`, package: locked.name, version: locked.version, ageHours, minimumHours },
	];
}

/** By name, since an alias may stand for another package. A version that is named exactly, or a range without the installed one, was asked for. */
function downgrades({ base, lock }: RequirementsRequest): readonly Requirement[] {
	return Object.entries(lock.roots).flatMap(([name, { spec, instance }]) => {
		const from = base.lock.packages[base.lock.roots[name]?.instance ?? ''];
		const to = lock.packages[instance];
		if (from === undefined || to === undefined || from.name !== to.name || !semver.lt(to.version, from.version, { loose: true })) {
			return [];
		}

		const isAskedFor = semver.validRange(spec, { loose: true }) !== null && !semver.satisfies(from.version, spec, { loose: true });
		const id = `downgrade:${idOf(to)}:${from.version}`;
		return isAskedFor ? [] : [{ type: 'downgrade', id, package: to.name, version: to.version, from: from.version }];
	});
}

/** What expired or was revoked is asked for anew: it must not come back because a plugin is updated. */
function grantsThatHold(context: EngineContext, { base, revocations }: RequirementsRequest): readonly Grant[] {
	return base.grants.filter((grant) => stillHolds(grant, { now: context.clock(), revocations }));
}

function givenByPolicy(context: EngineContext, root: AssessedPackage, request: RequirementsRequest): (permission: Permission) => boolean {
	const { level } = effectiveLevel(root, request);
	const { revocations } = request;
	return (permission) => policyGives(context.policy, { plugin: root.locked.name, level, permission, revocations });
}

type PermissionRequirement = Extract<Requirement, { readonly type: 'permission' }>;

function permissions(
	{ locked, manifest, granted: holder, receipt }: AssessedPackage,
	{ holding, givenByPolicy }: { readonly holding: readonly Grant[]; readonly givenByPolicy: (permission: Permission) => boolean },
): readonly PermissionRequirement[] {
	const sameIdentity = identityChange(identityIn(holder), identityIn(receipt)) === null;
	const granted = holding.filter(({ plugin }) => plugin === locked.name).map(({ permission }) => parsePermission(permission));
	return (manifest?.permissions ?? []).map((permission) => ({
		type: 'permission',
		id: `permission:${idOf(locked)}:${permissionId(permission)}`,
		plugin: locked.name,
		version: locked.version,
		permission,
		permissionId: permissionId(permission),
		novelty: noveltyOf(permission, sameIdentity ? granted : []),
		...runtimeLabel(manifest),
		...(givenByPolicy(permission) ? { byPolicy: true as const } : {}),
	}));
}

function noveltyOf(permission: Permission, granted: readonly Permission[]): 'new' | 'widened' | 'carried-over' {
	if (isCovered(permission, granted)) {
		return 'carried-over';
	}

	return granted.some((grant) => isNarrower(grant, permission)) ? 'widened' : 'new';
}

function isNarrower(grant: Permission, wanted: Permission): boolean {
	return isCovered(grant, [wanted]);
}
