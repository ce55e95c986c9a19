import { EventEmitter } from 'node:events';

import { describe, expect, it } from 'vitest';

import { KeySource } from '../../source/terminal/index.ts';

class FakeInput extends EventEmitter {
	readonly isTTY = true;
	readonly modes: boolean[] = [];
	setRawMode(isRaw: boolean): void {
		this.modes.push(isRaw);
	}
	resume(): void {
		this.emit('resumed');
	}
	pause(): void {
		this.emit('paused');
	}
}

/** What a reader like Ink gets: everything that is there, each time it is told that there is something. */
function readBatches(source: KeySource): readonly string[][] {
	const batches: string[][] = [];
	source.on('readable', () => {
		const batch: string[] = [];
		for (let key: unknown = source.read(); key !== null; key = source.read()) {
			batch.push(typeof key === 'string' ? key : 'no key');
		}

		if (batch.length > 0) {
			batches.push(batch);
		}
	});
	return batches;
}

async function turns(count: number): Promise<void> {
	for (let turn = 0; turn < count; turn += 1) {
		await new Promise((resolve) => {
			setImmediate(resolve);
		});
	}
}

describe('the key source', () => {
	it('delivers one key per turn of the event loop', async () => {
		const input = new FakeInput();
		const source = new KeySource(input);
		const batches = readBatches(source);
		source.setRawMode(true);
		input.emit('data', Buffer.from('jjjj'));
		await turns(12);
		expect(batches).toEqual([['j'], ['j'], ['j'], ['j']]);
		source.destroy();
	});

	it('puts a character together whose bytes arrive in two portions', async () => {
		const input = new FakeInput();
		const source = new KeySource(input);
		const batches = readBatches(source);
		source.setRawMode(true);
		const bytes = Buffer.from('数');
		input.emit('data', bytes.subarray(0, 1));
		input.emit('data', bytes.subarray(1));
		await turns(4);
		expect(batches).toEqual([['数']]);
		source.destroy();
	});

	it('reads nothing while the terminal belongs to someone else', async () => {
		const input = new FakeInput();
		const source = new KeySource(input);
		const batches = readBatches(source);
		source.setRawMode(true);
		source.setRawMode(false);
		input.emit('data', 'j');
		await turns(4);
		expect(batches).toEqual([]);
		expect(input.modes).toEqual([true, false]);
		expect(input.listenerCount('data')).toBe(0);
		source.destroy();
	});

	it('spells a lone escape so that Ink does not wait a second time', async () => {
		const input = new FakeInput();
		const source = new KeySource(input);
		const keys = new Promise((resolve) => {
			source.on('readable', () => {
				resolve(source.read());
			});
		});
		source.setRawMode(true);
		input.emit('data', '\u001B');
		expect(await keys).toBe('\u001B[27u');
		source.destroy();
	});
});
