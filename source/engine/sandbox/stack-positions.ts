import { SourceMap } from 'node:module';

import { stripControls } from '../strip-controls.ts';

/** How a place in the bundle is written in a stack: the one script has this name. */
const POSITION = /(?:file:\/\/)?\/?plugin\.js:(\d+):(\d+)/g;

/** Frames of the prelude and of what the bundler puts around each module. */
const MACHINERY = /^\s+at .*(?:<isolated-vm>|<stdin>|plugward:|\b__(?:require|commonJS|esm|init)\d*\b)/;
const WRAPPER = /at (?:async )?(?:Object\.)?package:\d+\/\S* \((.*)\)$/;

/**
 * Turns positions in the bundle into those of the package's own files. The map is the one made with the bundle; a map that came with a
 * package is never looked at. Positions the map does not know stay as they are.
 */
export function createStackReader(map: string): (text: string) => string {
	let read: SourceMap | null = null;
	return (text) => {
		if (map === '' || !text.includes('plugin.js:')) {
			return text;
		}

		read ??= new SourceMap(JSON.parse(map));
		const sources = read;
		const original = text.replace(POSITION, (position, line: string, column: string) => {
			const entry = sources.findEntry(Number(line) - 1, Number(column) - 1);
			return 'originalSource' in entry && entry.originalSource !== ''
				? `${stripControls(entry.originalSource)}:${entry.originalLine + 1}:${entry.originalColumn + 1}`
				: position;
		});
		const lines = original.split('\n').filter((line) => !MACHINERY.test(line));
		return lines.map((line) => line.replace(WRAPPER, 'at $1')).join('\n');
	};
}

const MAXIMUM_FRAMES = 20;

/** The lines of a stack that name a place in a package, with their positions in its own files. */
export function readFrames(map: string, stack: string): readonly string[] {
	const lines = createStackReader(map)(stripControls(stack)).split('\n');
	return lines
		.filter((line) => /^\s+at .*:\d+:\d+\)?$/.test(line) && !MACHINERY.test(line))
		.map((line) => line.trim())
		.slice(0, MAXIMUM_FRAMES);
}
