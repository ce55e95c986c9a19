import { textWidth } from '../format.ts';

// oxlint-disable-next-line no-control-regex
const STYLES = /\u001B\[[\d;]*m/g;
// oxlint-disable-next-line no-control-regex
const SEQUENCES = /[\u001B\u009B](?:[[(][\d;?]*[ -/]*[@-~]|\][^\u0007\u001B]*(?:\u0007|\u001B\\)|[@-Z\\^_])/g;

/**
 * Cells that `text` takes, without the escape sequences in it: what Ink measures with in the built app. All text of ours is cleaned, so
 * there is nothing in it but styles, and nothing whose width the screen writer sees otherwise.
 */
export function stringWidth(text: string): number {
	if (text === '') {
		return 0;
	}

	const plain = text.includes('\u001B') || text.includes('\u009B') ? text.replaceAll(STYLES, '').replaceAll(SEQUENCES, '') : text;
	return textWidth(plain);
}
