const MAXIMUM_LENGTH = 214;
// What the public registry ever accepted: old packages have capitals and the characters ~'!()*, new ones do not.
const PATTERN = /^(?:@[A-Za-z0-9~'!()*-][A-Za-z0-9~'!()*._-]*\/)?[A-Za-z0-9~'!()*-][A-Za-z0-9~'!()*._-]*$/;
const RESERVED = new Set(['node_modules', 'favicon.ico']);

/** True for a name that a registry may serve, by npm's rules for old packages. Rules out paths, control characters and `__proto__`. */
export function isPackageName(name: string): boolean {
	return name.length <= MAXIMUM_LENGTH && PATTERN.test(name) && !RESERVED.has(name.toLowerCase());
}

/** The name as one segment of a URL: the slash of a scope is escaped, the @ is not. */
export function escapePackageName(name: string): string {
	return name.replace('/', '%2f');
}

/** `@scope` of a scoped name, else null. */
export function scopeOf(name: string): string | null {
	const slash = name.indexOf('/');
	return name.startsWith('@') && slash > 0 ? name.slice(0, slash) : null;
}
