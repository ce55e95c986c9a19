import { EngineError, type OnEvent } from '../engine/index.ts';
import { cleanLines } from '../format.ts';
import type { Command, CommandOutcome, JsonData, Warning } from './command.ts';
import { failureEnvelope, pickFields, safeJson, successEnvelope } from './envelope.ts';
import { createEventStream } from './event-stream.ts';
import { paint, paragraphLines, type View } from './layout.ts';
import { CLEAR_LINE, createProgress } from './progress.ts';
import type { SamePlace } from './same-place.ts';
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
	/** Makes the commands in a text of ours work where this one did. */
	readonly samePlace: SamePlace;
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
	const { mode, stdout, stderr, stdoutView, stderrView, isQuiet, samePlace } = options;
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
			stderr.write(`${paragraphLines(`warning: ${samePlace(warning.text)}`, { view: stderrView, tone: 'warning' }).join('\n')}\n`);
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
		writeError(error, options);
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
			stderr.write(`${samePlace(text)}\n`);
		},
		finish: (command, outcome, fields) => {
			progress.clear();
			const data = fields.length === 0 ? outcome.json : pickFields(outcome.json, fields, command);
			const failure = outcome.failure === null ? null : inPlace(outcome.failure, samePlace);
			printEnvelope(envelopeOf(command, { failure, data, warnings }));
			if (mode === 'text') {
				printText({ outcome, samePlace: QUOTING.has(command.name) ? asItIs : samePlace }, options, stdoutView);
			}

			if (failure !== null) {
				printError(failure);
			}
		},
		fail: (command, thrown) => {
			const error = inPlace(thrown, samePlace);
			printEnvelope(failureEnvelope(command, { error, data: null, warnings }));
			printError(error);
		},
	};
}

function envelopeOf(
	command: Command,
	{ failure, data, warnings }: { readonly failure: EngineError | null; readonly data: JsonData; readonly warnings: readonly Warning[] },
) {
	return failure === null
		? successEnvelope(command.name, data, warnings)
		: failureEnvelope(command.name, { error: failure, data, warnings });
}

/** Their text is what others wrote, or what was typed once: not one word of it is changed. */
const QUOTING: ReadonlySet<string> = new Set(['run', 'audit-log', 'history', 'info', 'lock', 'policy', 'search', 'trust']);
const asItIs: SamePlace = (text) => text;

function inPlace(error: EngineError, samePlace: SamePlace): EngineError {
	if (error.hint === undefined || samePlace(error.hint) === error.hint) {
		return error;
	}

	const { code, message, hint, details } = error;
	return new EngineError(code, message, { hint: samePlace(hint), details, cause: error });
}

type Printed = { readonly outcome: CommandOutcome; readonly samePlace: SamePlace };

function printText({ outcome, samePlace }: Printed, { stdout, stderr, stderrView, isQuiet }: ReporterOptions, view: View): void {
	const text = outcome.text(view);
	if (text !== '') {
		stdout.write(`${samePlace(text)}\n`);
	}

	const notes = isQuiet ? '' : outcome.notes(stderrView);
	if (notes !== '') {
		stderr.write(`${samePlace(notes)}\n`);
	}
}

function writeError(error: EngineError, { mode, stderr, stderrView, isVerbose, canRewriteLine }: ReporterOptions): void {
	if (mode === 'text' && stderr.isTTY === true && canRewriteLine && error.code === 'cancelled') {
		// The terminal itself has written ^C.
		stderr.write(CLEAR_LINE);
	}

	stderr.write(`${errorText(error, stderrView)}\n`);
	if (isVerbose) {
		stderr.write(causeText(error));
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
