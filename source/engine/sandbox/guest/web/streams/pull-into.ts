import { detached } from '../../array-buffers.ts';

type ViewConstructor = new (buffer: ArrayBuffer, byteOffset: number, length: number) => ArrayBufferView;

/** A buffer that somebody gave to be filled. */
export type PullInto = {
	buffer: ArrayBuffer;
	readonly bufferByteLength: number;
	readonly byteOffset: number;
	readonly byteLength: number;
	filled: number;
	/** Answered once so many bytes are there. */
	readonly minimum: number;
	readonly elementSize: number;
	readonly view: ViewConstructor;
	/** `none`: its reader has let go. */
	reader: 'default' | 'byob' | 'none';
};

/** Takes over the buffer of the view, which is detached for whoever gave it. */
export function pullIntoOf(view: ArrayBufferView, minimum: number): PullInto {
	const constructor = viewConstructor(view);
	const elementSize = view instanceof DataView ? 1 : Number(Reflect.get(constructor, 'BYTES_PER_ELEMENT'));
	const { byteOffset, byteLength } = view;
	const buffer = detached(view.buffer as ArrayBuffer);
	return {
		buffer,
		bufferByteLength: buffer.byteLength,
		byteOffset,
		byteLength,
		filled: 0,
		minimum: minimum * elementSize,
		elementSize,
		view: constructor,
		reader: 'byob',
	};
}

export function automaticPullInto(size: number): PullInto {
	return {
		buffer: new ArrayBuffer(size),
		bufferByteLength: size,
		byteOffset: 0,
		byteLength: size,
		filled: 0,
		minimum: 1,
		elementSize: 1,
		view: Uint8Array,
		reader: 'default',
	};
}

/** A view of the kind that was given, over what was filled. */
export function filledView(pull: PullInto): ArrayBufferView {
	return new pull.view(detached(pull.buffer), pull.byteOffset, pull.filled / pull.elementSize);
}

/** How many elements a view has room for; of a DataView, bytes. */
export function elementsOf(view: ArrayBufferView): number {
	return view instanceof DataView ? view.byteLength : Number(Reflect.get(view, 'length'));
}

function viewConstructor(view: ArrayBufferView): ViewConstructor {
	// Of a subclass, like Buffer, the typed array it is.
	const kinds = [Uint8Array, Int8Array, Uint8ClampedArray, Uint16Array, Int16Array, Uint32Array, Int32Array];
	const wide = [Float16Array, Float32Array, Float64Array, BigInt64Array, BigUint64Array, DataView];
	const found = [...kinds, ...wide].find((kind) => view instanceof kind);
	return found as unknown as ViewConstructor;
}
