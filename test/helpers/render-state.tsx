import { EventEmitter } from 'node:events';

import { render } from 'ink';

import { App } from '../../source/app.tsx';
import type { State } from '../../source/state.ts';
import { createStore } from '../../source/store.ts';

class Output extends EventEmitter {
	readonly isTTY = false;
	readonly columns: number;
	readonly rows: number;
	frame = '';

	constructor({ columns, rows }: State['size']) {
		super();
		this.columns = columns;
		this.rows = rows;
	}

	write(frame: string, written?: () => void): boolean {
		this.frame = frame === '' ? this.frame : frame;
		written?.();
		return true;
	}
}

class Input extends EventEmitter {
	readonly isTTY = true;
	setRawMode(): void {
		// Nobody types.
	}
	setEncoding(): void {
		// Nothing is read.
	}
	ref(): void {
		// Nothing is read.
	}
	unref(): void {
		// Nothing is read.
	}
	read(): null {
		return null;
	}
}

/** What the app shows for one state, as rows without escapes. Nothing is loaded and no key works. */
export async function renderState(state: State): Promise<readonly string[]> {
	const output = new Output(state.size);
	const nothing = (): void => undefined;
	const actions = { start: nothing, stop: nothing, finishAlone: async () => undefined, key: nothing, mouse: nothing, paste: nothing };
	const instance = render(<App store={createStore(state)} actions={actions} onMount={nothing} />, {
		stdout: output as unknown as NodeJS.WriteStream,
		stdin: new Input() as unknown as NodeJS.ReadStream,
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
