import { COMMAND_WORDS } from './commands/catalogue.ts';
import { createReporter, type OutputMode, type Reporter } from './commands/reporter.ts';
import { describeCommandLine } from './commands/command-line.ts';
import type { Command, NoEngineContext, ParsedArguments, Terminal } from './commands/command.ts';
import { parseFields } from './commands/envelope.ts';
import { isSet, textFlag } from './commands/flags.ts';
import type { View } from './commands/layout.ts';
import { commandsToRead, parseArguments } from './commands/parse-arguments.ts';
import { readText } from './commands/read-text.ts';
import { type PlaceFlags, samePlace } from './commands/same-place.ts';
import { requireConsent } from './commands/require-consent.ts';
import { type ScreenChoices, screenChoices } from './commands/screen-flags.ts';
import { canAsk, canOpenScreen, columnsOf, type Environment, hasColour, type Input, type Output } from './commands/surroundings.ts';
import { type CallOptions, type DoctorReport, type Engine, EngineError, type EngineOptions, toEngineError } from './engine/index.ts';
import type { SettingsDoor } from './setting-entries.ts';
import { DEFAULT_SETTINGS, openSettings, readSettings } from './settings.ts';

export type CommandLineOptions = {
	/** The words after `plugward`. */
	readonly argv: readonly string[];
	readonly version: string;
	readonly cwd: string;
	readonly environment: Environment;
	readonly stdin: Input;
	readonly stdout: Output;
	readonly stderr: Output;
	/** As they are, and not before somebody can take them; without it they are written as text. */
	readonly writeBytes?: Terminal['writeBytes'];
	/** This and the screen are loaded only when needed, since each takes longer than a whole `--help`. */
	readonly createEngine: (options: EngineOptions) => Promise<Engine>;
	/** For `doctor` when no engine can be made. */
	readonly examine: (options: EngineOptions, failure: EngineError, call: CallOptions & { readonly fix: boolean }) => Promise<DoctorReport>;
	/** Resolves to the exit code. */
	readonly openScreen: (engine: Engine, choices: ScreenChoices, settings: SettingsDoor) => Promise<number>;
	/** Watches for Ctrl-C; taken when a command starts, since the screen handles keys itself. */
	readonly watchForInterruption: () => { readonly signal: AbortSignal; readonly exitCode: () => number } & Disposable;
};

/** Does what the command line says and resolves to the exit code. Rejects never. */
export async function runCommandLine(options: CommandLineOptions): Promise<number> {
	const { argv } = options;
	try {
		const invocation = parseArguments(argv, await commandsToRead(argv));
		switch (invocation.type) {
			case 'version':
				options.stdout.write(`${options.version}\n`);
				return 0;
			case 'help':
				options.stdout.write(`${await helpText(invocation.command, viewOf(options.stdout, options, undefined))}\n`);
				return 0;
			case 'bare':
				return await runBare(invocation.parsed, options);
			case 'command':
				return await runCommand(invocation.command, invocation.parsed, options);
		}
	} catch (error) {
		const failure = asEngineError(error);
		const known = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv;
		reporterFor(options, { mode: modeOfWords(known), color: undefined, isQuiet: false, isVerbose: false, place: NOWHERE }).fail(
			null,
			failure,
		);
		return failure.exitCode;
	}
}

async function helpText(command: Command | null, view: View): Promise<string> {
	const { commandHelp, overview } = await import('./commands/help.ts');
	return command === null ? overview(view) : commandHelp(command, view);
}

/** Without a command: the screen for a person at a terminal, the help for everyone else. */
async function runBare(parsed: ParsedArguments, options: CommandLineOptions): Promise<number> {
	const { environment } = options;
	const place = { home: textFlag(parsed, 'home'), environment };
	const isPerson = canOpenScreen(options, { ...environment, TERM: undefined });
	const choices = isPerson ? screenChoices(parsed, await readSettings(place)) : null;
	// Lines of text need no more of a terminal than that somebody sits there.
	if (choices === null || (!choices.display.screenReader && !canOpenScreen(options, environment))) {
		options.stderr.write(`${await helpText(null, viewOf(options.stderr, options, parsed.flags['color']))}\n`);
		return 2;
	}

	await using engine = await options.createEngine(await engineOptions(parsed, options));
	return await options.openScreen(engine, choices, openSettings(place));
}

