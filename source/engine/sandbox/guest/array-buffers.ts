// Taken before the prelude removes it: for plugins it would be a way to buffers that grow.
const transfer = Reflect.get(ArrayBuffer.prototype, 'transfer');
const isDetached = (Object.getOwnPropertyDescriptor(ArrayBuffer.prototype, 'detached') as { get: (this: ArrayBuffer) => boolean }).get;

/** The same bytes in a buffer of their own; the one that was given is empty and of no use afterwards. Throws TypeError when it is that already. */
export function detached(buffer: ArrayBuffer): ArrayBuffer {
	return Reflect.apply(transfer, buffer, []);
}

export function hasLostBytes(buffer: ArrayBufferLike): boolean {
	return buffer instanceof ArrayBuffer && Reflect.apply(isDetached, buffer, []);
}

/** The bytes of a buffer or view, without a copy; null for anything else. */
export function bytesIn(value: unknown): Uint8Array<ArrayBuffer> | null {
	if (ArrayBuffer.isView(value)) {
		return new Uint8Array(value.buffer as ArrayBuffer, value.byteOffset, value.byteLength);
	}

	return value instanceof ArrayBuffer ? new Uint8Array(value) : null;
}
