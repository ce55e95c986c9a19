import { editedLine } from '../edited-line.ts';
import { enterCommand, resolveCommand, resolveKey } from '../key-bindings.ts';
import type { Command, Resolved } from '../key-bindings.ts';
import { editLine, insertText } from '../terminal/index.ts';
import { performCommand } from './commands.ts';
import type { CommandParts } from './context.ts';

/** These are pressed twice to leave while something runs. */
const LEAVING: ReadonlySet<string> = new Set(['interrupt', 'quit']);

export type Keys = {
	readonly key: (name: string) => void;
	readonly paste: (text: string) => void;
	/** Does a command that is named on the screen, or says why not. */
	readonly perform: (command: Command) => void;
	/** What Enter usually does here, whichever key does it now. */
	readonly enter: () => void;
};

/** Turns keys into commands, and into text where something is typed. */
export function createKeys(parts: CommandParts): Keys {
	const { store, loading } = parts;

	function edited(): void {
		if (store.getState().editing?.type === 'search') {
			loading.searchSoon();
		}
	}

	function type(name: string): void {
		const state = store.getState();
		const line = state.editing === null ? null : editLine(editedLine(state), name);
		if (line !== null) {
			edited();
			store.dispatch({ type: 'line-changed', line });
		}
	}

	function obey(resolved: Resolved): void {
		if (resolved.type === 'refused' || !LEAVING.has(resolved.command)) {
			store.dispatch({ type: 'quit-armed', isArmed: false });
		}

		if (resolved.type === 'refused') {
			return store.dispatch({ type: 'noticed', notice: { tone: 'warning', text: `Not now: ${resolved.reason}.` } });
		}

		performCommand(parts, resolved.command);
	}

	function perform(command: Command): void {
		const resolved = resolveCommand(store.getState(), command);
		return resolved === null ? undefined : obey(resolved);
	}

	return {
		perform,
		key(name) {
			const resolved = resolveKey(store.getState(), name);
			return resolved === null ? type(name) : obey(resolved);
		},
		enter() {
			const command = enterCommand(store.getState());
			return command === null ? undefined : perform(command);
		},
		paste(text) {
			if (store.getState().editing !== null) {
				edited();
				store.dispatch({ type: 'line-changed', line: insertText(editedLine(store.getState()), text) });
			}
		},
	};
}
