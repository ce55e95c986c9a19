import { FLAG_ENGINES } from '../metadata/format.ts';
import type { Denial, ResolvePolicy, ResolveRequest } from '../request.ts';
import { parseRange, satisfies } from '../semver/range.ts';
import type { PolicyRule } from './facts.ts';
import type { Package, VersionSet } from './packages.ts';

export type Forbidden = {
	readonly rule: PolicyRule;
	readonly set: VersionSet;
	/** Only of what is denied. */
	readonly denial: Pick<Denial, 'reason' | 'lifts'> | null;
};

/**
 * Which versions policy forbids. They stay in the model and are ruled out by a typed incompatibility, since leaving them out in
 * silence would lose the explanation.
 */
export class PolicyMasks {
	readonly #policy: ResolvePolicy;
	readonly #node: string;
	readonly #denied: ReadonlyMap<string, readonly Denial[]>;
	/** `name@version` of young versions that somebody names exactly. */
	readonly #named: Set<string>;
	/** Those among them that the request itself lets through. */
	readonly #granted: ReadonlySet<string>;
	/** Those that were let through and turned out to be named by nobody in the tree. */
	readonly #withdrawn = new Set<string>();
	readonly #known = new Map<Package, readonly Forbidden[]>();

	constructor({ policy, platform }: Pick<ResolveRequest, 'policy' | 'platform'>, named: ReadonlySet<string> = new Set()) {
		this.#policy = policy;
		this.#node = platform.node;
		this.#denied = Map.groupBy(policy.denied, ({ name }) => name);
		this.#named = new Set(named);
		this.#granted = named;
	}

	/** A version named exactly may be young. True when that changes what is forbidden. */
	allowNamed(package_: Package, version: string): boolean {
		const key = `${package_.name}@${version}`;
		const i = package_.index?.indexOfVersion(version) ?? -1;
		if (i === -1 || this.#named.has(key) || this.#withdrawn.has(key) || !this.isTooYoung(package_, i)) {
			return false;
		}

		this.#named.add(key);
		this.#known.delete(package_);
		return true;
	}

	/** Lets it through no longer; true unless the request itself does. */
	withdraw(package_: Package, i: number): boolean {
		const key = `${package_.name}@${package_.index?.versionText(i)}`;
		if (this.#granted.has(key)) {
			return false;
		}

		this.#withdrawn.add(key);
		this.#known.delete(package_);
		return this.#named.delete(key);
	}

	get hasNamed(): boolean {
		return this.#named.size > 0;
	}

	/** True for a young version that is let through since somebody names it exactly. */
	isNamed(package_: Package, i: number): boolean {
		return this.hasNamed && this.#named.has(`${package_.name}@${package_.index?.versionText(i)}`);
	}

	forbidden(package_: Package): readonly Forbidden[] {
		const known = this.#known.get(package_);
		if (known !== undefined) {
			return known;
		}

		const forbidden: Forbidden[] = [];
		if (this.#policy.minimumAgeMilliseconds > 0) {
			this.#collect(package_, forbidden, { rule: 'too-young', test: (i) => this.isTooYoung(package_, i) && !this.isNamed(package_, i) });
		}

		if (this.#policy.asOf !== null) {
			this.#collect(package_, forbidden, { rule: 'after-date', test: (i) => this.#isAfterDate(package_, i) });
		}

		const revoked = new Set(this.#policy.revoked.filter(({ name }) => name === package_.name).map(({ version }) => version));
		if (revoked.size > 0) {
			this.#collect(package_, forbidden, { rule: 'revoked', test: (i) => revoked.has(package_.index?.versionText(i) ?? '') });
		}

		for (const { range, reason, lifts } of this.#denied.get(package_.name) ?? []) {
			const set = package_.range(range);
			if (set.count > 0) {
				forbidden.push({ rule: 'denied', set, denial: { reason, lifts } });
			}
		}

		if (this.#policy.engines === 'required') {
			this.#collect(package_, forbidden, { rule: 'other-node', test: (i) => !this.#fitsNode(package_, i) });
		}

		this.#known.set(package_, forbidden);
		return forbidden;
	}

	isForbidden(package_: Package, i: number): boolean {
		return this.forbidden(package_).some(({ set }) => package_.has(set, i));
	}

	/** A version without a publish time is not judged. */
	isTooYoung(package_: Package, i: number): boolean {
		const time = package_.index?.publishedAt(i) ?? null;
		return (
			time !== null &&
			this.#policy.minimumAgeMilliseconds > 0 &&
			time > (this.#policy.asOf ?? this.#policy.now) - this.#policy.minimumAgeMilliseconds &&
			!this.#policy.ageExempt(package_.name, package_.index?.versionText(i) ?? '')
		);
	}

	#fitsNode({ index }: Package, i: number): boolean {
		const needed = ((index?.flags[i] ?? 0) & FLAG_ENGINES) === 0 ? null : (index?.engineNode(i) ?? null);
		return needed === null || satisfies(this.#node, needed);
	}

	#isAfterDate(package_: Package, i: number): boolean {
		const time = package_.index?.publishedAt(i) ?? null;
		return this.#policy.asOf !== null && time !== null && time > this.#policy.asOf;
	}

	#collect(
		package_: Package,
		into: Forbidden[],
		{ rule, test }: { readonly rule: PolicyRule; readonly test: (i: number) => boolean },
	): void {
		const members: number[] = [];
		for (let i = 0; i < package_.versionCount; i += 1) {
			if (test(i)) {
				members.push(i);
			}
		}

		if (members.length > 0) {
			into.push({ rule, set: package_.only(`${rule} ${members.join(',')}`, () => members), denial: null });
		}
	}
}

/** True when the text names one version that policy would else call too young. */
export function allowNamed(policy: PolicyMasks, package_: Package, text: string): boolean {
	const only = namedVersion(package_, text);
	return only !== -1 && policy.allowNamed(package_, package_.index?.versionText(only) ?? '');
}

/** The one version that the text names exactly, or -1. */
export function namedVersion(package_: Package, text: string): number {
	if (isPlainPrefix(text)) {
		return -1;
	}

	const range = text.startsWith('npm:') ? text.slice(text.lastIndexOf('@') + 1) : text;
	if ((parseRange(range)?.exact ?? null) === null) {
		return -1;
	}

	const [only, ...more] = package_.members(package_.range(range));
	return only === undefined || more.length > 0 ? -1 : only;
}

/** `^1.2.3` and `~1.2`, as most edges are written, never stand for one version alone. */
function isPlainPrefix(text: string): boolean {
	return (text.startsWith('^') || text.startsWith('~')) && /^.[\d.]+$/u.test(text);
}
