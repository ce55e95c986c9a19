import semver from 'semver';

const MAXIMUM_NAME_LENGTH = 214;
const MAXIMUM_VERSION_LENGTH = 256;
// Upper case is allowed because old packages on public registries have it. Every accepted name is a safe path segment.
const NAME_PATTERN = /^(?:@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/iu;
const TAG_PATTERN = /^[a-z0-9][a-z0-9._-]{0,127}$/iu;
const RESERVED = new Set(['node_modules', 'favicon.ico']);

export function isPackageName(name: string): boolean {
	return name.length <= MAXIMUM_NAME_LENGTH && NAME_PATTERN.test(name) && !RESERVED.has(name.toLowerCase());
}

/** What may be published here: lower case only, as npm asks of new packages. */
export function isPublishableName(name: string): boolean {
	return isPackageName(name) && name === name.toLowerCase();
}

export function isVersion(text: string): boolean {
	return text.length <= MAXIMUM_VERSION_LENGTH && semver.valid(text) === text;
}

/** A tag must not read as a version or range, or `name@tag` would be ambiguous. */
export function isDistTag(text: string): boolean {
	return TAG_PATTERN.test(text) && semver.validRange(text) === null;
}

/** The name without its scope; tarball files start with it. */
export function bareName(name: string): string {
	return name.slice(name.indexOf('/') + 1);
}

export function tarballFileName(name: string, version: string): string {
	return `${bareName(name)}-${version}.tgz`;
}

/** The version in a tarball's file name, or null when the file does not belong to the package. */
export function versionOfTarball(name: string, file: string): string | null {
	const prefix = `${bareName(name)}-`;
	if (!file.startsWith(prefix) || !file.endsWith('.tgz')) {
		return null;
	}

	const version = file.slice(prefix.length, -'.tgz'.length);
	return isVersion(version) ? version : null;
}
