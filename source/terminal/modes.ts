/** Modes of the terminal (DEC private modes of xterm) and how they are switched. */
export const ENTER_ALTERNATE_SCREEN = '\u001B[?1049h';
export const LEAVE_ALTERNATE_SCREEN = '\u001B[?1049l';
export const SHOW_CURSOR = '\u001B[?25h';
export const HIDE_CURSOR = '\u001B[?25l';
export const SYNCHRONISED_START = '\u001B[?2026h';
export const SYNCHRONISED_END = '\u001B[?2026l';
export const CLEAR_AND_HOME = '\u001B[2J\u001B[H';
/** Presses, releases and the wheel (1000), told in a form that holds in wide terminals too (1006). */
export const MOUSE_ON = '\u001B[?1000h\u001B[?1006h';
export const MOUSE_OFF = '\u001B[?1006l\u001B[?1000l';
const PASTE_OFF = '\u001B[?2004l';

/** Everything that the app may have switched on, off again. Harmless where it is off already, but for the cursor's place. */
export const RESTORE_ALL = `\u001B[m${MOUSE_OFF}${PASTE_OFF}${SYNCHRONISED_END}${SHOW_CURSOR}${LEAVE_ALTERNATE_SCREEN}`;
