/** What Select Graphic Rendition (ECMA-48 8.3.117) has switched on, as far as a frame uses it. */
type Switches = { readonly attributes: ReadonlySet<number>; readonly foreground: string; readonly background: string };

/** The canonical parameters of a style, for instance `1;36`; empty for the terminal's own. Two equal styles are equal strings. */
export type GraphicStyle = string;

export const PLAIN_STYLE: GraphicStyle = '';

const NOTHING: Switches = { attributes: new Set(), foreground: '', background: '' };
/** What each closing parameter switches off: 22 ends bold and dim alike. */
const CLOSED_BY: ReadonlyMap<number, readonly number[]> = new Map([
	[22, [1, 2]],
	[23, [3]],
	[24, [4]],
	[27, [7]],
	[28, [8]],
	[29, [9]],
]);
const OPENING: ReadonlySet<number> = new Set([...CLOSED_BY.values()].flat());
/** A space shows these, the others it does not. */
const SEEN_ON_SPACES: ReadonlySet<number> = new Set([4, 7, 9]);

const known = new Map<string, GraphicStyle | null>();
const parsed = new Map<GraphicStyle, Switches>([[PLAIN_STYLE, NOTHING]]);

const blanks = new Map<GraphicStyle, GraphicStyle>();

/** The style after `parameters` came while `style` was on; null for a parameter nobody here understands. */
export function changeStyle(style: GraphicStyle, parameters: string): GraphicStyle | null {
	const key = `${style}|${parameters}`;
	const remembered = known.get(key);
	if (remembered !== undefined) {
		return remembered;
	}

	const changed = change(parsed.get(style) ?? NOTHING, parameters);
	const canonical = changed === null ? null : canonicalOf(changed);
	if (changed !== null && canonical !== null) {
		parsed.set(canonical, changed);
	}

	// Frames use a dozen styles; a terminal's worth of random colours must not fill the memory.
	if (known.size < 4096) {
		known.set(key, canonical);
	}

	return canonical;
}

/** The part of a style that a blank cell shows. */
export function styleOfBlank(style: GraphicStyle): GraphicStyle {
	let blank = blanks.get(style);
	if (blank === undefined) {
		blank = style === PLAIN_STYLE ? style : findStyleOfBlank(style);
		blanks.set(style, blank);
	}

	return blank;
}

function findStyleOfBlank(style: GraphicStyle): GraphicStyle {
	const { attributes, background, foreground } = parsed.get(style) ?? NOTHING;
	const seen = new Set([...attributes].filter((attribute) => SEEN_ON_SPACES.has(attribute)));
	// Lines through or under a space, and the inverse of one, have the colour of the text.
	return canonicalOf({ attributes: seen, background, foreground: seen.size === 0 ? '' : foreground });
}

/** The shortest way to spell `to` for a terminal that shows `from`. */
export function styleSequence(from: GraphicStyle, to: GraphicStyle): string {
	if (from === to) {
		return '';
	}

	if (to === PLAIN_STYLE) {
		return '\u001B[m';
	}

	return from === PLAIN_STYLE ? `\u001B[${to}m` : `\u001B[0;${to}m`;
}

function change(before: Switches, parameters: string): Switches | null {
	let changed: Switches = before;
	const words = (parameters === '' ? '0' : parameters).split(';');
	while (words.length > 0) {
		const word = words.shift() ?? '';
		const code = Number(word === '' ? 0 : word);
		if (code === 0) {
			changed = NOTHING;
		} else if (OPENING.has(code) || CLOSED_BY.has(code)) {
			changed = { ...changed, attributes: changeAttributes(changed.attributes, code) };
		} else {
			const colour = colourOf(code, word, words);
			if (colour === null) {
				return null;
			}

			changed = { ...changed, ...colour };
		}
	}

	return changed;
}

function changeAttributes(before: ReadonlySet<number>, code: number): ReadonlySet<number> {
	return OPENING.has(code) ? before.union(new Set([code])) : before.difference(new Set(CLOSED_BY.get(code)));
}

/** `rest` is what follows; of that the numbers of a colour are taken. */
function colourOf(code: number, word: string, rest: string[]): Partial<Switches> | null {
	if (code === 38 || code === 48) {
		const length = rest[0] === '5' ? 2 : rest[0] === '2' ? 4 : 0;
		const numbers = rest.splice(0, length);
		const colour = [word, ...numbers].join(';');
		return length === 0 || numbers.length < length ? null : code === 38 ? { foreground: colour } : { background: colour };
	}

	if (isColour(code, 30)) {
		return { foreground: code === 39 ? '' : word };
	}

	return isColour(code, 40) ? { background: code === 49 ? '' : word } : null;
}

/** One of the sixteen colours, or the terminal's own (39, 49). */
function isColour(code: number, base: 30 | 40): boolean {
	return (code >= base && code <= base + 9) || (code >= base + 60 && code <= base + 67);
}

function canonicalOf({ attributes, foreground, background }: Switches): GraphicStyle {
	const words = [...attributes].toSorted((left, right) => left - right).map(String);
	return [...words, foreground, background].filter((word) => word !== '').join(';');
}

/** What stands between two sequences that change the style at even places, the parameters of a sequence at odd ones. */
export function splitAtStyles(line: string): readonly string[] {
	// oxlint-disable-next-line no-control-regex
	return line.split(/\u001B\[([\d;]*)m/);
}
