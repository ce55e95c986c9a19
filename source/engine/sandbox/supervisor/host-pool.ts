import { DEFAULT_LIMITS } from '../../manifest.ts';
import { linkTo, type HostLink } from '../host-link.ts';
import { startHost, type HostProcess } from '../host-process.ts';
import { heapMegabytesFor } from '../load-plugin.ts';
import { USUAL_RULES, type SandboxRules } from '../sandbox-rules.ts';

/** A refill does not take the processor away from the plugin that the host was taken for. */
const REFILL_DELAY_MILLISECONDS = 150;

/**
 * Hosts that were started before anybody needs them: their walls stand, an isolate is made, no byte of a plugin has been in them. Each is given away once
 * and dies with its plugin. They die with this process, however that ends.
 */
export class HostPool {
	readonly #size: number;
	readonly #rules: SandboxRules;
	readonly #closed = new AbortController();
	readonly #ready: HostProcess[] = [];
	#starting = 0;
	#timer: NodeJS.Timeout | null = null;
	#filled = Promise.withResolvers<void>();

	constructor(size: number, rules: SandboxRules = USUAL_RULES) {
		this.#size = size;
		this.#rules = rules;
	}

	/** Starts what is missing; resolves when that many stand ready, or could not be started. */
	fill(): Promise<void> {
		if (this.#starting === 0 && this.#ready.length < this.#size) {
			this.#filled = Promise.withResolvers();
		}

		while (this.#ready.length + this.#starting < this.#size && !this.#closed.signal.aborted) {
			this.#starting += 1;
			void this.#startOne();
		}

		if (this.#starting === 0) {
			this.#filled.resolve();
		}

		return this.#filled.promise;
	}

	/** A host that waits, else a fresh one. */
	readonly take = async (signal: AbortSignal): Promise<HostLink> => {
		const host = this.#takeReady();
		if (this.#size > 0 && this.#timer === null && !this.#closed.signal.aborted) {
			this.#timer = setTimeout(() => {
				this.#timer = null;
				void this.fill();
			}, REFILL_DELAY_MILLISECONDS);
		}

		return linkTo(host ?? (await startHost({ rules: this.#rules, signal })));
	};

	get waiting(): number {
		return this.#ready.length;
	}

	async [Symbol.asyncDispose](): Promise<void> {
		this.#closed.abort();
		if (this.#timer !== null) {
			clearTimeout(this.#timer);
		}

		const hosts = this.#ready.splice(0);
		for (const host of hosts) {
			host.kill();
		}

		await Promise.all(hosts.map((host) => host.exited));
	}

	/** One that died while it waited is passed over. */
	#takeReady(): HostProcess | null {
		for (let host = this.#ready.shift(); host !== undefined; host = this.#ready.shift()) {
			if (host.isAlive()) {
				return host;
			}
		}

		return null;
	}

	async #startOne(): Promise<void> {
		try {
			// Most plugins have the usual bounds, and find their isolate made.
			const warmHeapMegabytes = heapMegabytesFor(DEFAULT_LIMITS);
			const host = await startHost({ rules: this.#rules, warmHeapMegabytes, signal: this.#closed.signal });
			if (this.#closed.signal.aborted) {
				host.kill();
			} else {
				this.#ready.push(host);
			}
		} catch {
			// Whoever needs a host starts one and is told why it cannot be had.
		} finally {
			this.#starting -= 1;
			if (this.#starting === 0) {
				this.#filled.resolve();
			}
		}
	}
}
