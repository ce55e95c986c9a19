import { type RuntimeAct, runtimeCommandText } from '../../runtime-view.ts';
import type { Line } from '../../theme.ts';
import { BLANK, fact, heading, paragraph } from './lines.ts';

/** What is about to happen to a plugin that runs, and the scripted command that does the same. */
export function runtimeConfirmDocument(act: RuntimeAct, width: number): readonly Line[] {
	return [
		...whatHappens(act, width),
		BLANK,
		heading('The same as a command'),
		...paragraph(`plugward ${runtimeCommandText(act)}`, width, { tone: 'accent' }),
		BLANK,
		...paragraph('Enter does it; Esc leaves, and nothing has changed.', width, { tone: 'dim' }),
	];
}

function whatHappens(act: RuntimeAct, width: number): readonly Line[] {
	switch (act.type) {
		case 'revoke':
			return [
				heading('This grant is taken away'),
				...fact('Plugin', act.plugin, width),
				...fact('Permission', act.permission, width, 'warning'),
				BLANK,
				...paragraph(
					'At once and for good: what it does under this grant now is cut off, in every process that runs it, and no rollback brings the grant back.',
					width,
				),
			];
		case 'kill':
			return [
				heading('Its process is killed at once'),
				...fact('Plugin', act.plugin, width),
				BLANK,
				...paragraph(
					'Calls under way and what waits are lost, and the plugin cannot put away its state. To let it end in order: s.',
					width,
				),
			];
		case 'reload':
		case 'start':
		case 'stop':
		case 'limits':
		case 'release':
		case 'start-here':
			return [];
	}
}
