import type { Change } from './engine/index.ts';

/** The version that comes or goes, or both. */
export function versionWords(change: Change): string {
	switch (change.type) {
		case 'add':
			return change.to;
		case 'remove':
			return change.from;
		case 'update':
		case 'downgrade':
			return `${change.from} -> ${change.to}`;
	}
}
