import type { Observation, Place } from '../../scan.ts';
import { type Finding, findInNodes, LOOKED_AT, type ScanOptions } from './file-findings.ts';
import { collectNames } from './names.ts';
import { measureText } from './obfuscation.ts';
import { nodesOf, parseSource } from './parse-source.ts';
import { registryPutFindings } from './registry-put.ts';
import { deservesParsing } from './source-triggers.ts';

export type FileScan = {
	readonly found: readonly { readonly what: Observation; readonly place: Place }[];
	readonly isMinified: boolean;
};

const MINIFIED_LINE_CHARACTERS = 500;
const MINIFIED_AT_LEAST = 2000;

/** What one source file can do, from its text alone. Never throws for what the text holds. */
export function scanFile(file: string, text: string, options: ScanOptions = { isPlugin: false }): FileScan {
	const isMinified = text.length >= MINIFIED_AT_LEAST && text.length / lineStarts(text).length >= MINIFIED_LINE_CHARACTERS;
	return { found: options.isPlugin || deservesParsing(text) ? placed(file, text, findings(file, text, options)) : [], isMinified };
}

function findings(file: string, text: string, options: ScanOptions): readonly Finding[] {
	const measured = measureText(text).map(({ detail, offset }): Finding => ({ what: 'obfuscated', detail, offset }));
	const parsed = parseSource(file, text);
	if (parsed.type !== 'parsed') {
		return [...measured, { what: parsed.type, detail: parsed.why, offset: 0 }];
	}

	const nodes = nodesOf(parsed.program, LOOKED_AT);
	const names = collectNames(nodes);
	const found = findInNodes(nodes, names, options);
	const reachesNetwork = found.some(({ what }) => what === 'net');
	return [...measured, ...found, ...registryPutFindings(text, parsed.program, { names, reachesNetwork })];
}

function placed(file: string, text: string, all: readonly Finding[]): FileScan['found'] {
	if (all.length === 0) {
		return [];
	}

	const starts = lineStarts(text);
	return all.map(({ what, detail, offset }) => {
		const line = lineOf(starts, offset);
		return { what, place: { file, line: line + 1, column: offset - (starts[line] ?? 0) + 1, detail } };
	});
}

function lineStarts(text: string): readonly number[] {
	const starts = [0];
	for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) {
		starts.push(at + 1);
	}

	return starts;
}

function lineOf(starts: readonly number[], offset: number): number {
	let low = 0;
	let high = starts.length - 1;
	while (low < high) {
		const middle = Math.ceil((low + high) / 2);
		if ((starts[middle] ?? 0) <= offset) {
			low = middle;
		} else {
			high = middle - 1;
		}
	}

	return low;
}
