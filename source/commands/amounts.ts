import { EngineError } from '../engine/index.ts';

const BYTES: Readonly<Record<string, number>> = { b: 1, kb: 1000, mb: 1000 ** 2, gb: 1000 ** 3, kib: 1024, mib: 1024 ** 2, gib: 1024 ** 3 };
const MILLISECONDS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Reads `128MiB`, `1.5GB` or a bare number of bytes. Throws `usage`. */
export function parseBytes(text: string, flag: string): number {
	return parseAmount(text, { flag, units: BYTES, plain: 1, example: '128MiB' });
}

/** Reads `30s`, `500ms`, `2m`; a bare number is seconds. Throws `usage`. */
export function parseMilliseconds(text: string, flag: string): number {
	return parseAmount(text, { flag, units: MILLISECONDS, plain: 1000, example: '30s' });
}

type Reading = {
	readonly flag: string;
	readonly units: Readonly<Record<string, number>>;
	/** What a number without a unit counts. */
	readonly plain: number;
	readonly example: string;
};

function parseAmount(text: string, { flag, units, plain, example }: Reading): number {
	const match = /^(\d+(?:\.\d+)?) ?([a-z]*)$/i.exec(text.trim());
	const unit = match?.[2]?.toLowerCase() ?? '';
	const factor = unit === '' ? plain : Object.hasOwn(units, unit) ? units[unit] : undefined;
	const amount = match === null || factor === undefined ? Number.NaN : Math.round(Number(match[1]) * factor);
	if (!Number.isSafeInteger(amount) || amount < 1) {
		throw new EngineError('usage', `--${flag} does not understand "${text}".`, { hint: `For example: --${flag} ${example}` });
	}

	return amount;
}
