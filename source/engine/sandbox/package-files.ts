import { stripToLine } from '../strip-controls.ts';
import { failed, done, type CapabilityOutcome } from './broker/capability.ts';

const ROOT = '/plugward-package/node_modules';

export type PackageFile = { readonly path: string; readonly sizeBytes: number };

/** The published files of the packages in a bundle: by the name the bundle knows the package by, and the path inside it. */
export type PackageFiles = {
	/** Names of the packages. */
	readonly names: readonly string[];
	/** All files of one package; none for a name that is not there. */
	readonly list: (name: string) => Promise<readonly PackageFile[]>;
	readonly read: (name: string, path: string) => Promise<Uint8Array>;
};

export const NO_FILES: PackageFiles = { names: [], list: async () => [], read: async () => new Uint8Array(0) };

/** Answers `package.read`, `package.stat` and `package.list`; null for every other operation. What was published needs no grant. */
export async function answerPackageCall(
	files: PackageFiles,
	{ operation, args }: { readonly operation: string; readonly args: Readonly<Record<string, unknown>> },
): Promise<string | null> {
	if (!operation.startsWith('package.')) {
		return null;
	}

	const outcome = await perform(files, operation, args['path']);
	return JSON.stringify(
		outcome.type === 'done'
			? { value: outcome.value }
			: { error: { code: outcome.type === 'failed' ? outcome.code : 'ENOENT', message: outcome.text } },
	);
}

async function perform(files: PackageFiles, operation: string, path: unknown): Promise<CapabilityOutcome> {
	const place = typeof path === 'string' ? locate(files, path) : null;
	if (place === null) {
		return failed('ENOENT', `${stripToLine(String(path)).slice(0, 200)} is no file of a package.`);
	}

	const all = place.name === null ? files.names.map((name) => ({ path: `${name}/`, sizeBytes: 0 })) : await files.list(place.name);
	const prefix = place.path === '' ? '' : `${place.path}/`;
	const file = all.find((one) => one.path === place.path);
	const below = all.filter((one) => one.path.startsWith(prefix));
	if (file === undefined && below.length === 0) {
		return failed('ENOENT', `${stripToLine(place.path).slice(0, 200)} is no file of the package.`);
	}

	switch (operation) {
		case 'package.read':
			return file === undefined || place.name === null
				? failed('EISDIR', 'It is a folder.')
				: done(Buffer.from(await files.read(place.name, file.path)).toString('base64'));
		case 'package.stat':
			return done({ type: file === undefined ? 'folder' : 'file', sizeBytes: file?.sizeBytes ?? 0, modifiedAt: new Date(0).toISOString() });
		case 'package.list':
			return file === undefined ? done(entriesOf(below, prefix)) : failed('ENOTDIR', 'It is a file.');
		default:
			return failed('ERR_UNKNOWN_OPERATION', 'Packages can be read and listed only.');
	}
}

type Place = { readonly name: string | null; readonly path: string };

/** Null outside of every package; the name is null for the folders above them. */
function locate({ names }: PackageFiles, path: string): Place | null {
	if (path === '/plugward-package') {
		return { name: null, path: '' };
	}

	const inside = path === ROOT ? '' : path.startsWith(`${ROOT}/`) ? path.slice(ROOT.length + 1) : null;
	if (inside === null) {
		return null;
	}

	const name = names.find((candidate) => inside === candidate || inside.startsWith(`${candidate}/`));
	return name === undefined ? { name: null, path: inside } : { name, path: inside.slice(name.length + 1) };
}

function entriesOf(below: readonly PackageFile[], prefix: string): readonly { readonly name: string; readonly type: 'file' | 'folder' }[] {
	const entries = new Map<string, 'file' | 'folder'>();
	for (const { path } of below) {
		const rest = path.slice(prefix.length);
		const slash = rest.indexOf('/');
		entries.set(slash === -1 ? rest : rest.slice(0, slash), slash === -1 ? 'file' : 'folder');
	}

	return [...entries].map(([name, type]) => ({ name, type })).toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
