export type Environment = Readonly<Record<string, string | undefined>>;

/** Where text goes; a part of what node calls a write stream. */
export type Output = {
	readonly isTTY?: boolean | undefined;
	readonly columns?: number | undefined;
	readonly write: (text: string) => unknown;
};

export type Input = AsyncIterable<Uint8Array | string> &
	NodeJS.ReadableStream & {
		readonly isTTY?: boolean | undefined;
		readonly setRawMode?: ((isRaw: boolean) => unknown) | undefined;
	};

/** A machine watches, not a person. `CI=false` and `CI=0` say no. */
export function isContinuousIntegration(environment: Environment): boolean {
	const { CI } = environment;
	return (CI !== undefined && CI !== '' && CI !== 'false' && CI !== '0') || (environment['CONTINUOUS_INTEGRATION'] ?? '') !== '';
}

/** The screen needs a terminal on both sides that understands more than lines, and a person before it. */
export function canOpenScreen(streams: { readonly stdin: Input; readonly stdout: Output }, environment: Environment): boolean {
	return (
		streams.stdin.isTTY === true && streams.stdout.isTTY === true && environment['TERM'] !== 'dumb' && !isContinuousIntegration(environment)
	);
}

/** A question is asked on standard error, so that standard output holds the result only. */
export function canAsk(streams: { readonly stdin: Input; readonly stderr: Output }, environment: Environment): boolean {
	return streams.stdin.isTTY === true && streams.stderr.isTTY === true && !isContinuousIntegration(environment);
}

/** `--no-color` and `--color` win over `NO_COLOR`, that over `FORCE_COLOR`, that over the terminal. Any non-empty value counts. */
export function hasColour(output: Output, environment: Environment, flag: unknown): boolean {
	if (typeof flag === 'boolean') {
		return flag;
	}

	if ((environment['NO_COLOR'] ?? '') !== '') {
		return false;
	}

	const forced = environment['FORCE_COLOR'];
	if (forced !== undefined && forced !== '') {
		return forced !== '0' && forced !== 'false';
	}

	return output.isTTY === true && environment['TERM'] !== 'dumb';
}

/** Width for tables. A file or a pipe has none, so nothing is cut there unless `COLUMNS` says otherwise. */
export function columnsOf(output: Output, environment: Environment): number {
	const named = Number(environment['COLUMNS'] ?? '');
	if (output.isTTY === true) {
		return Math.max(40, output.columns ?? 80);
	}

	return Number.isSafeInteger(named) && named >= 40 ? named : Number.POSITIVE_INFINITY;
}
