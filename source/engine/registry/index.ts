export { createRegistryClient } from './create-registry-client.ts';
export { lazyRegistryClient } from './lazy-registry-client.ts';
export type { LazyRegistryClient } from './lazy-registry-client.ts';
export { isPackageName } from './package-name.ts';
export { readUpstream } from './configuration/read-upstream.ts';
export type {
	AttestationsAnswer,
	KnownPackage,
	RegistryClient,
	RegistryClientOptions,
	RegistryKey,
	RegistryNotice,
	RegistryProbe,
	RegistrySearchRequest,
	RegistrySearchResult,
	TarballStream,
} from './registry-client.ts';
