import { loadPart } from './parts.ts';

type Inspect = (value: unknown, options?: unknown, depth?: unknown, colors?: unknown) => string;
type Format = (options: object, ...values: readonly unknown[]) => string;

/** Text of any value for logs and `util.inspect`, as node writes it. */
export function inspect(value: unknown, options?: unknown, depth?: unknown, colors?: unknown): string {
	return (loadPart('util')['inspect'] as Inspect)(value, options, depth, colors);
}

/** The placeholders of node's `util.format`. Plain texts, which most lines are, load nothing. */
export function format(...values: readonly unknown[]): string {
	return values.every((value, index) => typeof value === 'string' && (index > 0 || values.length === 1 || !value.includes('%')))
		? values.join(' ')
		: formatWithOptions({}, ...values);
}

export function formatWithOptions(options: object, ...values: readonly unknown[]): string {
	return (loadPart('util')['formatWithOptions'] as Format)(options, ...values);
}
