/** Downloads of one day in UTC, written `2026-01-31`. */
export type DayOfDownloads = { readonly day: string; readonly downloads: number };

/** How often a package was downloaded, as its registry counts it; nobody here can check that. */
export type DownloadNumbers =
	| {
			readonly type: 'told';
			/** Who tells it. */
			readonly host: string;
			/** About a month, the oldest day first and none left out; never empty. */
			readonly days: readonly DayOfDownloads[];
			readonly total: number;
			/** The last seven of `days` together, or all of them when they are fewer. */
			readonly lastWeek: number;
			/** The seven before; null when there are not as many. */
			readonly weekBefore: number | null;
	  }
	| {
			readonly type: 'untold';
			readonly reason: 'not-served' | 'unknown-package' | 'unreadable' | 'unreachable' | 'offline' | 'switched-off';
			/** One sentence. */
			readonly why: string;
	  };
