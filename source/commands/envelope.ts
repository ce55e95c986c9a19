import { EngineError } from '../engine/index.ts';
import type { Command, JsonData, Warning } from './command.ts';

export const SCHEMA = 'plugward/v1';

export type Failure = {
	readonly code: string;
	readonly message: string;
	readonly hint: string | null;
	readonly details: unknown;
};

/** The one document that `--json` prints, and the last line of `--events`. */
export type Envelope = {
	readonly schema: typeof SCHEMA;
	readonly command: string | null;
	readonly ok: boolean;
	readonly data?: unknown;
	readonly error?: Failure;
	readonly warnings: readonly Warning[];
};

export function successEnvelope(command: string, data: JsonData, warnings: readonly Warning[]): Envelope {
	return { schema: SCHEMA, command, ok: true, data, warnings };
}

/** `data` is there when a command ended with a complete result that is no success, for instance findings. */
export function failureEnvelope(
	command: string | null,
	{ error, data, warnings }: { readonly error: EngineError; readonly data: JsonData | null; readonly warnings: readonly Warning[] },
): Envelope {
	const failure = { code: error.code, message: error.message, hint: error.hint ?? null, details: error.details ?? null };
	return { schema: SCHEMA, command, ok: false, ...(data === null ? {} : { data }), error: failure, warnings };
}

/** Keeps the named fields of the data or, where a command returns rows, of each row. Throws `usage` on an unknown field. */
export function pickFields(data: JsonData, fields: readonly string[], command: Pick<Command, 'rows'>): JsonData {
	if (command.rows === null) {
		return pick(data, fields);
	}

	const rows = data[command.rows];
	return { ...data, [command.rows]: Array.isArray(rows) ? rows.map((row: unknown) => (isRecord(row) ? pick(row, fields) : row)) : rows };
}

/** Reads `name,version`. Throws `usage` on a field that the command does not have. */
export function parseFields(text: string, command: Pick<Command, 'name' | 'fields'>): readonly string[] {
	const fields = text
		.split(',')
		.map((field) => field.trim())
		.filter((field) => field !== '');
	const unknown = fields.find((field) => !command.fields.includes(field));
	if (unknown !== undefined) {
		throw new EngineError('usage', `"${unknown}" is not a field of ${command.name}.`, { hint: `Fields: ${command.fields.join(', ')}` });
	}

	return fields;
}

// DEL, C1, bidi controls, zero-width characters and separators are legal inside JSON strings and still move a terminal.
const UNSAFE_IN_JSON = /[\u007F-\u009F\u061C\u180E\u200B-\u200F\u2028-\u202E\u2060-\u2069\uFEFF\uFFF9-\uFFFB]|\uDB40[\uDC00-\uDC7F]/g;

/** JSON that is lossless and safe to look at: every character that could steer a terminal is written as `\uXXXX`. */
export function safeJson(value: unknown, indent: number): string {
	return JSON.stringify(value, null, indent).replace(UNSAFE_IN_JSON, (characters) =>
		Array.from({ length: characters.length }, (_, index) => `\\u${characters.charCodeAt(index).toString(16).padStart(4, '0')}`).join(''),
	);
}

function pick(record: JsonData, fields: readonly string[]): JsonData {
	return Object.fromEntries(fields.map((field) => [field, record[field] ?? null]));
}

function isRecord(value: unknown): value is JsonData {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
