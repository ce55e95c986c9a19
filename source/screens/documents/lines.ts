import { cleanLine, cleanLines, fit, wrapText } from '../../format.ts';
import { span } from '../../theme.ts';
import type { Line, Tone } from '../../theme.ts';

/** Building blocks of documents: pure functions from data to lines. Every text that comes from outside passes through here. */

export const BLANK: Line = [];

export function heading(text: string): Line {
	return [span(text, 'strong')];
}

/** Hostile text wrapped to `width`, each line indented by `indent` cells. */
export function paragraph(text: string, width: number, options: { readonly tone?: Tone; readonly indent?: number } = {}): readonly Line[] {
	const { tone = 'plain', indent = 0 } = options;
	return cleanLines(text)
		.flatMap((line) => wrapText(line.trimEnd(), width - indent))
		.map((line) => [span(' '.repeat(indent) + line, tone)]);
}

/** Cells in front of the value of a fact. */
export const LABEL_WIDTH = 13;

/** `Label        value`, the value wrapped under itself. */
export function fact(label: string, value: string, width: number, tone: Tone = 'plain'): readonly Line[] {
	return wrapText(cleanLine(value), width - LABEL_WIDTH).map((line, index) => [
		span(index === 0 ? fit(label, LABEL_WIDTH) : ' '.repeat(LABEL_WIDTH), 'dim'),
		span(line, tone),
	]);
}

/** A sign in front of a wrapped sentence: `[x] signed by ...`. */
export function bullet(sign: string, text: string, options: { readonly width: number; readonly tone?: Tone }): readonly Line[] {
	const indent = sign.length + 1;
	return wrapText(cleanLine(text), options.width - indent).map((line, index) => [
		span(index === 0 ? `${sign} ` : ' '.repeat(indent), options.tone ?? 'plain'),
		span(line),
	]);
}
