import type { Permission } from '../../permission.ts';
import { done, failed, type CapabilityOutcome } from './capability.ts';
import type { Gate } from './gate.ts';

/** `env.get`: one variable by its exact name; null when it is not set. */
export function readEnvironment(
	name: unknown,
	{ gate, environment }: { readonly gate: Gate; readonly environment: Readonly<Record<string, string | undefined>> },
): CapabilityOutcome {
	if (typeof name !== 'string' || !/^[A-Za-z_][A-Za-z0-9_]{0,127}$/.test(name)) {
		return failed('ERR_INVALID_ARGUMENT', 'The name of an environment variable is letters, digits and underscores.');
	}

	const permission: Permission = { type: 'env', name, reason: '' };
	if (!gate.allows(permission)) {
		return {
			type: 'denied',
			permission,
			rule: 'not-granted',
			resource: name,
			text: `Reading the environment variable ${name} was not granted.`,
		};
	}

	return done(Object.hasOwn(environment, name) ? (environment[name] ?? null) : null);
}
