import type { RegistryCalls } from '../../source/engine/registry-calls.ts';
import type { ExaminedRegistry } from '../../source/engine/registry/index.ts';

/** Registries in memory: the default one answers, the one of a scope does not. */
export function sampleRegistryCalls(calls: string[]): RegistryCalls {
	let all: readonly ExaminedRegistry[] = [
		{
			scope: null,
			url: 'http://127.0.0.1:4873/',
			source: 'user',
			hasCredentials: false,
			answer: { type: 'answered', milliseconds: 12, status: 200, hasSearch: true, hasKeys: false },
		},
		{
			scope: '@acme',
			url: 'https://npm.acme.example/',
			source: 'user',
			hasCredentials: true,
			answer: { type: 'silent', text: 'https://npm.acme.example/ does not answer.' },
		},
	];
	const withCredentials = (registry: string | null, hasCredentials: boolean): string => {
		all = all.map((one) => (one.scope === registry ? { ...one, hasCredentials } : one));
		return all.find((one) => one.scope === registry)?.url ?? '';
	};
	return {
		list: async () => all,
		async set({ scope, url }) {
			calls.push(`registry set ${scope ?? 'default'} ${url}`);
			all = [
				...all.filter((one) => one.scope !== scope),
				{ scope, url, source: 'user', hasCredentials: false, answer: { type: 'not-asked' } },
			];
		},
		async remove(scope) {
			calls.push(`registry remove ${scope ?? 'default'}`);
			all = all.filter((one) => one.scope !== scope);
		},
		async signIn({ registry }) {
			// The token itself is nobody's business, also not of a test that prints what was called.
			calls.push(`registry login ${registry ?? 'default'}`);
			return withCredentials(registry, true);
		},
		async signOut(registry) {
			calls.push(`registry logout ${registry ?? 'default'}`);
			return withCredentials(registry, false);
		},
	};
}
