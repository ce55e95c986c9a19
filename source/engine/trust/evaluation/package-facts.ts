import type { PackageScan, Quality } from '../../scan.ts';
import { statedLicence } from '../../stated-licence.ts';
import { stripToLine } from '../../strip-controls.ts';

type Json = Readonly<Record<string, unknown>>;
export type PackageFile = {
	/** Relative to the package root, with `/`. */
	readonly path: string;
	/** Bytes. */
	readonly size: number;
	readonly executable: boolean;
};

const INSTALL_SCRIPTS = ['preinstall', 'install', 'postinstall', 'prepare'] as const;
const LONGEST_COMMAND = 200;
const TEST_FILE = /(?:^|\/)(?:tests?|__tests__|spec)\/|[.-](?:test|spec)\.[cm]?[jt]sx?$/;

/** What package.json and the list of files tell about installing. `prepare` counts only where a registry package carries nothing else. */
export function installFacts(
	packageJson: unknown,
	files: readonly PackageFile[],
): Pick<PackageScan, 'installScripts' | 'hasImplicitBuild' | 'licence'> {
	const manifest = asObject(packageJson);
	const scripts = asObject(manifest['scripts']);
	// npm runs `prepare` for folders and git dependencies only, never for a package from a registry.
	const installScripts = INSTALL_SCRIPTS.filter((name) => name !== 'prepare').flatMap((name) => {
		const command = scripts[name];
		return typeof command === 'string' ? [{ name, command: stripToLine(command).slice(0, LONGEST_COMMAND) }] : [];
	});
	const isBuilt = installScripts.some(({ name }) => name !== 'postinstall');
	return {
		installScripts,
		hasImplicitBuild: !isBuilt && manifest['gypfile'] !== false && files.some(({ path }) => path === 'binding.gyp'),
		licence: statedLicence(manifest),
	};
}

/** Measured on the files, whatever the package says of itself. */
export function qualityOf(packageJson: unknown, files: readonly PackageFile[], minifiedFiles: number): Quality {
	const manifest = asObject(packageJson);
	return {
		hasTests: files.some(({ path }) => TEST_FILE.test(path)),
		hasTypes: files.some(({ path }) => /\.d\.[cm]?ts$/.test(path)),
		readmeBytes: files.find(({ path }) => /^readme(?:\.|$)/i.test(path))?.size ?? 0,
		hasLicenceFile: files.some(({ path }) => /^(?:licen[cs]e|copying|unlicense)/i.test(path)),
		fileCount: files.length,
		unpackedBytes: files.reduce((sum, { size }) => sum + size, 0),
		dependencyCount:
			Object.keys(asObject(manifest['dependencies'])).length + Object.keys(asObject(manifest['optionalDependencies'])).length,
		minifiedFiles,
	};
}

/** Programs that package.json installs; they need no extension to be source. */
export function programsOf(packageJson: unknown): ReadonlySet<string> {
	const { bin } = asObject(packageJson);
	const paths = typeof bin === 'string' ? [bin] : Object.values(asObject(bin));
	return new Set(paths.flatMap((path) => (typeof path === 'string' ? [path.replace(/^\.?\//, '')] : [])));
}

function asObject(value: unknown): Json {
	return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
}
