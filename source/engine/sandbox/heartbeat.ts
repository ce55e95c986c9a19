const LOOK_MILLISECONDS = 250;
const PERIOD_MILLISECONDS = 1000;
/** An isolate that was asked nothing has no reason to take longer, unless the whole machine stands still. */
const IDLE_PATIENCE_MILLISECONDS = 2000;
/** Beyond the longest turn a call may take. */
const BUSY_PATIENCE_MILLISECONDS = 500;

type HeartbeatOptions = {
	/** Sends one through the isolate; the same id must come back. */
	readonly ping: (id: number) => void;
	/** The longest one uninterrupted turn may take while something was asked of the plugin. */
	readonly turnMilliseconds: number;
	readonly isBusy: () => boolean;
	/** Whether the process waits for this one: what it does not answer meanwhile is not its fault. */
	readonly isWaiting: () => boolean;
	readonly onMissed: () => void;
};

/** Asks an isolate once a second whether it still turns. Some builtins never end and use no time of the isolate's own clock. */
export class Heartbeat {
	readonly #options: HeartbeatOptions;
	#timer: NodeJS.Timeout | null = null;
	#lastId = 0;
	#sentAt: number | null = null;
	#answeredAt = 0;
	#lookedAt = 0;

	constructor(options: HeartbeatOptions) {
		this.#options = options;
	}

	start(): void {
		this.#lookedAt = performance.now();
		this.#send(this.#lookedAt);
		this.#timer = setInterval(() => this.#look(), LOOK_MILLISECONDS);
	}

	stop(): void {
		if (this.#timer !== null) {
			clearInterval(this.#timer);
		}
	}

	/** False for an answer to nothing. */
	answer(id: number): boolean {
		if (this.#sentAt === null || id !== this.#lastId) {
			return false;
		}

		this.#sentAt = null;
		this.#answeredAt = performance.now();
		return true;
	}

	#look(): void {
		const now = performance.now();
		// What this process slept through cannot be held against the plugin.
		const looked = now - this.#lookedAt;
		const overslept = this.#options.isWaiting() ? looked : Math.max(0, looked - 2 * LOOK_MILLISECONDS);
		this.#lookedAt = now;
		if (this.#sentAt !== null) {
			this.#sentAt += overslept;
			if (now - this.#sentAt > this.#patience()) {
				this.#options.onMissed();
			}
		} else if (now - this.#answeredAt >= PERIOD_MILLISECONDS) {
			this.#send(now);
		}
	}

	#send(now: number): void {
		this.#lastId += 1;
		this.#sentAt = now;
		this.#options.ping(this.#lastId);
	}

	#patience(): number {
		return this.#options.isBusy()
			? Math.max(IDLE_PATIENCE_MILLISECONDS, this.#options.turnMilliseconds + BUSY_PATIENCE_MILLISECONDS)
			: IDLE_PATIENCE_MILLISECONDS;
	}
}
