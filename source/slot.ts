import type { Loaded, LoadedByName } from './state.ts';

/** Something that can be loaded: one of its kind, or one for a name. */
export type Slot = keyof Loaded | { readonly of: keyof LoadedByName; readonly name: string };

/** Names a slot among all of them. */
export function slotKey(slot: Slot): string {
	return typeof slot === 'string' ? slot : `${slot.of} ${slot.name}`;
}
