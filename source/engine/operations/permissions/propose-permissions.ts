import { type Permission, permissionId } from '../../permission.ts';
import { isCovered } from '../../sandbox/index.ts';

/** From how many files of one folder, or folders of one parent, on a pattern takes the place of their names. */
const ENOUGH = 3;

export type Proposal = {
	readonly permissions: readonly Permission[];
	readonly unneeded: readonly Permission[];
};

/**
 * The permissions that allow all that was wanted: those declared that cover something of it stay as they are, and for the rest there are new
 * ones, as narrow as one run can tell. Pure.
 */
export function proposePermissions({
	declared,
	wanted,
}: {
	readonly declared: readonly Permission[];
	readonly wanted: readonly Permission[];
}): Proposal {
	const needed = declared.filter((permission) => wanted.some((one) => isCovered(one, [permission])));
	const missing = wanted.filter((one) => !isCovered(one, declared));
	return {
		permissions: [...needed, ...generalise(missing)],
		unneeded: declared.filter((permission) => !needed.includes(permission)),
	};
}

function generalise(missing: readonly Permission[]): readonly Permission[] {
	return [
		...joinMethods(missing.filter((one) => one.type === 'net')),
		...(['read', 'write'] as const).flatMap((access) =>
			joinPaths(missing.flatMap((one) => (one.type === 'fs' && one.access === access ? [one.path] : []))).map((path): Permission => ({
				type: 'fs',
				path,
				access,
				reason: '',
			})),
		),
		...missing.filter((one) => one.type !== 'net' && one.type !== 'fs'),
	].toSorted((a, b) => (permissionId(a) < permissionId(b) ? -1 : 1));
}

type NetPermission = Extract<Permission, { readonly type: 'net' }>;

function joinMethods(wanted: readonly NetPermission[]): readonly Permission[] {
	const hosts = Map.groupBy(wanted, ({ host, port }) => `${host}:${port}`);
	return [...hosts.values()].flatMap((group) => {
		const [first] = group;
		if (first === undefined) {
			return [];
		}

		const { host, port } = first;
		const methods = group.every((one) => one.methods !== undefined) ? group.flatMap((one) => one.methods ?? []) : null;
		return [{ type: 'net', host, port, ...(methods === null ? {} : { methods: [...new Set(methods)].toSorted() }), reason: '' } as const];
	});
}

/** `a/1.txt`, `a/2.txt`, `a/3.txt` -> `a/*.txt`; three such folders of one parent -> `parent/**`. Names with a dot in front stay. */
export function joinPaths(paths: readonly string[]): readonly string[] {
	const inFolders = [...groupByParent(paths)].flatMap(([folder, names]) => joinNames(folder, names));
	const patterns = inFolders.filter((path) => path.includes('*'));
	const roots = [...groupByParent([...new Set(patterns.map((path) => parentOf(path)))])]
		.filter(([parent, folders]) => folders.length >= ENOUGH && parent.includes('/'))
		.map(([parent]) => `${parent}/**`);
	const rest = inFolders.filter((path) => !roots.some((root) => isBelow(path, root)));
	return [...new Set([...roots, ...rest])];
}

function joinNames(folder: string, names: readonly string[]): readonly string[] {
	const plain = [...new Set(names.filter((name) => !name.startsWith('.')))];
	const exact = names.filter((name) => name.startsWith('.')).map((name) => `${folder}/${name}`);
	if (plain.includes('*')) {
		return [`${folder}/*`, ...exact];
	}

	if (plain.length < ENOUGH) {
		return [...plain.map((name) => `${folder}/${name}`), ...exact];
	}

	const endings = new Set(plain.map((name) => /\.[A-Za-z0-9]+$/.exec(name)?.[0] ?? ''));
	const [ending = ''] = endings;
	return [`${folder}/*${endings.size === 1 ? ending : ''}`, ...exact];
}

function groupByParent(paths: readonly string[]): ReadonlyMap<string, readonly string[]> {
	const groups = Map.groupBy(paths, (path) => parentOf(path));
	return new Map([...groups].map(([parent, members]) => [parent, members.map((path) => path.slice(parent.length + 1))]));
}

function parentOf(path: string): string {
	return path.slice(0, path.lastIndexOf('/'));
}

function isBelow(path: string, root: string): boolean {
	return isCovered({ type: 'fs', path, access: 'read', reason: '' }, [{ type: 'fs', path: root, access: 'read', reason: '' }]);
}
