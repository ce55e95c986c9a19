import { homedir } from 'node:os';
import { join } from 'node:path';
import type Config from '@npmcli/config';
import { EngineError, toEngineError } from '../../errors.ts';
import { filterProjectSettings } from './project-npmrc.ts';
import type { RegistryClientOptions, RegistryNotice } from '../registry-client.ts';
import { flattenSettings, npmSettings, OF_ONE_REGISTRY } from './npm-settings.ts';
import { isLoopback, parseRegistryUrl } from './registry-url.ts';

const DEFAULT_TIMEOUT_MILLISECONDS = 30_000;
const DEFAULT_RETRIES = 2;
/** Options of npm's flattened configuration that a request needs, besides the credentials. */
const CONNECTION_OPTIONS = ['ca', 'cert', 'key', 'strictSSL', 'localAddress'] as const;

/** `option` is `--registry`, or the setting of that name. */
export type RegistrySource = 'option' | 'project' | 'environment' | 'user' | 'global' | 'default';

/** What .npmrc files, environment and command line say, reduced to what a registry client needs. */
export type NpmConfiguration = {
	readonly defaultRegistry: string;
	/** `@scope` -> registry. */
	readonly scopes: ReadonlyMap<string, string>;
	/** Who says so, by scope; the default registry under the empty one. */
	readonly sources: ReadonlyMap<string, RegistrySource>;
	/** The user's own .npmrc: an absolute path, whether it exists or not. */
	readonly userFile: string;
	/** In the form npm-registry-fetch takes; holds the credentials, each bound to its host and path. Never logged. */
	readonly requestOptions: Readonly<Record<string, unknown>>;
	readonly proxy: { readonly http: string | null; readonly https: string | null; readonly except: string | null };
	/** How long a silent connection is waited for. */
	readonly timeoutMilliseconds: number;
	/** Attempts after the first. */
	readonly retries: number;
};

type LoadedConfig = {
	readonly flat: Readonly<Record<string, unknown>>;
	/** Settings with the kind of source that won: `env`, `user`, `global`, `default`. */
	readonly find: (key: string) => { readonly value: unknown; readonly source: string | null };
	readonly scopeRegistries: ReadonlyMap<string, { readonly url: string; readonly source: string }>;
	readonly userFile: string;
};

/**
 * Reads npm's configuration. The project's file is read apart from the rest, without an environment, and only its registries are taken:
 * a cloned repository must neither bring credentials, nor read the environment, nor change who is trusted on the way to a registry.
 */
export async function readNpmConfiguration(
	options: Pick<RegistryClientOptions, 'cwd' | 'environment' | 'registry' | 'onNotice'>,
): Promise<NpmConfiguration> {
	const { trusted, project } = await loadConfigs(options);
	const { registries, notices } = filterProjectSettings(project);
	for (const notice of [...notices, ...unscopedCredentials(trusted)]) {
		options.onNotice(notice);
	}

	const scopes = new Map([...trusted.scopeRegistries].map(([scope, { url }]) => [scope, parseRegistryUrl(url, scope)]));
	const sources = new Map([...trusted.scopeRegistries].map(([scope, { source }]) => [scope, sourceOf(source)]));
	sources.set('', defaultSource(options.registry, registries.has('registry'), trusted));
	for (const [key, url] of registries) {
		const scope = key.slice(0, -':registry'.length);
		if (key !== 'registry' && trusted.scopeRegistries.get(scope)?.source !== 'env') {
			scopes.set(scope, projectRegistry(key, url, trusted));
			sources.set(scope, 'project');
		}
	}

	const requestOptions: Record<string, unknown> = {};
	for (const [key, value] of Object.entries(trusted.flat)) {
		if (key.startsWith('//') || CONNECTION_OPTIONS.some((name) => name === key)) {
			requestOptions[key] = value;
		}
	}

	return {
		defaultRegistry: chooseDefaultRegistry(options.registry, registries.get('registry'), trusted),
		scopes,
		sources,
		userFile: trusted.userFile,
		requestOptions,
		proxy: chooseProxy(trusted.flat, options.environment),
		timeoutMilliseconds: explicitNumber(trusted, 'fetch-timeout') ?? DEFAULT_TIMEOUT_MILLISECONDS,
		retries: explicitNumber(trusted, 'fetch-retries') ?? DEFAULT_RETRIES,
	};
}

function chooseDefaultRegistry(override: string | null, ofProject: string | undefined, trusted: LoadedConfig): string {
	if (override !== null) {
		return parseRegistryUrl(override, '--registry');
	}

	const { value, source } = trusted.find('registry');
	if (ofProject !== undefined && source !== 'env') {
		return projectRegistry('registry', ofProject, trusted);
	}

	return parseRegistryUrl(String(value), source === 'env' ? 'npm_config_registry' : '.npmrc');
}

function defaultSource(override: string | null, isOfProject: boolean, trusted: LoadedConfig): RegistrySource {
	const { source } = trusted.find('registry');
	return override !== null ? 'option' : isOfProject && source !== 'env' ? 'project' : sourceOf(source);
}

