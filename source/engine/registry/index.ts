export { createRegistryClient } from './create-registry-client.ts';
export { lazyRegistryClient } from './lazy-registry-client.ts';
export type { LazyRegistryClient } from './lazy-registry-client.ts';
export { editNpmrc } from './configuration/edit-npmrc.ts';
export { readNpmConfiguration } from './configuration/npm-configuration.ts';
export type { RegistrySource } from './configuration/npm-configuration.ts';
export { parseRegistryUrl } from './configuration/registry-url.ts';
export { examineRegistries } from './examine-registries.ts';
export type { ExaminedRegistry, RegistryAnswer } from './examine-registries.ts';
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
