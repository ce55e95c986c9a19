import { span } from '../../theme.ts';
import type { Line } from '../../theme.ts';

/** A share from 0 to 1 as a bar of exactly `width` cells. Anything above nothing shows. */
export function shareBar(share: number, width: number): Line {
	const filled = Math.min(width, share > 0 ? Math.max(1, Math.round(share * width)) : 0);
	return [span('█'.repeat(filled), 'info'), span('░'.repeat(width - filled), 'dim')];
}
