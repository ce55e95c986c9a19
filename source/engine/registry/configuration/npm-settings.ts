import { readFileSync } from 'node:fs';
import type { Definition, TypeDefinitions } from '@npmcli/config';

/** Flat options of a request, in the names that npm-registry-fetch knows. */
type FlatOptions = Record<string, unknown>;

/**
 * The settings of npm that are read here, as npm defines them. It has seven times as many, and making all of their definitions takes
 * longer than everything else that a list of what is installed does.
 */
export function npmSettings({ path, url }: TypeDefinitions): Readonly<Record<string, Definition>> {
	return {
		// Which files there are.
		cafile: { type: path.type, default: null },
		global: { type: Boolean, default: false },
		globalconfig: { type: path.type, default: '' },
		location: { type: ['global', 'user', 'project'], default: 'user' },
		prefix: { type: path.type, default: '' },
		userconfig: { type: path.type, default: '~/.npmrc' },
		workspace: { type: [String, Array], default: [] },
		workspaces: { type: [null, Boolean], default: null },
		// Whom to ask, and how.
		ca: { type: [null, String, Array], default: null },
		cert: { type: [null, String], default: null },
		'fetch-retries': { type: Number, default: 2 },
		'fetch-timeout': { type: Number, default: 300_000 },
		'https-proxy': { type: [null, url.type], default: null },
		key: { type: [null, String], default: null },
		'local-address': { type: [null], default: null },
		noproxy: { type: [String, Array], default: '' },
		proxy: { type: [null, false, url.type], default: null },
		registry: { type: url.type, default: 'https://registry.npmjs.org/' },
		'strict-ssl': { type: Boolean, default: true },
	};
}

/** What keys of an .npmrc may belong to a registry and not to npm as a whole. */
export const OF_ONE_REGISTRY: readonly string[] = ['_auth', '_authToken', '_password', 'certfile', 'email', 'keyfile', 'username'];

const FLAT_NAMES: Readonly<Record<string, string>> = {
	ca: 'ca',
	cert: 'cert',
	'https-proxy': 'httpsProxy',
	key: 'key',
	'local-address': 'localAddress',
	proxy: 'proxy',
	'strict-ssl': 'strictSSL',
};

/** Adds what one file, or the environment, says to what the weaker ones said. */
export function flattenSettings(settings: Readonly<Record<string, unknown>>, flat: FlatOptions = {}): FlatOptions {
	for (const [key, value] of Object.entries(settings)) {
		const name = FLAT_NAMES[key];
		if (name !== undefined) {
			flat[name] = value;
		} else if (key === 'noproxy') {
			flat['noProxy'] = Array.isArray(value) ? value.join(',') : value;
		} else if (key === 'cafile') {
			flat['ca'] = authoritiesIn(value) ?? flat['ca'];
		} else if (key.startsWith('//')) {
			flat[key] = value;
		}
	}

	return flat;
}

const END_OF_CERTIFICATE = '-----END CERTIFICATE-----';

/** The certificates of a file; null without one. */
function authoritiesIn(file: unknown): readonly string[] | null {
	if (typeof file !== 'string' || file === '') {
		return null;
	}

	const text = readIfThere(file).replaceAll('\r\n', '\n');
	const parts = text.split(END_OF_CERTIFICATE).filter((part) => part.trim() !== '');
	return text === '' ? null : parts.map((part) => part.trimStart() + END_OF_CERTIFICATE);
}

function readIfThere(file: string): string {
	try {
		return readFileSync(file, 'utf8');
	} catch (error) {
		if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
			return '';
		}

		throw error;
	}
}
