// C0 without tab and newline, DEL, C1, bidi overrides and isolates, zero-width characters, line and paragraph separators, BOM, tags.
const HOSTILE =
	// oxlint-disable-next-line no-control-regex
	/[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u061C\u180E\u200B-\u200F\u2028-\u202E\u2060-\u2069\uFEFF\uFFF9-\uFFFB]|[\u{E0000}-\u{E007F}]/gu;
// A whole escape sequence goes, not only its first byte: otherwise `[31m` would stay behind as text.
const ESCAPE_SEQUENCE =
	// oxlint-disable-next-line no-control-regex
	/\u001B(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\u0007\u001B]*(?:\u0007|\u001B\\)?|[ -/]*[0-~])|\u009B[0-?]*[ -/]*[@-~]/gu;

/** Text from a registry, a package or a plugin, made safe to show on a terminal. Tabs and newlines stay. */
export function stripControls(text: string): string {
	return text.replace(ESCAPE_SEQUENCE, '').replace(HOSTILE, '');
}

/** The same on one line: newlines and tabs become spaces. */
export function stripToLine(text: string): string {
	return stripControls(text).replace(/\s+/gu, ' ').trim();
}
