import { takeFreshHost, takeNativeHost, type TakeHost } from './host-link.ts';
import { nativeOpenings } from './native-openings.ts';
import type { RunPluginRequest } from './run-request.ts';
import { USUAL_RULES } from './sandbox-rules.ts';

type Run = Pick<RunPluginRequest, 'manifest' | 'grants' | 'roots' | 'forbiddenPaths' | 'rules'>;

/** Whether it runs outside of an isolate. That it may is for whoever makes the request to know. */
export function isNative({ manifest }: Pick<Run, 'manifest'>): boolean {
	return manifest?.runtime === 'native';
}

/** A process of its own for one plugin, with or without an isolate in it. */
export function ownHost(run: Run): TakeHost {
	return isNative(run) ? takeNativeHost(run.rules ?? USUAL_RULES, () => nativeOpenings(run)) : takeFreshHost(run.rules);
}

/** For the audit log. */
export function runtimeOf(run: Pick<Run, 'manifest'>): { readonly runtime?: 'native' } {
	return isNative(run) ? { runtime: 'native' } : {};
}
