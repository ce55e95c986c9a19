import type { CapabilityRequest } from './host-messages.ts';
import type { HostLink } from './host-link.ts';

/** How long the neighbours in a shared process may stand still for one question. */
const SHARED_QUESTION_MILLISECONDS = 50;
const SLOW_ANSWER = JSON.stringify({
	error: {
		code: 'EAGAIN',
		message: 'EAGAIN: the answer takes too long for a shared process; the plugin gets one of its own, ask again there',
	},
});
/** To a question of a plugin that is over; nobody reads it but the host. */
const ENDED_ANSWER = JSON.stringify({ error: { code: 'ERR_ENDED', message: 'The plugin was ended.' } });

type QuestionOptions = {
	readonly host: Pick<HostLink, 'slot' | 'answer'>;
	/** The answer as JSON text; a promise that never settles stops the guest for good. */
	readonly onQuestion: (request: CapabilityRequest) => Promise<string>;
	/** One took so long that it was refused, since the neighbours in a shared process waited with it. */
	readonly onSlowQuestion: () => void;
	readonly onFailure: (error: unknown) => void;
};

/** Questions that a guest stands still for, one at a time, from the first to the end of its plugin. */
export class StandingQuestions {
	readonly #options: QuestionOptions;
	/** The one that the host waits with; null when it goes on. */
	#open: number | null = null;
	#isOver = false;

	constructor(options: QuestionOptions) {
		this.#options = options;
	}

	async answer(id: number, request: CapabilityRequest): Promise<void> {
		const { host, onQuestion, onFailure } = this.#options;
		this.#open = id;
		const timer = host.slot === 0 ? null : setTimeout(() => this.#giveUpOn(id), SHARED_QUESTION_MILLISECONDS);
		try {
			this.#close(id, await onQuestion(request));
		} catch (error) {
			onFailure(error);
		} finally {
			if (timer !== null) {
				clearTimeout(timer);
			}
		}
	}

	/** One that came from a plugin which is over. */
	refuse(id: number): void {
		this.#options.host.answer(id, ENDED_ANSWER);
	}

	end(): void {
		this.#isOver = true;
		if (this.#open !== null && this.#options.host.slot !== 0) {
			// Its neighbours wait with it.
			this.refuse(this.#open);
		}
	}

	/** What it asked for may be done all the same. */
	#giveUpOn(id: number): void {
		if (this.#close(id, SLOW_ANSWER)) {
			this.#options.onSlowQuestion();
		}
	}

	/** False when it was answered already, or the plugin is over. */
	#close(id: number, answer: string): boolean {
		if (this.#isOver || this.#open !== id) {
			return false;
		}

		this.#open = null;
		this.#options.host.answer(id, answer);
		return true;
	}
}
