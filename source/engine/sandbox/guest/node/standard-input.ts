import { askNow, requestCapability } from '../capabilities.ts';
import { Buffer } from '../modules/buffer.ts';
import { Readable } from './readable.ts';

/** All that is left of standard input, waiting in place. */
export function readAllInput(): Buffer {
	const chunks: Buffer[] = [];
	for (let data = askNow('tool.read', {}); typeof data === 'string'; data = askNow('tool.read', {})) {
		chunks.push(Buffer.from(data, 'base64'));
	}

	return Buffer.concat(chunks);
}

/** `process.stdin`: reads only when somebody listens, so that a tool which does not care ends by itself. */
export class StandardInput extends Readable {
	readonly fd = 0;
	readonly isTTY: boolean | undefined;
	#isReferenced = true;
	isReading = false;

	constructor({ isTTY }: { readonly isTTY: boolean }) {
		super();
		this.isTTY = isTTY ? true : undefined;
	}

	override _read(): void {
		this.isReading = true;
		void this.#readNext();
	}

	async #readNext(): Promise<void> {
		try {
			const data = await requestCapability('tool.read', {});
			this.isReading = false;
			this.push(typeof data === 'string' ? Buffer.from(data, 'base64') : null);
		} catch (error) {
			this.destroy(error as Error);
		}
	}

	/** Whether a call for input keeps the tool alive. */
	get isWaited(): boolean {
		return this.#isReferenced && (this._readableState.flowing !== false || this.listenerCount('readable') > 0);
	}

	setRawMode(): this {
		return this;
	}

	ref(): this {
		this.#isReferenced = true;
		return this;
	}

	unref(): this {
		this.#isReferenced = false;
		return this;
	}
}
