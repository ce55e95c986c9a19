/** As many jobs, and as many bytes of them, wait for one plugin; whoever wants to add more waits or is refused. */
export const INBOX_JOBS = 1000;
export const INBOX_BYTES = 1024 * 1024;

/** First in, first out, with a bound. One job larger than the bound is let in when nothing else waits. */
export class Inbox<Job extends { readonly bytes: number }> {
	readonly #jobs: Job[] = [];
	#room: (() => void)[] = [];
	#bytes = 0;

	get size(): number {
		return this.#jobs.length;
	}

	/** False when there is no room. */
	push(job: Job): boolean {
		if (this.#jobs.length > 0 && (this.#jobs.length >= INBOX_JOBS || this.#bytes + job.bytes > INBOX_BYTES)) {
			return false;
		}

		this.#jobs.push(job);
		this.#bytes += job.bytes;
		return true;
	}

	take(): Job | undefined {
		const job = this.#jobs.shift();
		if (job !== undefined) {
			this.#bytes -= job.bytes;
			this.#tell();
		}

		return job;
	}

	remove(job: Job): boolean {
		const index = this.#jobs.indexOf(job);
		if (index === -1) {
			return false;
		}

		this.#jobs.splice(index, 1);
		this.#bytes -= job.bytes;
		this.#tell();
		return true;
	}

	/** Takes out all that wait. */
	clear(): readonly Job[] {
		const jobs = this.#jobs.splice(0);
		this.#bytes = 0;
		this.#tell();
		return jobs;
	}

	/** Resolves when something was taken out; look again then. */
	async untilRoom(): Promise<void> {
		await new Promise<void>((resolve) => {
			this.#room.push(resolve);
		});
	}

	#tell(): void {
		const waiting = this.#room;
		this.#room = [];
		for (const resolve of waiting) {
			resolve();
		}
	}
}
