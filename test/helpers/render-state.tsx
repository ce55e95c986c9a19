import { render } from 'ink';

import { App } from '../../source/app.tsx';
import type { State } from '../../source/state.ts';
import { createStore } from '../../source/store.ts';
import { FakeInput, FakeOutput } from './fake-ink-streams.ts';

/** What the app shows for one state, as rows without escapes. Nothing is loaded and no key works. */
export async function renderState(state: State): Promise<readonly string[]> {
	const output = new FakeOutput(state.size.columns, state.size.rows);
	const nothing = (): void => undefined;
	const actions = { start: nothing, stop: nothing, finishAlone: async () => undefined, key: nothing, mouse: nothing, paste: nothing };
	const instance = render(<App store={createStore(state)} actions={actions} onMount={nothing} />, {
		stdout: output as unknown as NodeJS.WriteStream,
		stdin: new FakeInput() as unknown as NodeJS.ReadStream,
		debug: true,
		exitOnCtrlC: false,
		patchConsole: false,
	});
	await new Promise(setImmediate);
	// Before it ends, which draws once more.
	const { frame } = output;
	instance.unmount();
	await instance.waitUntilExit();
	// oxlint-disable-next-line no-control-regex
	return frame.replaceAll(/\u001B\[[\d;?]*[A-Za-z]/g, '').split('\n');
}
