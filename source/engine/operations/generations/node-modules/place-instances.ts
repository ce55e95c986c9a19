import type { InstanceId, Lock } from '../../../lock.ts';

/** One folder of a node_modules tree. The root has no instance: it is the project the tree belongs to. */
export type Place = {
	/** The name it is imported by, hence of its folder. */
	readonly name: string;
	readonly instance: InstanceId | null;
	readonly parent: Place | null;
	readonly children: Map<string, Place>;
	/** Set when this folder is a symbolic link to another place of the same instance. */
	readonly linkTo: Place | null;
	/** Names that something below resolves above this place: nothing else may take them here. */
	readonly reserved: Map<string, InstanceId>;
};

/**
 * Puts every instance as high as node's lookup allows, nested where two versions collide, so that each edge of the lock leads to the
 * instance it names. `has` leaves out what this platform has no bytes of.
 */
export function placeInstances(lock: Lock, has: (instance: InstanceId) => boolean): Place {
	const root = newPlace({ name: '', instance: null, parent: null, linkTo: null });
	for (const [name, { instance }] of Object.entries(lock.roots)) {
		if (has(instance)) {
			root.children.set(name, newPlace({ name, instance, parent: root, linkTo: null }));
		}
	}

	const queue = new Set(root.children.values());
	for (const place of queue) {
		for (const [name, target] of Object.entries(lock.packages[place.instance ?? '']?.dependencies ?? {})) {
			const added = has(target) ? satisfy(place, name, target) : null;
			if (added !== null && added.linkTo === null) {
				queue.add(added);
			}
		}
	}

	return root;
}

/** The folder of a place inside the tree, as path segments: `['a', 'node_modules', '@s/b']`. */
export function segmentsOf(place: Place): readonly string[] {
	if (place.parent === null) {
		return [];
	}

	const above = segmentsOf(place.parent);
	return above.length === 0 ? [place.name] : [...above, 'node_modules', place.name];
}

/** The new place, or null when the edge already leads to its target. */
function satisfy(from: Place, name: string, target: InstanceId): Place | null {
	const found = lineage(from).find(({ children }) => children.has(name));
	if (found?.children.get(name)?.instance === target) {
		reserve(from, found, { name, target });
		return null;
	}

	// Nesting an instance below itself could go on for ever; node follows a link to where it is already.
	const linkTo = lineage(from).find(({ instance }) => instance === target) ?? null;
	const parent = highestFree(from, name, target);
	const place = newPlace({ name, instance: target, parent, linkTo });
	parent.children.set(name, place);
	reserve(from, parent, { name, target });
	return place;
}

function highestFree(from: Place, name: string, target: InstanceId): Place {
	let highest = from;
	for (const above of lineage(from).slice(1)) {
		if (above.children.has(name) || (above.reserved.get(name) ?? target) !== target) {
			break;
		}

		highest = above;
	}

	return highest;
}

function reserve(from: Place, until: Place, { name, target }: { readonly name: string; readonly target: InstanceId }): void {
	for (const place of lineage(from)) {
		if (place === until) {
			return;
		}

		place.reserved.set(name, target);
	}
}

/** The place itself, then what is above it, as node looks. */
function lineage(place: Place): readonly Place[] {
	const places: Place[] = [];
	for (let at: Place | null = place; at !== null; at = at.parent) {
		places.push(at);
	}

	return places;
}

function newPlace(parts: Pick<Place, 'name' | 'instance' | 'parent' | 'linkTo'>): Place {
	return { ...parts, children: new Map(), reserved: new Map() };
}
