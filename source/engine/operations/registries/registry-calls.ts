import { readFile } from 'node:fs/promises';
import { EngineError } from '../../errors.ts';
import { editNpmrc, examineRegistries, parseRegistryUrl, readNpmConfiguration } from '../../registry/index.ts';
import type { RegistryCalls } from '../../registry-calls.ts';
import { stripToLine } from '../../strip-controls.ts';
import type { EngineContext } from '../engine-context.ts';

const SCOPE = /^@[a-z0-9~-][a-z0-9~._-]*$/;
/** Nothing that would begin another line or another key. */
const TOKEN = /^[\u0021-\u007E]{1,4096}$/;
const SECRET_KEYS = ['_authToken', '_auth', 'username', '_password'] as const;

export const registries: {
	readonly [K in keyof RegistryCalls]: (context: EngineContext, ...rest: Parameters<RegistryCalls[K]>) => ReturnType<RegistryCalls[K]>;
} = {
	list: ({ options }, { signal }) => examineRegistries(options, { signal }),

	async set(context, { scope, url }) {
		const { userFile } = await configurationOf(context);
		await editNpmrc(userFile, new Map([[keyOf(scope), parseRegistryUrl(url, scope ?? 'the default')]]));
		await context.registry.renew();
	},

	async remove(context, scope) {
		const { userFile } = await configurationOf(context);
		const key = keyOf(scope);
		if (!(await keysIn(userFile)).has(key)) {
			throw new EngineError('usage', `Your own .npmrc names no registry for ${scope ?? 'everything else'}.`, {
				hint: 'See who names it: plugward registry list',
			});
		}

		await editNpmrc(userFile, new Map([[key, null]]));
		await context.registry.renew();
	},

	async signIn(context, { registry, token }) {
		const { url, userFile } = await chosen(context, registry);
		if (!TOKEN.test(token)) {
			// What was typed is not shown: it may be a token with something before or behind it.
			throw new EngineError('usage', 'That is no token: it is empty, or has spaces or characters in it that no token has.', {
				hint: 'Copy it again from the page of the registry that made it.',
			});
		}

		// Older ways to sign in would be sent beside the token, or instead of it.
		const others = SECRET_KEYS.filter((key) => key !== '_authToken').map((key) => [`${placeOf(url)}:${key}`, null] as const);
		await editNpmrc(userFile, new Map<string, string | null>([[`${placeOf(url)}:_authToken`, token], ...others]));
		await context.registry.renew();
		return url;
	},

	async signOut(context, registry) {
		const { url, userFile } = await chosen(context, registry);
		const known = await keysIn(userFile);
		const keys = SECRET_KEYS.map((key) => `${placeOf(url)}:${key}`).filter((key) => known.has(key));
		if (keys.length === 0) {
			throw new EngineError('usage', `Your own .npmrc holds nothing that signs you in to ${url}.`, {
				hint: 'See what there is: plugward registry list',
			});
		}

		await editNpmrc(userFile, new Map(keys.map((key) => [key, null])));
		await context.registry.renew();
		return url;
	},
};

function configurationOf({ options }: EngineContext) {
	return readNpmConfiguration({ ...options, onNotice: () => undefined });
}

/** A URL, a scope that has a registry, or null for the default one. */
async function chosen(context: EngineContext, registry: string | null): Promise<{ readonly url: string; readonly userFile: string }> {
	const { defaultRegistry, scopes, userFile } = await configurationOf(context);
	if (registry === null) {
		return { url: defaultRegistry, userFile };
	}

	if (!registry.startsWith('@')) {
		return { url: parseRegistryUrl(registry, 'the sign-in'), userFile };
	}

	const url = scopes.get(registry);
	if (url === undefined) {
		throw new EngineError('usage', `No registry is named for ${stripToLine(registry)}.`, {
			hint: `Name it: plugward registry add ${stripToLine(registry)} URL`,
		});
	}

	return { url, userFile };
}

function keyOf(scope: string | null): string {
	if (scope !== null && !SCOPE.test(scope)) {
		throw new EngineError('usage', `"${stripToLine(scope)}" is no scope.`, { hint: 'A scope is written like @acme.' });
	}

	return scope === null ? 'registry' : `${scope}:registry`;
}

/** As .npmrc binds a secret: `//host/path/`, without the protocol. */
function placeOf(url: string): string {
	const { host, pathname } = new URL(url);
	return `//${host}${pathname}`;
}

async function keysIn(file: string): Promise<ReadonlySet<string>> {
	try {
		const lines = (await readFile(file, 'utf8')).split('\n');
		return new Set(lines.map((line) => line.slice(0, Math.max(0, line.indexOf('='))).trim()));
	} catch (error) {
		if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
			return new Set();
		}

		throw new EngineError('settings-invalid', 'Your .npmrc cannot be read.', { hint: 'Look at its rights: ls -l ~/.npmrc', cause: error });
	}
}