/** By the words of npm's configuration for where a setting stands. */
const SOURCES: ReadonlyMap<string | null, RegistrySource> = new Map([
	['env', 'environment'],
	['cli', 'environment'],
	['user', 'user'],
	['global', 'global'],
	['builtin', 'global'],
]);

function sourceOf(source: string | null): RegistrySource {
	return SOURCES.get(source) ?? 'default';
}

/** A project may choose a registry, but not that the user's credentials for its host travel in the clear. */
function projectRegistry(key: string, text: string, trusted: LoadedConfig): string {
	const url = parseRegistryUrl(text, `"${key}" in the project's .npmrc`);
	const { protocol, host } = new URL(url);
	const hasCredentials = Object.keys(trusted.flat).some((name) => name.startsWith(`//${host}/`) || name.startsWith(`//${host}:_`));
	if (protocol === 'http:' && hasCredentials && !isLoopback(url)) {
		throw new EngineError(
			'settings-invalid',
			`The project's .npmrc sets "${key}" to ${url}, which would send your credentials for ${host} without encryption.`,
			{ hint: `Change it to https://${host}/ or pass --registry.` },
		);
	}

	return url;
}

function unscopedCredentials(trusted: LoadedConfig): RegistryNotice[] {
	return ['_auth', '_authToken', '_password']
		.filter((key) => trusted.find(key).source !== null && trusted.find(key).source !== 'default')
		.map((key) => ({
			severity: 'warning',
			code: 'npmrc-unscoped-credential',
			text: `"${key}" in .npmrc belongs to no registry and is not used; write it as //registry.example.com/:${key}=...`,
		}));
}

function chooseProxy(
	flat: Readonly<Record<string, unknown>>,
	environment: RegistryClientOptions['environment'],
): NpmConfiguration['proxy'] {
	const fromEnvironment = (name: string) => textOrNull(environment[name.toLowerCase()]) ?? textOrNull(environment[name]);
	const https = textOrNull(flat['httpsProxy']) ?? textOrNull(flat['proxy']) ?? fromEnvironment('HTTPS_PROXY');
	const http = textOrNull(flat['proxy']) ?? textOrNull(flat['httpsProxy']) ?? fromEnvironment('HTTP_PROXY');
	const noProxy = flat['noProxy'];
	return { http, https, except: textOrNull(Array.isArray(noProxy) ? noProxy.join(',') : noProxy) ?? fromEnvironment('NO_PROXY') };
}

function explicitNumber(trusted: LoadedConfig, key: string): number | null {
	const { value, source } = trusted.find(key);
	return source !== 'default' && Number.isFinite(Number(value)) ? Number(value) : null;
}

function textOrNull(value: unknown): string | null {
	return typeof value === 'string' && value !== '' ? value : null;
}

async function loadConfigs(
	options: Pick<RegistryClientOptions, 'cwd' | 'environment'>,
): Promise<{ trusted: LoadedConfig; project: Readonly<Record<string, unknown>> }> {
	const { default: NpmConfig } = await import('@npmcli/config');
	// A folder that does not exist, so that the settings built into some npm stay out.
	const npmPath = join(import.meta.dirname, 'no-npm-here');
	const definitions = npmSettings(NpmConfig.typeDefs);
	const common = { definitions, shorthands: {}, flatten: flattenSettings, nerfDarts: OF_ONE_REGISTRY, npmPath, cwd: options.cwd };
	const home = options.environment['HOME'] ?? homedir();
	try {
		// `--global` leaves the project's file out. The library writes into the environment it is given, so it gets a copy.
		const trusted = new NpmConfig({ ...common, argv: ['node', 'npm', '--global'], env: { ...options.environment, HOME: home } });
		await trusted.load();
		const userconfig = String(trusted.get('userconfig'));
		const untrusted = new NpmConfig({ ...common, argv: ['node', 'npm', '--userconfig', userconfig], env: { HOME: home } });
		// Only the project's file, and what tells where it lies.
		untrusted.loadDefaults();
		untrusted.loadCLI();
		await untrusted.loadProjectConfig();
		return { trusted: describe(trusted), project: untrusted.data.get('project')?.raw ?? {} };
	} catch (error) {
		throw toEngineError(error, {
			code: 'settings-invalid',
			message: 'The npm configuration could not be read.',
			hint: 'Run "npm config list" to see what npm makes of it.',
		});
	}
}

function describe(config: Config): LoadedConfig {
	const find = (key: string) => ({ value: config.get(key), source: config.find(key) });
	const keys = [...config.data.values()].flatMap(({ data }) => Object.keys(data));
	const scopeKeys = new Set(keys.filter((key) => /^@[^/:]+:registry$/.test(key)));
	const scopeRegistries = new Map(
		[...scopeKeys].map((key) => {
			const { value, source } = find(key);
			return [key.slice(0, -':registry'.length), { url: String(value), source: source ?? 'default' }];
		}),
	);
	return { flat: config.flat, find, scopeRegistries, userFile: String(config.get('userconfig')) };
}
