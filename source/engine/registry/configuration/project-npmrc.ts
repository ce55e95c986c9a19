import { EngineError } from '../../errors.ts';
import { stripToLine } from '../../strip-controls.ts';
import type { RegistryNotice } from '../registry-client.ts';

const REGISTRY_KEY = /^(?:@[a-z0-9~-][a-z0-9~._-]*:)?registry$/i;
/** Settings that hold a secret, or decide who is trusted or what is read on the way to a registry. */
const WITHHELD = new Set([
	'_auth',
	'_authtoken',
	'_password',
	'username',
	'email',
	'otp',
	'cert',
	'key',
	'certfile',
	'keyfile',
	'ca',
	'cafile',
	'strict-ssl',
	'proxy',
	'http-proxy',
	'https-proxy',
	'noproxy',
	'local-address',
	'replace-registry-host',
	'userconfig',
	'globalconfig',
	'prefix',
]);

/**
 * Decides what of a project's .npmrc counts. `settings` are the file's lines as written, with nothing expanded. Registries count; a
 * `${VAR}` in one is refused, since leaving the line out would silently ask another registry. Everything that could carry or redirect a
 * secret is left out with a notice; the rest does not concern a registry client.
 */
export function filterProjectSettings(settings: Readonly<Record<string, unknown>>): {
	readonly registries: ReadonlyMap<string, string>;
	readonly notices: readonly RegistryNotice[];
} {
	const registries = new Map<string, string>();
	const notices: RegistryNotice[] = [];
	for (const [key, value] of Object.entries(settings)) {
		const expands = key.includes('${') || (typeof value === 'string' && value.includes('${'));
		if (REGISTRY_KEY.test(key) && typeof value === 'string') {
			if (expands) {
				throw new EngineError(
					'settings-invalid',
					`The project's .npmrc uses \${...} in "${key}"; a project may not read the environment.`,
					{
						hint: `Write the registry out, or move the line into ~/.npmrc.`,
					},
				);
			}

			registries.set(key, value);
		} else if (key.startsWith('//') || WITHHELD.has(key.toLowerCase()) || expands) {
			notices.push({
				severity: 'warning',
				code: 'npmrc-project-setting-ignored',
				text: `"${stripToLine(key)}" in the project's .npmrc is ignored: only your own .npmrc may hold credentials, certificates, proxies or \${...}.`,
			});
		}
	}

	return { registries, notices };
}
