import type { Line } from '../theme.ts';

/** Text that scrolls: its lines are made for exactly this size. */
export type ScreenDocument = { readonly id: string; readonly lines: readonly Line[]; readonly rows: number };

/** Longer lines are hard to read. */
export const READABLE_COLUMNS = 96;
