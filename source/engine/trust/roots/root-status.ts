import type { RootSummary } from '../../trust-calls.ts';

/** What is known of a trust root without using it. */
export type RootStatus = Omit<RootSummary, 'warning'>;

export type RootWarning = { readonly text: string; readonly fix: string; readonly isOver: boolean };

const DAY_MILLISECONDS = 86_400_000;
const WARN_DAYS = 60;

/** What should be done about a root, from 60 days before its end; null when nothing. */
export function rootWarning({ id, source, expiresAt, problem }: RootStatus, now: number): RootWarning | null {
	const refresh = `Fetch it anew: plugward trust roots refresh ${id}`;
	if (problem !== null) {
		return source === 'tuf'
			? { text: `The trust root "${id}" has nothing to believe: ${problem}.`, fix: refresh, isOver: true }
			: {
					text: `What was fetched for the trust root "${id}" is refused: ${problem}. The one built in is used.`,
					fix: refresh,
					isOver: false,
				};
	}

	if (expiresAt === null) {
		return null;
	}

	const days = Math.floor((Date.parse(expiresAt) - now) / DAY_MILLISECONDS);
	if (days > WARN_DAYS) {
		return null;
	}

	const when = days < 0 ? `ended ${-days} days ago` : `ends in ${days} days`;
	return {
		text: `The trust root "${id}" ${when}, ${expiresAt.slice(0, 10)}.`,
		fix: source === 'tuf' ? refresh : `Install a newer plugward, which brings a newer one, or fetch it: plugward trust roots refresh ${id}`,
		isOver: days < 0,
	};
}
