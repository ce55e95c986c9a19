import type { EngineEvent, OnEvent, StepName } from '../engine/index.ts';
import { amountText, type FetchAmount, fetchAmount, NOTHING_PLANNED, type PlannedFetch, type Transfer } from '../fetch-amount.ts';
import { cleanLine, cleanLines, formatDuration, progressWords, truncate } from '../format.ts';
import type { Warning } from './command.ts';
import { paint, type View } from './layout.ts';

export type ProgressOptions = {
	readonly view: View;
	/** One line per finished step. */
	readonly showsSteps: boolean;
	/** A line that is rewritten in place while a step runs; only on a terminal. */
	readonly isLive: boolean;
	/** False with `--quiet`: neither notices nor what plugins log. */
	readonly showsNotes: boolean;
	readonly write: (text: string) => void;
	readonly warn: (warning: Warning) => void;
};

const REWRITE_MILLISECONDS = 100;
/** Back to the first column, and nothing left of the line. */
export const CLEAR_LINE = '\r\u001B[K';

export type Progress = {
	readonly onEvent: OnEvent;
	/** Removes the live line, so that something else can be written. */
	readonly clear: () => void;
};

/** Tells a person on standard error what goes on: calm, one line per step, never in a log of a machine unless asked. */
export function createProgress(options: ProgressOptions): Progress {
	const running = new Map<StepName, string>();
	const fetching = createFetching();
	let lastDrawn = Number.NEGATIVE_INFINITY;
	let isDrawn = false;
	let task: TaskProgress | null = null;

	const clear = () => {
		if (isDrawn) {
			options.write(CLEAR_LINE);
			isDrawn = false;
		}
	};
	const line = (text: string) => {
		clear();
		options.write(`${text}\n`);
	};
	const draw = (isNewStep: boolean) => {
		const now = performance.now();
		if (!options.isLive || !options.showsSteps || running.size === 0 || (!isNewStep && now - lastDrawn < REWRITE_MILLISECONDS)) {
			return;
		}

		lastDrawn = now;
		isDrawn = true;
		options.write(CLEAR_LINE + truncate(liveText(running, fetching.amount(), task), Math.max(20, options.view.columns - 1)));
	};

	const onEvent = (event: EngineEvent) => {
		switch (event.type) {
			case 'step-started':
				running.set(event.step, event.detail);
				fetching.begin(NOTHING_PLANNED);
				draw(true);
				break;
			case 'step-finished':
				if (options.showsSteps) {
					line(stepText(event, running.get(event.step) ?? '', options.view));
				}

				running.delete(event.step);
				task = null;
				draw(true);
				break;
			case 'fetch-planned':
				fetching.begin(event);
				draw(true);
				break;
			case 'fetch-progress':
				fetching.transfer(event.id, event);
				draw(false);
				break;
			case 'notice':
				if (event.severity === 'warning') {
					options.warn({ code: event.code, text: event.text });
				} else if (options.showsSteps) {
					line(paint(event.text, 'dim', options.view));
				}

				break;
			case 'task-progress':
				task = event;
				draw(false);
				break;
			case 'plugin-output':
				if (options.showsNotes) {
					line(pluginText(event, options.view));
				}
		}
	};
	return { onEvent, clear };
}

function createFetching(): {
	readonly begin: (planned: PlannedFetch) => void;
	readonly transfer: (id: string, transfer: Transfer) => void;
	readonly amount: () => FetchAmount;
} {
	const transfers = new Map<string, Transfer>();
	let planned = NOTHING_PLANNED;
	return {
		begin: (next) => {
			transfers.clear();
			planned = next;
		},
		transfer: (id, transfer) => void transfers.set(id, transfer),
		amount: () => fetchAmount(planned, [...transfers.values()]),
	};
}

type TaskProgress = Extract<EngineEvent, { type: 'task-progress' }>;

function liveText(running: ReadonlyMap<StepName, string>, amount: FetchAmount, task: TaskProgress | null): string {
	const [step, detail] = [...running].at(-1) ?? ['', ''];
	const shown = amount.doneBytes === 0 && amount.totalBytes === null ? '' : `, ${amountText(amount)}`;
	const done = step !== 'run' || task === null ? '' : `: ${progressWords(task)}`;
	return `  ${step} ${cleanLine(detail)}${step === 'fetch' ? shown : done} ...`;
}

function stepText(event: Extract<EngineEvent, { type: 'step-finished' }>, detail: string, view: View): string {
	const time = formatDuration(event.milliseconds);
	const name = event.step.padEnd(8);
	const room = Math.max(10, Math.min(view.columns, 80) - name.length - time.length - 8);
	const sign = event.failed ? paint('!', 'bad', view) : paint('+', 'good', view);
	return `${sign} ${name}${paint(truncate(cleanLine(detail), room), 'plain', view)}  ${paint(time, 'dim', view)}`;
}

function pluginText(event: Extract<EngineEvent, { type: 'plugin-output' }>, view: View): string {
	const tone = event.stream === 'log' ? 'plain' : event.stream === 'warn' ? 'warning' : 'bad';
	return cleanLines(event.text)
		.map((text) => `${paint(`${event.plugin}:`, 'dim', view)} ${paint(text, tone, view)}`)
		.join('\n');
}
