import type { CapabilityOutcome } from './capability.ts';

/** What one run may use in all, apart from time and memory. */
export type PluginQuotas = {
	/** Written to files. */
	readonly writtenBytes: number;
	/** Of requests and responses, as on the wire, without headers. */
	readonly sentBytes: number;
	readonly receivedBytes: number;
	/** Kept in `context.storage` and below `$data`, by all runs together. */
	readonly storageBytes: number;
	readonly storageKeys: number;
	readonly logLines: number;
	readonly logCharacters: number;
	readonly messages: number;
};

export type QuotaName = 'written' | 'sent' | 'received' | 'storage' | 'log' | 'messages';

const MEBIBYTE = 1024 * 1024;

export const DEFAULT_QUOTAS: PluginQuotas = {
	writtenBytes: 64 * MEBIBYTE,
	sentBytes: 16 * MEBIBYTE,
	receivedBytes: 64 * MEBIBYTE,
	storageBytes: MEBIBYTE,
	storageKeys: 1000,
	logLines: 100_000,
	logCharacters: 4 * MEBIBYTE,
	messages: 100_000,
};

/** Counts what is used of one bound. */
export type Counter = {
	readonly left: () => number;
	/** Takes the amount; null when it fits, else the outcome to answer with, and nothing was taken. */
	readonly take: (amount: number) => Extract<CapabilityOutcome, { readonly type: 'limit' }> | null;
	/** Takes what has been used already, whether it fits or not. */
	readonly add: (amount: number) => void;
};

export function createCounter(limit: QuotaName, { bound, unit }: { readonly bound: number; readonly unit: string }): Counter {
	let used = 0;
	return {
		left: () => Math.max(0, bound - used),
		take: (amount) => {
			if (used + amount > bound) {
				return overLimit(limit, { bound, measured: used + amount, unit });
			}

			used += amount;
			return null;
		},
		add: (amount) => {
			used += amount;
		},
	};
}

export function overLimit(
	limit: QuotaName,
	{ bound, measured, unit }: { readonly bound: number; readonly measured: number; readonly unit: string },
): Extract<CapabilityOutcome, { readonly type: 'limit' }> {
	return { type: 'limit', limit, bound, measured, text: `${WORDS[limit]} would be ${measured} ${unit}, and at most ${bound} are allowed.` };
}

const WORDS: Readonly<Record<QuotaName, string>> = {
	written: 'What this run writes to files',
	sent: 'What this run sends',
	received: 'What this run receives',
	storage: 'What this plugin keeps',
	log: 'What this run logs',
	messages: 'What this run sends as messages',
};