async function runCommand(command: Command, parsed: ParsedArguments, options: CommandLineOptions): Promise<number> {
	const mode: OutputMode = isSet(parsed, 'events') ? 'events' : textFlag(parsed, 'json') === null ? 'text' : 'json';
	const color = parsed.flags['color'];
	const reporter = reporterFor(options, {
		mode,
		color,
		isQuiet: isSet(parsed, 'quiet'),
		isVerbose: isSet(parsed, 'verbose'),
		place: placeOf(parsed),
	});
	using interruption = options.watchForInterruption();
	try {
		const wanted = textFlag(parsed, 'json') ?? '';
		if (wanted === '?') {
			options.stdout.write(`${command.fields.join('\n')}\n`);
			return 0;
		}

		const fields = parseFields(wanted, command);
		const { signal } = interruption;
		const call: CallOptions = { signal, onEvent: reporter.onEvent };
		const opened = await openEngine({ command, parsed }, options);
		if (opened.type === 'failed') {
			const { failure, withoutEngine } = opened;
			const examine: NoEngineContext['examine'] = (...found) => options.examine(plainOptions(parsed, options), ...found);
			const outcome = await withoutEngine({ failure, parsed, call, examine });
			reporter.finish(command, outcome, fields);
			return outcome.exitCode;
		}

		await using engine = opened.engine;
		const outcome = await command.execute({
			engine,
			parsed,
			call,
			requireConsent: (proposal) =>
				requireConsent(proposal, {
					stdin: options.stdin,
					stderr: options.stderr,
					view: viewOf(options.stderr, options, color),
					signal,
					isPlanAccepted: isSet(parsed, 'yes'),
					canAsk: mode === 'text' && canAsk(options, options.environment),
					say: reporter.say,
				}),
			readText: (source) => readText(source, { stdin: options.stdin, cwd: options.cwd, signal }),
			settings: openSettings({ home: textFlag(parsed, 'home'), environment: options.environment }),
			warn: reporter.warn,
			terminal: terminalOf(options, { mode, color }),
		});
		reporter.finish(command, outcome, fields);
		return outcome.exitCode;
	} catch (error) {
		return reportFailure(asEngineError(error), { command, reporter, interruptedExitCode: interruption.exitCode() });
	}
}

function terminalOf(options: CommandLineOptions, { mode, color }: { readonly mode: OutputMode; readonly color: unknown }): Terminal {
	const { stdin, stdout, stderr, environment, writeBytes } = options;
	const asText = async (stream: 'stdout' | 'stderr', bytes: Uint8Array): Promise<boolean> => {
		options[stream].write(Buffer.from(bytes).toString('utf8'));
		return true;
	};
	return {
		stdin,
		stdout,
		stderr,
		canAsk: mode === 'text' && canAsk(options, environment),
		isText: mode === 'text',
		view: viewOf(stderr, options, color),
		environment,
		writeBytes: writeBytes ?? asText,
	};
}

type Opened =
	| { readonly type: 'open'; readonly engine: Engine }
	| { readonly type: 'failed'; readonly failure: EngineError; readonly withoutEngine: NonNullable<Command['executeWithoutEngine']> };

/** Throws what stopped it, unless the command can do something without an engine. */
async function openEngine(
	{ command, parsed }: { readonly command: Command; readonly parsed: ParsedArguments },
	options: CommandLineOptions,
): Promise<Opened> {
	try {
		return { type: 'open', engine: await options.createEngine(await engineOptions(parsed, options)) };
	} catch (error) {
		const failure = asEngineError(error);
		if (command.executeWithoutEngine === undefined || failure.code === 'usage' || failure.code === 'cancelled') {
			throw failure;
		}

		return { type: 'failed', failure, withoutEngine: command.executeWithoutEngine };
	}
}

