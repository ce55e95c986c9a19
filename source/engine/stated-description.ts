import { stripToLine } from './strip-controls.ts';

/** The package's own words, from its package.json; empty when it has none. */
export function descriptionIn(packageJson: unknown): string {
	const text = typeof packageJson === 'object' && packageJson !== null && 'description' in packageJson ? packageJson.description : '';
	return typeof text === 'string' ? stripToLine(text) : '';
}
