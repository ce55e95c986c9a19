import { failureOf } from '../failure.ts';
import { readableText } from '../readable-text.ts';
import type { State } from '../state.ts';
import type { Reader } from '../terminal/index.ts';
import type { CommandParts } from './context.ts';

/** Hands what is read now, and the terminal with it, to a program of the user's. */
export function openReader(reader: Reader): (parts: CommandParts, state: State) => void {
	return (parts, state) => void read(parts, reader, state);
}

/** What goes wrong is told; never rejects. */
async function read({ store, host }: CommandParts, reader: Reader, state: State): Promise<void> {
	const text = readableText(state);
	const told =
		text === null
			? 'There is nothing to read here yet.'
			: await host.handOver(reader, text).catch((thrown: unknown) => failureOf(thrown).message);
	if (told !== null) {
		store.dispatch({ type: 'noticed', notice: { tone: 'warning', text: told } });
	}
}
