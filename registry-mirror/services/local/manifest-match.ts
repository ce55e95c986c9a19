import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { MirrorError } from '../../mirror-error.ts';
import type { JsonObject } from '../../storage/index.ts';
import { bareName } from '../package-name.ts';
import { objectOrEmpty } from '../package-document.ts';

const MAP_FIELDS = ['peerDependencies', 'peerDependenciesMeta', 'engines', 'plugward'] as const;
const LIST_FIELDS = ['os', 'cpu', 'libc'] as const;
const INSTALL_SCRIPTS = ['preinstall', 'install', 'postinstall', 'prepare'] as const;

/**
 * Refuses a packument manifest that says other than the package.json inside the tarball: installers read the one and run the other.
 * Both sides are first brought to one form, since clients normalise what they send. Throws 422 naming the field.
 */
export function requireSameManifest(sent: JsonObject, packed: { readonly packageJson: JsonObject; readonly hasBindingGyp: boolean }): void {
	const left = canonical(sent);
	const right = canonical(packed.packageJson);
	if (packed.hasBindingGyp && right['script install'] === undefined && right['script preinstall'] === undefined) {
		// npm adds this to what it sends, as it would run it.
		right['script install'] = left['script install'] === 'node-gyp rebuild' ? 'node-gyp rebuild' : undefined;
	}

	for (const field of Object.keys(left)) {
		if (!isDeepStrictEqual(left[field], right[field])) {
			throw new MirrorError(
				422,
				'tarball-mismatch',
				`The manifest and the tarball's package.json disagree about ${field}: expected ${show(right[field])}, got ${show(left[field])}.`,
			);
		}
	}
}

function canonical(manifest: JsonObject): Record<string, unknown> {
	const optional = objectOrEmpty(manifest['optionalDependencies']);
	const dependencies = Object.entries(objectOrEmpty(manifest['dependencies'])).filter(([name]) => !Object.hasOwn(optional, name));
	const scripts = objectOrEmpty(manifest['scripts']);
	return {
		name: trimmed(manifest['name']),
		// npm cleans "v1.0.0" before it sends; the version sent was already checked to be clean.
		version: String(trimmed(manifest['version'])).replace(/^[=v]+/u, ''),
		dependencies: Object.fromEntries(dependencies),
		optionalDependencies: optional,
		...Object.fromEntries(MAP_FIELDS.map((field) => [field, objectOrEmpty(manifest[field])])),
		...Object.fromEntries(LIST_FIELDS.map((field) => [field, listOf(manifest[field])])),
		bundleDependencies: bundleOf(manifest, dependencies),
		bin: binOf(manifest),
		...Object.fromEntries(INSTALL_SCRIPTS.map((script) => [`script ${script}`, scriptOf(scripts[script])])),
	};
}

function bundleOf(manifest: JsonObject, dependencies: readonly (readonly [string, unknown])[]): readonly unknown[] {
	const bundle = manifest['bundleDependencies'] ?? manifest['bundledDependencies'];
	return bundle === true ? dependencies.map(([name]) => name) : listOf(bundle === false ? [] : bundle);
}

function binOf(manifest: JsonObject): JsonObject {
	const { bin } = manifest;
	const entries = typeof bin === 'string' ? { [bareName(String(manifest['name']))]: bin } : objectOrEmpty(bin);
	return Object.fromEntries(
		// Installers drop a scope from the name of a command, and some clients send it with the scope.
		Object.entries(entries).map(([name, file]) => [
			path.posix.basename(name),
			typeof file === 'string' ? path.posix.join('/', file).slice(1) : file,
		]),
	);
}

/** npm strips the folder of the project's own binaries from scripts. */
function scriptOf(script: unknown): unknown {
	return typeof script === 'string' ? script.replace(/^(?:\.\/)?node_modules\/\.bin\//u, '') : undefined;
}

function listOf(value: unknown): readonly unknown[] {
	return Array.isArray(value) ? value : value === undefined || value === null ? [] : [value];
}

function trimmed(value: unknown): unknown {
	return typeof value === 'string' ? value.trim() : value;
}

function show(value: unknown): string {
	return (JSON.stringify(value) ?? 'nothing').slice(0, 200);
}