function reportFailure(
	failure: EngineError,
	{
		command,
		reporter,
		interruptedExitCode,
	}: { readonly command: Command; readonly reporter: Reporter; readonly interruptedExitCode: number },
): number {
	reporter.fail(command.name, failure);
	return failure.code === 'cancelled' ? interruptedExitCode : failure.exitCode;
}

async function engineOptions(parsed: ParsedArguments, options: CommandLineOptions): Promise<EngineOptions> {
	const { environment } = options;
	const home = textFlag(parsed, 'home');
	const settings = await readSettings({ home, environment });
	const wait = parsed.flags['wait'] ?? settings.waitSeconds;
	if (typeof wait !== 'number' || !(wait >= 0) || !Number.isFinite(wait)) {
		throw new EngineError('usage', '--wait expects a number of seconds.', { hint: `For example: --wait ${DEFAULT_SETTINGS.waitSeconds}` });
	}

	const plain = plainOptions(parsed, options);
	const { strict, jitless } = settings.sandbox;
	return {
		...plain,
		sandbox: { strict: strict || plain.sandbox.strict, jitless: jitless || plain.sandbox.jitless },
		registry: plain.registry ?? settings.registry,
		waitMilliseconds: wait * 1000,
		asksDownloads: settings.downloads,
		auditRules: { segmentBytes: settings.auditFileMegabytes * 1024 * 1024, segments: settings.auditFiles },
	};
}

function placeOf(parsed: ParsedArguments): PlaceFlags {
	return { home: textFlag(parsed, 'home'), profile: textFlag(parsed, 'profile'), store: textFlag(parsed, 'store') };
}

/** What the command line alone says. */
function plainOptions(
	parsed: ParsedArguments,
	{ argv, cwd, environment }: CommandLineOptions,
): EngineOptions & Required<Pick<EngineOptions, 'sandbox'>> {
	return {
		...placeOf(parsed),
		registry: textFlag(parsed, 'registry'),
		offline: isSet(parsed, 'offline'),
		cwd,
		environment,
		waitMilliseconds: DEFAULT_SETTINGS.waitSeconds * 1000,
		sandbox: { strict: isSet(parsed, 'strict'), jitless: isSet(parsed, 'jitless') },
		command: describeCommandLine(argv),
	};
}

const NOWHERE: PlaceFlags = { home: null, store: null, profile: null };

type Printing = {
	readonly mode: OutputMode;
	readonly color: unknown;
	readonly isQuiet: boolean;
	readonly isVerbose: boolean;
	readonly place: PlaceFlags;
};

function reporterFor(options: CommandLineOptions, { mode, color, isQuiet, isVerbose, place }: Printing): Reporter {
	const { stdout, stderr } = options;
	return createReporter({
		mode,
		stdout,
		stderr,
		stdoutView: viewOf(stdout, options, color),
		stderrView: viewOf(stderr, options, color),
		isQuiet,
		isVerbose,
		canRewriteLine: options.environment['TERM'] !== 'dumb',
		samePlace: samePlace(place, COMMAND_WORDS),
	});
}

function viewOf(output: Output, { environment }: CommandLineOptions, color: unknown): View {
	return { columns: columnsOf(output, environment), hasColour: hasColour(output, environment, color), now: Date.now() };
}

/** For a command line that could not be read: what it seems to want. */
function modeOfWords(words: readonly string[]): OutputMode {
	if (words.includes('--events')) {
		return 'events';
	}

	return words.some((word) => word === '--json' || word.startsWith('--json=')) ? 'json' : 'text';
}

function asEngineError(error: unknown): EngineError {
	const message = error instanceof Error ? error.message : String(error);
	return toEngineError(error, {
		code: 'internal',
		message: `Something inside plugward went wrong: ${message}`,
		hint: 'This is a bug in plugward; please report it with the command you typed.',
	});
}
