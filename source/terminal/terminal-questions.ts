/** What a terminal can be asked about itself, over whatever line. */
export type TerminalFacts = {
	/** From the colour of its ground; null when it does not say. */
	readonly ground: 'dark' | 'light' | null;
	/** It holds a frame back until it is whole (DEC mode 2026). */
	readonly canSynchronise: boolean;
};

const ASK_GROUND = '\u001B]11;?\u0007';
const ASK_SYNCHRONISED = '\u001B[?2026$p';
/** Every terminal answers this one (DA1), and answers in order: nothing comes after it. */
const ASK_LAST = '\u001B[c';

// oxlint-disable-next-line no-control-regex
const GROUND = /^\u001B\]11;rgba?:([\da-f]{1,4})\/([\da-f]{1,4})\/([\da-f]{1,4})/i;
// oxlint-disable-next-line no-control-regex
const SYNCHRONISED = /^\u001B\[\?2026;([0-4])\$y/;
// oxlint-disable-next-line no-control-regex
const LAST = /^\u001B\[\?[\d;]*c/;

export type TerminalQuestions = {
	/** What to send, all in one write. */
	readonly text: string;
	/** Takes one answer. */
	readonly onAnswer: (sequence: string) => void;
	/** Settles with the last answer; never when the terminal does not answer. */
	readonly answered: Promise<void>;
};

/** `onFacts` hears all that is known so far, each time something new is. */
export function askTerminal(onFacts: (facts: TerminalFacts) => void): TerminalQuestions {
	let facts: TerminalFacts = { ground: null, canSynchronise: false };
	const last = Promise.withResolvers<void>();

	function learn(news: Partial<TerminalFacts>): void {
		facts = { ...facts, ...news };
		onFacts(facts);
	}

	return {
		text: ASK_GROUND + ASK_SYNCHRONISED + ASK_LAST,
		answered: last.promise,
		onAnswer(sequence) {
			const ground = GROUND.exec(sequence);
			const synchronised = SYNCHRONISED.exec(sequence);
			if (ground !== null) {
				learn({ ground: brightness(ground.slice(1)) > 0.5 ? 'light' : 'dark' });
			} else if (synchronised !== null) {
				// 1 and 2 say that it is on or off now; 0 that it is unknown, 3 and 4 that it cannot be changed.
				learn({ canSynchronise: synchronised[1] === '1' || synchronised[1] === '2' });
			} else if (LAST.test(sequence)) {
				last.resolve();
			}
		},
	};
}

/** What `COLORFGBG` says, which some terminals set: the last of its numbers is the ground, 7 and 15 are white. */
export function groundOfEnvironment(environment: Readonly<Record<string, string | undefined>>): TerminalFacts['ground'] {
	const ground = environment['COLORFGBG']?.split(';').at(-1);
	if (ground === undefined || !/^\d{1,2}$/.test(ground)) {
		return null;
	}

	return ground === '7' || ground === '15' ? 'light' : 'dark';
}

/** From 0 to 1, as the eye weighs red, green and blue (ITU-R BT.601). Each is one to four hexadecimal digits. */
function brightness([red = '0', green = '0', blue = '0']: readonly string[]): number {
	const part = (digits: string): number => Number.parseInt(digits, 16) / (16 ** digits.length - 1);
	return 0.299 * part(red) + 0.587 * part(green) + 0.114 * part(blue);
}
