import type { State } from '../state.ts';
import type { Section } from '../sections.ts';

/** Where a key means something. A place nearer to the user wins. */
export type Place =
	| 'editing'
	| 'form'
	| 'plugin'
	| 'plan'
	| 'conflict'
	| 'trust-why'
	| 'trust-raw'
	| 'confirm'
	| 'operation'
	| 'help'
	| Section
	| 'moving'
	| 'everywhere'
	| 'always';

export type Command =
	| 'interrupt'
	| 'suspend'
	| 'repaint'
	| 'quit'
	| 'back'
	| 'help'
	| 'refresh'
	| `go-${Section}`
	| 'down'
	| 'up'
	| 'page-down'
	| 'page-up'
	| 'start'
	| 'end'
	| 'detail-down'
	| 'detail-up'
	| 'next-tab'
	| 'previous-tab'
	| 'open'
	| 'filter'
	| 'search'
	| 'sort-search'
	| 'complete'
	| 'find-new'
	| 'install'
	| 'update'
	| 'update-all'
	| 'remove'
	| 'run'
	| 'verify'
	| 'verify-all'
	| 'toggle-answer'
	| 'accept'
	| 'deny'
	| 'apply'
	| 'undo'
	| 'retry'
	| 'roll-back'
	| 'switch'
	| 'take-back'
	| 'redo'
	| 'keep'
	| 'compare'
	| 'collect'
	| 'collect-now'
	| 'pin'
	| 'hold'
	| 'disable'
	| 'copy'
	| 'trust-why'
	| 'trust-raw'
	| 'endorse'
	| 'pin-builder'
	| 'unpin-builder'
	| 'reject'
	| 'revoke'
	| 'import-statements'
	| 'except'
	| 'confirm'
	| 'field-next'
	| 'field-previous'
	| 'submit'
	| 'stop-editing';

export type Binding = {
	readonly command: Command;
	readonly keys: readonly string[];
	readonly place: Place;
	/** One or two words for the footer; null leaves it to the help page. */
	readonly label: string | null;
	readonly help: string;
	/** Why it cannot be done now, as half a sentence; null when it can. */
	readonly whyNot?: (state: State) => string | null;
};
