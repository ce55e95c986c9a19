import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
	createRegistryClient,
	type RegistryClient,
	type RegistryClientOptions,
	type RegistryNotice,
} from '../../../source/engine/registry/index.ts';

/** A temporary home, project and cache, from which clients are opened that see nothing of the real user's configuration. */
export type Workplace = AsyncDisposable & {
	readonly folder: string;
	readonly cacheFolder: string;
	readonly notices: RegistryNotice[];
	/** Lines of the user's own .npmrc. */
	readonly writeUserNpmrc: (...lines: readonly string[]) => Promise<void>;
	/** Lines of the .npmrc of the project that clients are opened in. */
	readonly writeProjectNpmrc: (...lines: readonly string[]) => Promise<void>;
	/** A client as a new process would have it; closed with the workplace. */
	readonly open: (changes?: Partial<RegistryClientOptions>) => Promise<RegistryClient>;
};

/** A signal that never fires. */
export const signal = new AbortController().signal;

export async function openWorkplace(): Promise<Workplace> {
	const folder = await mkdtemp(join(tmpdir(), 'plugward-registry-'));
	const project = await mkdtemp(join(folder, 'project-'));
	await writeFile(join(project, 'package.json'), '{}');
	const cacheFolder = join(folder, 'cache');
	const notices: RegistryNotice[] = [];
	const clients: RegistryClient[] = [];
	return {
		folder,
		cacheFolder,
		notices,
		writeUserNpmrc: (...lines) => writeFile(join(folder, '.npmrc'), `${lines.join('\n')}\n`),
		writeProjectNpmrc: (...lines) => writeFile(join(project, '.npmrc'), `${lines.join('\n')}\n`),
		async open(changes = {}) {
			const client = await createRegistryClient({
				cwd: project,
				environment: { HOME: folder, npm_config_globalconfig: join(folder, 'no-global-npmrc'), ...changes.environment },
				registry: changes.registry ?? null,
				offline: changes.offline ?? false,
				cacheFolder,
				onNotice: (notice) => notices.push(notice),
			});
			clients.push(client);
			return client;
		},
		async [Symbol.asyncDispose]() {
			for (const client of clients) {
				await client[Symbol.asyncDispose]();
			}

			await rm(folder, { recursive: true, force: true });
		},
	};
}

/** The host and path of a registry as a .npmrc writes them before a credential. */
export function credentialKey(registryUrl: string): string {
	return registryUrl.replace(/^https?:/, '');
}
