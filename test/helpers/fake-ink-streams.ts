import { EventEmitter } from 'node:events';

/** What Ink draws to, without a terminal: keeps the last frame. */
export class FakeOutput extends EventEmitter {
	readonly isTTY = false;
	readonly columns: number;
	readonly rows: number;
	frame = '';

	constructor(columns: number, rows: number) {
		super();
		this.columns = columns;
		this.rows = rows;
	}

	write(frame: string, written?: () => void): boolean {
		// Ink waits for an empty write as a barrier.
		this.frame = frame === '' ? this.frame : frame;
		written?.();
		return true;
	}
}

/** What Ink reads from; keys go to the actions directly. */
export class FakeInput extends EventEmitter {
	readonly isTTY = true;
	setRawMode(): void {
		// Keys go to the actions directly.
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
