import { EngineError } from '../../errors.ts';
import type { Level } from '../../evidence.ts';
import type { PluginManifest } from '../../manifest.ts';
import { stripToLine } from '../../strip-controls.ts';

export type RuntimeQuestion = {
	readonly name: string;
	readonly version: string;
	readonly level: Level;
	readonly manifest: PluginManifest | null;
};

/** For whoever lists a plugin: said only of those that run outside of an isolate. */
export function runtimeLabel(manifest: PluginManifest | null): { readonly runtime?: 'native' } {
	return manifest?.runtime === 'native' ? { runtime: 'native' } : {};
}

/** Throws `policy-refused` for a plugin that wants to run outside of the isolate and is not of level core. */
export function requireRuntimeAllowed({ name, version, level, manifest }: RuntimeQuestion): void {
	if (manifest?.runtime === 'native' && level !== 'core') {
		throw new EngineError('policy-refused', nativeRefusal({ name, version, level }), {
			hint: "Only what a signed core list of your organisation's policy names, and what was built as it says, is of level core.",
		});
	}
}

export function nativeRefusal({ name, version, level }: Omit<RuntimeQuestion, 'manifest'>): string {
	return `${stripToLine(name)}@${version} wants to run outside of the isolate ("runtime": "native"), which only a plugin of level core may; it is ${level}.`;
}
