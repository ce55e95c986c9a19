/**
 * The registry mirror's only door into the engine: pure checks and formats that both programs must agree on. It holds re-exports and
 * nothing else, and nothing of it opens a home.
 */
export { closeToDebugger } from './close-to-debugger.ts';
export { EngineError } from './errors.ts';
export { ARCHIVE_LIMITS, scanArchive } from './home/index.ts';
export { hexOfIntegrity, integrityOfDigest, parseIntegrity } from './integrity.ts';
export { parsePluginManifest } from './parse-manifest.ts';
export { encodeCatalogueEnd, encodeCatalogueGone, encodeCatalogueHead, encodeCatalogueRow } from './package-search/index.ts';
export { stripToLine } from './strip-controls.ts';
export { loadTrustRoots, verifyAnyStatement } from './trust/index.ts';
