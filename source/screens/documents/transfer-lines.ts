import { amountText, fetchAmount } from '../../fetch-amount.ts';
import type { Fetching } from '../../fetching.ts';
import { cleanLine, formatBytes, formatSeconds, plural, truncate } from '../../format.ts';
import { span } from '../../theme.ts';
import type { Line } from '../../theme.ts';
import { rateOf, silenceOf } from '../../transfer-watch.ts';
import { BLANK } from './lines.ts';

const BAR = 14;

/** How far a fetch has come, how fast it is, and the packages that are on their way. Nothing where nothing is fetched. */
export function transferLines(
	fetching: Fetching,
	{ width, isRunning }: { readonly width: number; readonly isRunning: boolean },
): readonly Line[] {
	const { finished, packages, doneBytes, totalBytes, isAtLeast } = fetchAmount(fetching.planned, Object.values(fetching.transfers));
	if (packages === 0) {
		return [];
	}

	// Of a total that may still grow no share can be drawn.
	const ratio = totalBytes === null || isAtLeast ? finished / packages : doneBytes / Math.max(1, totalBytes);
	const words = `  ${transferWords(fetching, isRunning)}`;
	return [
		BLANK,
		[...progressBar(ratio, Math.max(BAR, Math.min(30, width - words.length))), span(words, 'dim')],
		...(isRunning ? fetching.watch.rows : []).map((id): Line => {
			const { receivedBytes = 0, totalBytes = null } = fetching.transfers[id] ?? {};
			const amount =
				totalBytes === null ? formatBytes(receivedBytes) : amountText({ doneBytes: receivedBytes, totalBytes, isAtLeast: false });
			const share = totalBytes === null ? 0 : receivedBytes / Math.max(1, totalBytes);
			return [span('  '), ...progressBar(share, BAR), span(truncate(`  ${amount}  ${cleanLine(id)}`, Math.max(8, width - BAR - 2)), 'dim')];
		}),
	];
}

/** `3 of 8 packages, 1.9 of 4.8 MB, 384 kB/s`, or what it waits for when nothing comes. Empty when it fetches nothing. */
export function transferWords({ planned, transfers, watch }: Fetching, isRunning: boolean): string {
	const amount = fetchAmount(planned, Object.values(transfers));
	const { finished, packages, doneBytes } = amount;
	if (packages === 0) {
		return '';
	}

	const counted = `${finished} of ${plural(packages, 'package')}`;
	if (!isRunning) {
		return `${counted}, ${formatBytes(doneBytes)}`;
	}

	const [silence, rate] = [silenceOf(watch), rateOf(watch)];
	const pace =
		silence !== null
			? [`nothing for ${formatSeconds(Math.round(silence / 1000))}: waiting for the registry`]
			: rate === null
				? []
				: [`${formatBytes(rate)}/s`];
	return [counted, amountText(amount), ...pace].join(', ');
}

/** Heavy and light strokes, so that it reads without colour. `ratio` from 0 to 1. */
export function progressBar(ratio: number, cells: number): Line {
	const done = Math.round(Math.max(0, Math.min(1, ratio)) * cells);
	return [span('━'.repeat(done), 'good'), span('─'.repeat(Math.max(0, cells - done)), 'dim')];
}
