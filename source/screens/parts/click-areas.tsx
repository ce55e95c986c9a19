import { measureElement } from 'ink';
import type { DOMElement } from 'ink';
import { createContext, use, useEffect, useRef } from 'react';
import type { RefObject } from 'react';

import type { Command } from '../../keys/binding.ts';
import type { Section } from '../../sections.ts';
import type { PluginTab, ReviewPane } from '../../state.ts';

/** What stands under the pointer, as far as a click or the wheel does something there. */
export type Pointed =
	| { readonly type: 'row'; readonly index: number }
	| { readonly type: 'section'; readonly section: Section }
	| { readonly type: 'tab'; readonly tab: PluginTab }
	/** Does what its key does. */
	| { readonly type: 'command'; readonly command: Command }
	/** A field of the form on top. */
	| { readonly type: 'field'; readonly index: number }
	/** A pane of the review on top, or its name; `index`: a row of its list. */
	| { readonly type: 'pane'; readonly pane: ReviewPane; readonly index?: number }
	| { readonly type: 'detail' };

type Area = (column: number, row: number) => Pointed | null;

export type ClickAreas = {
	/** Everything under a cell of the screen, which counts from zero. */
	readonly at: (column: number, row: number) => readonly Pointed[];
	/** Returns how to take it away. */
	readonly add: (area: Area) => () => void;
};

export function createClickAreas(): ClickAreas {
	const areas = new Set<Area>();
	return {
		at: (column, row) => [...areas].flatMap((area) => area(column, row) ?? []),
		add(area) {
			areas.add(area);
			return () => areas.delete(area);
		},
	};
}

export const ClickContext = createContext<ClickAreas>(createClickAreas());

/** Makes a box an area: `find` is asked with the cell inside of it. */
export function useClickArea(find: Area): RefObject<DOMElement | null> {
	const areas = use(ClickContext);
	const box = useRef<DOMElement>(null);
	const latest = useRef(find);
	useEffect(() => {
		latest.current = find;
	});
	useEffect(
		() =>
			areas.add((column, row) => {
				if (box.current === null) {
					return null;
				}

				const { x, y, width, height } = measureElement(box.current);
				const isInside = column >= x && column < x + width && row >= y && row < y + height;
				return isInside ? latest.current(column - x, row - y) : null;
			}),
		[areas],
	);
	return box;
}
