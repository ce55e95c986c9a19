/* oxlint-disable typescript/no-unnecessary-type-conversion, typescript/no-base-to-string -- callers are untyped JavaScript, so what the types promise is converted all the same. */
import { requestCapability } from './capabilities.ts';

type Stream = 'stdout' | 'stderr';
type Part = {
	readonly output: readonly { readonly stream: Stream; readonly text: string }[];
	readonly end: { readonly exitCode: number | null; readonly outcome: string; readonly isTruncated: boolean } | null;
};
type Options = {
	readonly input?: unknown;
	readonly timeoutMilliseconds?: unknown;
	readonly onOutput?: (stream: Stream, text: string) => void;
};

/** `context.exec`: runs a granted program and waits for its end. Output comes to `onOutput` as it is written, and whole in the result. */
export async function runProgram(program: unknown, args: unknown = [], options: Options = {}): Promise<unknown> {
	const id = await requestCapability('run.start', {
		program: String(program),
		args: Array.isArray(args) ? args.map((argument) => String(argument)) : [],
		input: options.input === undefined ? null : String(options.input),
		timeoutMilliseconds: options.timeoutMilliseconds ?? null,
	});
	const written = { stdout: '', stderr: '' };
	for (;;) {
		const { output, end } = (await requestCapability('run.next', { id })) as Part;
		for (const { stream, text } of output) {
			written[stream] += text;
			options.onOutput?.(stream, text);
		}

		if (end !== null) {
			return { exitCode: end.exitCode, outcome: end.outcome, isTruncated: end.isTruncated, ...written };
		}
	}
}
