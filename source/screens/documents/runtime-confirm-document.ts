import { type RuntimeAct, runtimeCommandText } from '../../runtime-view.ts';
import type { KeyName } from '../../key-bindings.ts';
import type { Line } from '../../theme.ts';
import { BLANK, fact, heading, paragraph } from './lines.ts';

type Options = { readonly width: number; readonly key: KeyName };

/** What is about to happen to a plugin that runs, and the scripted command that does the same. */
export function runtimeConfirmDocument(act: RuntimeAct, { width, key }: Options): readonly Line[] {
	return [
		...whatHappens(act, { width, key }),
		BLANK,
		heading('The same as a command'),
		...paragraph(`plugward ${runtimeCommandText(act)}`, width, { tone: 'accent' }),
		BLANK,
		...paragraph(
			`${key('runtime-confirm', 'runtime-confirm')} does it; ${key('back', 'runtime-confirm')} leaves, and nothing has changed.`,
			width,
			{ tone: 'dim' },
		),
	];
}

function whatHappens(act: RuntimeAct, { width, key }: Options): readonly Line[] {
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
					`Calls under way and what waits are lost, and the plugin cannot put away its state. To let it end in order: ${key('runtime-toggle', 'runtime')}.`,
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
