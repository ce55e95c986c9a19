import { MirrorError } from '../mirror-error.ts';

/**
 * Which source a name belongs to: exactly one. A local name is never looked up at the upstream, even when it is missing here; that is
 * what makes dependency confusion impossible.
 */
export type NameSources = {
	sourceOf(name: string): 'local' | 'upstream';
	/** Patterns of the names that this mirror itself publishes and signs. */
	readonly localNames: readonly string[];
};

export function createNameSources(options: { readonly localScopes: readonly string[]; readonly hasUpstream: boolean }): NameSources {
	if (!options.hasUpstream) {
		return { sourceOf: () => 'local', localNames: ['*'] };
	}

	const scopes = new Set<string>();
	const names = new Set<string>();
	for (const pattern of options.localScopes) {
		const scope = /^(@[a-z0-9~-][a-z0-9._~-]*)\/\*$/u.exec(pattern)?.[1];
		if (scope === undefined && !/^(?:@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/u.test(pattern)) {
			throw new MirrorError(400, 'name-invalid', `"${pattern}" is neither @scope/* nor a package name.`);
		}

		if (scope === undefined) {
			names.add(pattern);
		} else {
			scopes.add(scope);
		}
	}

	return {
		sourceOf(name) {
			// Case is ignored so that @Examples/a cannot slip past @examples/* to the upstream.
			const lower = name.toLowerCase();
			return names.has(lower) || scopes.has(lower.slice(0, Math.max(0, lower.indexOf('/')))) ? 'local' : 'upstream';
		},
		localNames: [...options.localScopes],
	};
}
