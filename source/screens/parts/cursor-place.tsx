import { useCursor } from 'ink';
import { createContext, use } from 'react';

export type CursorPlace = { readonly x: number; readonly y: number };

/** Where the terminal's cursor belongs; fields write it while they are drawn. */
export type CursorHolder = { readonly get: () => CursorPlace | null; readonly set: (place: CursorPlace | null) => void };

export function createCursorHolder(): CursorHolder {
	let place: CursorPlace | null = null;
	return {
		get: () => place,
		set(next) {
			place = next;
		},
	};
}

export const CursorContext = createContext<CursorHolder>(createCursorHolder());

/** Called by the focused field. */
export function useCursorPlace(place: CursorPlace | null): void {
	const holder = use(CursorContext);
	if (place !== null) {
		holder.set(place);
	}
}

/**
 * Ink hides the cursor after every frame in which nobody asked for it. Whoever can cause a frame by itself draws this as its last
 * child, so that the cursor stays in its field.
 */
export function KeepCursor() {
	const holder = use(CursorContext);
	useCursor().setCursorPosition(holder.get() ?? undefined);
	return null;
}
