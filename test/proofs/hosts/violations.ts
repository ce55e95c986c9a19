import semver from 'semver';
import type { RivalAnswer } from './rivals.ts';

type Peers = {
	readonly peerDependencies?: Readonly<Record<string, string>>;
	readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
};
type NpmLock = { readonly packages: Readonly<Record<string, Peers & { readonly version?: string }>> };
type PnpmLock = {
	readonly packages: Readonly<Record<string, Peers>>;
	readonly snapshots: Readonly<
		Record<
			string,
			{ readonly dependencies?: Readonly<Record<string, string>>; readonly optionalDependencies?: Readonly<Record<string, string>> }
		>
	>;
};

/** Checks each peer of a package-lock as node would find it: the nearest node_modules folder on the way up. */
export function violationsOfNpm({ packages }: NpmLock): RivalAnswer {
	const violations: string[] = [];
	for (const [path, { peerDependencies = {}, peerDependenciesMeta = {}, version }] of Object.entries(packages)) {
		if (path === '') {
			continue;
		}

		for (const [name, range] of Object.entries(peerDependencies)) {
			const isOptional = peerDependenciesMeta[name]?.optional === true;
			const found = packages[nearest(path, name, packages)]?.version;
			report(violations, { dependent: `${nameOf(path)}@${version}`, name, range, found, isOptional });
		}
	}

	return { type: 'solved', packages: Object.keys(packages).length - 1, violations };
}

/** Checks each peer of a pnpm lock: the version that the snapshot of the dependent names for it. */
export function violationsOfPnpm({ packages, snapshots }: PnpmLock): RivalAnswer {
	const violations: string[] = [];
	for (const [id, { dependencies = {}, optionalDependencies = {} }] of Object.entries(snapshots)) {
		const dependent = withoutPeers(id);
		const { peerDependencies = {}, peerDependenciesMeta = {} } = packages[dependent] ?? {};
		for (const [name, range] of Object.entries(peerDependencies)) {
			const isOptional = peerDependenciesMeta[name]?.optional === true;
			const text = dependencies[name] ?? optionalDependencies[name];
			const found = text === undefined ? undefined : withoutPeers(text).replace(/^.+@/u, '');
			report(violations, { dependent, name, range, found, isOptional });
		}
	}

	return { type: 'solved', packages: Object.keys(snapshots).length, violations };
}

function report(
	violations: string[],
	peer: {
		readonly dependent: string;
		readonly name: string;
		readonly range: string;
		readonly found: string | undefined;
		readonly isOptional: boolean;
	},
): void {
	const { dependent, name, range, found, isOptional } = peer;
	const isRight = found === undefined ? isOptional : range.trim() === '*' || semver.satisfies(found, range, { loose: true });
	if (!isRight) {
		violations.push(`${dependent} needs ${name}@${range} and gets ${found ?? 'nothing'}`);
	}
}

function nearest(path: string, name: string, packages: NpmLock['packages']): string {
	for (let at = path; ; at = at.slice(0, Math.max(0, at.lastIndexOf('node_modules/') - 1))) {
		// A package does not find its peer among its own dependencies' copies unless it has one, which npm would have put there for it.
		const candidate = at === '' ? `node_modules/${name}` : `${at}/node_modules/${name}`;
		if (packages[candidate] !== undefined || at === '') {
			return candidate;
		}
	}
}

function nameOf(path: string): string {
	return path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
}

function withoutPeers(id: string): string {
	const parenthesis = id.indexOf('(');
	return parenthesis === -1 ? id : id.slice(0, parenthesis);
}
