import { StringDecoder } from 'node:string_decoder';

/** Colours, moves of the cursor and erasing; hiding the cursor. Nothing that asks the terminal, names it, or writes to the clipboard. */
// oxlint-disable-next-line no-control-regex
const HARMLESS = /^\u001B\[(?:[\d;:]*[ABCDEFGHJKSTm]|\?25[lh])/;
// oxlint-disable-next-line no-control-regex
const SEQUENCE = /^\u001B(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][\s\S]*?(?:\u0007|\u001B\\)|[ -/]*[0-~])/;
// oxlint-disable-next-line no-control-regex
const UNFINISHED = /^\u001B(?:\[[0-?]*[ -/]*|[\]PX^_][\s\S]*|[ -/]*)$/;
const MAXIMUM_HELD = 4096;

/**
 * What a program nobody vetted may say to a terminal: text, colours and moves. Everything else is left out, since a terminal answers some
 * sequences as if the user had typed, and others change more than the screen. Works on pieces; what is cut in the middle waits.
 */
export function createTerminalFilter(): (bytes: Uint8Array) => string {
	const decoder = new StringDecoder('utf8');
	let held = '';
	return (bytes) => {
		let text = held + decoder.write(Buffer.from(bytes));
		held = '';
		let clean = '';
		while (text !== '') {
			const escape = text.indexOf('\u001B');
			clean += withoutControls(escape === -1 ? text : text.slice(0, escape));
			text = escape === -1 ? '' : text.slice(escape);
			const [harmless] = HARMLESS.exec(text) ?? [];
			const [sequence] = SEQUENCE.exec(text) ?? [];
			if (harmless !== undefined) {
				clean += harmless;
			} else if (sequence === undefined && UNFINISHED.test(text) && text.length < MAXIMUM_HELD) {
				held = text;
				return clean;
			}

			text = text.slice((harmless ?? sequence)?.length ?? 1);
		}

		return clean;
	};
}

function withoutControls(text: string): string {
	// oxlint-disable-next-line no-control-regex
	return text.replace(/[\u0000-\u0007\u000B\u000C\u000E-\u001F\u007F-\u009F]/g, '');
}
