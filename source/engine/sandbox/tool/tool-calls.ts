import { stripToLine } from '../../strip-controls.ts';
import { answerPackageCall } from '../package-files.ts';
import { createStackReader } from '../stack-positions.ts';
import type { RunToolRequest } from './tool-request.ts';

export type ToolEnding = {
	readonly exitCode: number;
	/** What it called and the sandbox does not have, when that is what ended it; null otherwise. */
	readonly lacked: string | null;
};

type Call = { readonly operation: string; readonly args: Readonly<Record<string, unknown>> };

/** What a shell says of a program that wrote into a closed pipe. */
const CLOSED_PIPE_EXIT_CODE = 141;
const MAXIMUM_LACKED_CHARACTERS = 300;
const MAXIMUM_CHUNK_BYTES = 4 * 1024 * 1024;

/** The calls only a tool may make: its streams, its end, its own files. Null for what the broker has to decide. */
export function answerToolCalls(
	request: RunToolRequest,
	{ ending, signal }: { readonly ending: PromiseWithResolvers<ToolEnding>; readonly signal: AbortSignal },
): (call: Call) => Promise<string | null> {
	const { streams, files, map } = request;
	const positions = createStackReader(map);
	let lacked: string | null = null;
	const write = async (stream: 'stdout' | 'stderr', bytes: Uint8Array): Promise<string> => {
		if (!(await streams.write(stream, bytes))) {
			ending.resolve({ exitCode: CLOSED_PIPE_EXIT_CODE, lacked: null });
			return forever();
		}

		return ANSWERED;
	};

	return async (call) => {
		const { args } = call;
		switch (call.operation) {
			case 'tool.write': {
				const bytes = Buffer.from(typeof args['data'] === 'string' ? args['data'] : '', 'base64');
				return write(args['descriptor'] === 2 ? 'stderr' : 'stdout', bytes.subarray(0, MAXIMUM_CHUNK_BYTES));
			}
			case 'tool.crash':
				lacked = typeof args['lacked'] === 'string' ? stripToLine(args['lacked'].slice(0, MAXIMUM_LACKED_CHARACTERS)) : null;
				return write('stderr', Buffer.from(`${positions(typeof args['text'] === 'string' ? args['text'] : '').slice(0, 100_000)}\n`));
			case 'tool.read': {
				const bytes = await streams.read({ signal });
				return JSON.stringify({ value: bytes === null ? null : Buffer.from(bytes).toString('base64') });
			}
			case 'package.bundle':
				return bundleMore(request, args);
			case 'tool.exit': {
				const { code } = args;
				ending.resolve({ exitCode: typeof code === 'number' && Number.isInteger(code) ? code & 0xff : 1, lacked });
				return forever();
			}
			default:
				return answerPackageCall(files, call);
		}
	};
}

/** The guest runs the script itself; it holds nothing but files of the packages that run already. */
async function bundleMore({ bundleMore: bundle }: RunToolRequest, { name, path }: Readonly<Record<string, unknown>>): Promise<string> {
	try {
		return JSON.stringify({ value: (await bundle(String(name), String(path))).code });
	} catch (error) {
		return JSON.stringify({
			error: { code: 'ERR_MODULE_NOT_FOUND', message: stripToLine(error instanceof Error ? error.message : String(error)) },
		});
	}
}

const ANSWERED = JSON.stringify({ value: null });

/** The guest waits in place, so that nothing runs after its end; the kill is on its way. */
function forever(): Promise<never> {
	return Promise.withResolvers<never>().promise;
}
