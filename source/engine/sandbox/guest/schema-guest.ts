/** Runs in an isolate of its own: checks JSON text against JSON Schema text. */
import { Ajv2020 } from 'ajv/dist/2020.js';

type Problem = { readonly instancePath: string; readonly message?: string; readonly params?: { readonly additionalProperty?: unknown } };

const MAXIMUM_ANSWER = 1000;

/** `ok`, `schema:why` when the schema cannot be used, or `value:why`. */
export function check(schemaText: string, valueText: string): string {
	let validate: ((value: unknown) => unknown) & { errors?: readonly Problem[] | null };
	try {
		const ajv = new Ajv2020({ strict: false, validateFormats: false, logger: false, validateSchema: false });
		validate = ajv.compile(withoutForeignDialect(JSON.parse(schemaText))) as typeof validate;
	} catch (error) {
		return `schema:${error instanceof Error ? error.message : 'unknown'}`.slice(0, MAXIMUM_ANSWER);
	}

	// Exactly true: a schema that calls itself asynchronous answers with a promise.
	if (validate(JSON.parse(valueText)) === true) {
		return 'ok';
	}

	return `value:${describe(validate.errors?.[0])}`.slice(0, MAXIMUM_ANSWER);
}

function describe(problem: Problem | undefined): string {
	const place = problem === undefined || problem.instancePath === '' ? 'the value' : problem.instancePath;
	const name = problem?.params?.additionalProperty;
	return `${place} ${problem?.message ?? 'does not fit'}${typeof name === 'string' ? ` ("${name}")` : ''}`;
}

/** Older dialects differ in corners only; refusing `$schema: draft-07` would refuse most schemas in use. */
function withoutForeignDialect(schema: unknown): object {
	const { $schema: _dialect, ...rest } = schema as { readonly $schema?: unknown };
	return rest;
}
