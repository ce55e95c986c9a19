import type { CallFailure } from '../guest-calls.ts';
import type { GuestScripts } from './guest-scripts.ts';
import type { Isolate, IsolateLibrary, Reference } from './isolate-library.ts';

type Check = (schema: string, value: string) => string;

export type SchemaChecker = {
	/** Null when the value fits. Throws when the schema takes too long or too much memory. */
	readonly check: (schema: string, value: string, side: 'input' | 'output') => Promise<CallFailure | null>;
	readonly dispose: () => void;
};

type CheckerOptions = { readonly library: IsolateLibrary; readonly scripts: GuestScripts; readonly turnMilliseconds: number };

/**
 * A plugin's schema is hostile: its patterns may never end, and the validator turns it into code. So both stay in an isolate of
 * their own beside the plugin's, which sees and returns only strings, and the deadline of the call covers it. It is not the
 * plugin's isolate, where the plugin could replace the validator.
 */
export function createSchemaChecker({ library, scripts, turnMilliseconds }: CheckerOptions): SchemaChecker {
	const isolate: Isolate = new library.Isolate({ memoryLimit: 32 });
	let ready: Promise<Reference<Check>> | null = null;
	const load = async (): Promise<Reference<Check>> => {
		const context = await isolate.createContext();
		return (await context.evalClosure(`${scripts('schema') ?? ''}\nreturn schemaGuest.check;`, [], {
			result: { reference: true },
			timeout: turnMilliseconds,
		})) as Reference<Check>;
	};

	return {
		dispose: () => {
			if (!isolate.isDisposed) {
				isolate.dispose();
			}
		},
		check: async (schema, value, side) => {
			if (schema === '{}') {
				return null;
			}

			ready ??= load();
			const answer = await (await ready).apply(undefined, [schema, value], { timeout: turnMilliseconds });
			return toFailure(answer, side);
		},
	};
}

/** The guest answers `ok`, `schema:why` or `value:why`. */
function toFailure(answer: string, side: 'input' | 'output'): CallFailure | null {
	if (answer === 'ok') {
		return null;
	}

	const detail = answer.slice(answer.indexOf(':') + 1);
	if (answer.startsWith('schema:')) {
		return { reason: 'schema-invalid', detail: `the ${side} schema is not usable: ${detail}` };
	}

	return { reason: side === 'input' ? 'input-invalid' : 'output-invalid', detail };
}
