import type { SandboxRules } from '../../sandbox/index.ts';
import type { EngineContext } from '../engine-context.ts';

/** How plugins are walled in: what the policy wants, and what this run wants beyond it. */
export function sandboxRules({
	options,
	policy,
}: Pick<EngineContext, 'options'> & { readonly policy?: EngineContext['policy'] }): SandboxRules {
	const { strict = false, jitless = false } = options.sandbox ?? {};
	return {
		isStrict: strict || policy?.sandbox.strict === true,
		isJitless: jitless || policy?.sandbox.jitless === true,
		searchPath: options.environment['PATH'],
	};
}
