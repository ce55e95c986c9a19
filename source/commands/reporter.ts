import type { EngineError, OnEvent } from '../engine/index.ts';
import { cleanLines } from '../format.ts';
import type { Command, CommandOutcome, JsonData, Warning } from './command.ts';
import { failureEnvelope, pickFields, safeJson, successEnvelope } from './envelope.ts';
import { createEventStream } from './event-stream.ts';
import { paint, paragraphLines, type View } from './layout.ts';
import { CLEAR_LINE, createProgress } from './progress.ts';
import type { Output } from './surroundings.ts';

export type OutputMode = 'text' | 'json' | 'events';

export type ReporterOptions = {
	readonly mode: OutputMode;
	readonly stdout: Output;
	readonly stderr: Output;
	readonly stdoutView: View;
	readonly stderrView: View;
	readonly isQuiet: boolean;
	readonly isVerbose: boolean;
	/** False on a terminal that only knows lines. */
	readonly canRewriteLine: boolean;
};

/** The only place that prints: results on standard output, everything else on standard error. */
export type Reporter = {
	readonly onEvent: OnEvent;
	readonly warn: (warning: Warning) => void;
	/** Text for a person, beside the result. */
	readonly say: (text: string) => void;
	readonly finish: (command: Command, outcome: CommandOutcome, fields: readonly string[]) => void;
	readonly fail: (command: string | null, error: EngineError) => void;
};

export function createReporter(options: ReporterOptions): Reporter {
	const { mode, stdout, stderr, stdoutView, stderrView, isQuiet } = options;
	const warnings: Warning[] = [];
	const stream = createEventStream((text) => stdout.write(text));
	const isWatched = mode === 'text' && stderr.isTTY === true;

	const warn = (warning: Warning) => {
		if (warnings.some((known) => known.code === warning.code && known.text === warning.text)) {
			return;
		}

		warnings.push(warning);
		if (mode === 'text' && !isQuiet) {
			progress.clear();
			stderr.write(`${paragraphLines(`warning: ${warning.text}`, { view: stderrView, tone: 'warning' }).join('\n')}\n`);
		}
	};
	const progress = createProgress({
		view: stderrView,
		showsSteps: !isQuiet && (isWatched || (options.isVerbose && mode !== 'events')),
		isLive: isWatched && options.canRewriteLine,
		showsNotes: mode === 'text' && !isQuiet,
		write: (text) => stderr.write(text),
		warn,
	});
	const printEnvelope = (envelope: Parameters<typeof stream.result>[0]) => {
		if (mode === 'events') {
			stream.result(envelope);
		} else if (mode === 'json') {
			stdout.write(`${safeJson(envelope, 2)}\n`);
		}
	};
	const printError = (error: EngineError) => {
		progress.clear();
		if (isWatched && options.canRewriteLine && error.code === 'cancelled') {
			// The terminal itself has written ^C.
			stderr.write(CLEAR_LINE);
		}

		stderr.write(`${errorText(error, stderrView)}\n`);
		if (options.isVerbose) {
			stderr.write(causeText(error));
		}
	};

	return {
		onEvent: (event) => {
			if (mode === 'events') {
				stream.event(event);
			}

			progress.onEvent(event);
		},
		warn,
		say: (text) => {
			progress.clear();
			stderr.write(`${text}\n`);
		},
		finish: (command, outcome, fields) => {
			progress.clear();
			const data = fields.length === 0 ? outcome.json : pickFields(outcome.json, fields, command);
			printEnvelope(envelopeOf(command, { outcome, data, warnings }));
			if (mode === 'text') {
				printText(outcome, options, stdoutView);
			}

			if (outcome.failure !== null) {
				printError(outcome.failure);
			}
		},
		fail: (command, error) => {
			printEnvelope(failureEnvelope(command, { error, data: null, warnings }));
			printError(error);
		},
	};
}

function envelopeOf(
	command: Command,
	{ outcome, data, warnings }: { readonly outcome: CommandOutcome; readonly data: JsonData; readonly warnings: readonly Warning[] },
) {
	return outcome.failure === null
		? successEnvelope(command.name, data, warnings)
		: failureEnvelope(command.name, { error: outcome.failure, data, warnings });
}

function printText(outcome: CommandOutcome, { stdout, stderr, stderrView, isQuiet }: ReporterOptions, view: View): void {
	const text = outcome.text(view);
	if (text !== '') {
		stdout.write(`${text}\n`);
	}

	const notes = isQuiet ? '' : outcome.notes(stderrView);
	if (notes !== '') {
		stderr.write(`${notes}\n`);
	}
}

/** The sentence, then what to do. Explanations of several lines keep their lines. */
function errorText(error: EngineError, view: View): string {
	const [first = '', ...others] = cleanLines(error.message);
	const lines = [`${paint('error:', 'bad', view)} ${first}`, ...others];
	if (error.hint !== undefined) {
		const [hint = '', ...more] = cleanLines(error.hint);
		lines.push(`${paint('hint:', 'accent', view)} ${hint}`, ...more.map((text) => `      ${text}`));
	}

	return lines.join('\n');
}

/** For a bug report: where each error in the chain of causes was thrown. */
function causeText(error: EngineError): string {
	const stacks: string[] = [];
	let cause: unknown = error;
	while (cause instanceof Error && stacks.length < 10) {
		stacks.push(cleanLines(cause.stack ?? String(cause)).join('\n'));
		cause = cause.cause;
	}

	return `${stacks.join('\ncaused by: ')}\n`;
}
