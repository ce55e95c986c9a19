import type { SandboxRules } from '../sandbox-rules.ts';
import type { HostLink } from '../host-link.ts';
import { startHost } from '../host-process.ts';
import { SharedHost } from './shared-host.ts';

/** Fills one shared process before it starts the next, and ends one that nobody is in any more. */
export class SharedHosts {
	readonly #rules: SandboxRules;
	readonly #hosts = new Set<SharedHost>();
	#starting: Promise<SharedHost> | null = null;

	constructor(rules: SandboxRules) {
		this.#rules = rules;
	}

	readonly take = async (signal: AbortSignal): Promise<HostLink> => {
		for (;;) {
			signal.throwIfAborted();
			const host = [...this.#hosts].find(({ hasRoom }) => hasRoom) ?? (await this.#start());
			// Others may have been waiting for the same one.
			if (host.hasRoom) {
				return host.take(() => void this.#leave(host));
			}

			this.#hosts.delete(host);
		}
	};

	async [Symbol.asyncDispose](): Promise<void> {
		await this.#starting?.catch(() => undefined);
		await Promise.all([...this.#hosts].map((host) => host[Symbol.asyncDispose]()));
		this.#hosts.clear();
	}

	/** One at a time, and not cancelled with the first that asked for it. */
	#start(): Promise<SharedHost> {
		this.#starting ??= startHost({ rules: this.#rules, isShared: true, signal: new AbortController().signal })
			.then((process) => {
				const host = new SharedHost(process);
				this.#hosts.add(host);
				return host;
			})
			.finally(() => {
				this.#starting = null;
			});
		return this.#starting;
	}

	async #leave(host: SharedHost): Promise<void> {
		if (host.isEmpty) {
			this.#hosts.delete(host);
			await host[Symbol.asyncDispose]();
		}
	}
}
