import { URL } from '../url.ts';

// RFC 3492, section 5.
const BASE = 36;
const LEAST = 1;
const MOST = 26;
const SKEW = 38;
const DAMP = 700;
const FIRST_BIAS = 72;
const FIRST_POINT = 128;
const LARGEST = 0x7f_ff_ff_ff;

function pointOf(character: string): number {
	return character.codePointAt(0) ?? 0;
}

function adapt(delta: number, count: number, isFirst: boolean): number {
	let rest = isFirst ? Math.floor(delta / DAMP) : delta >> 1;
	rest += Math.floor(rest / count);
	let bias = 0;
	for (; rest > ((BASE - LEAST) * MOST) >> 1; bias += BASE) {
		rest = Math.floor(rest / (BASE - LEAST));
	}

	return bias + Math.floor(((BASE - LEAST + 1) * rest) / (rest + SKEW));
}

function threshold(position: number, bias: number): number {
	return Math.min(MOST, Math.max(LEAST, position - bias));
}

function digitOf(code: number): number {
	if (code >= 48 && code <= 57) {
		return code - 22;
	}

	const letter = code | 32;
	return letter >= 97 && letter <= 122 ? letter - 97 : BASE;
}

function decode(text: string): string {
	const end = text.lastIndexOf('-');
	const points = end > 0 ? Array.from(text.slice(0, end), pointOf) : [];
	let [point, index, bias] = [FIRST_POINT, 0, FIRST_BIAS];
	for (let at = end > 0 ? end + 1 : 0; at < text.length;) {
		const before = index;
		for (let weight = 1, position = BASE; ; position += BASE) {
			const digit = at < text.length ? digitOf(text.charCodeAt(at)) : BASE;
			at += 1;
			if (digit >= BASE || digit > Math.floor((LARGEST - index) / weight)) {
				throw new RangeError('Invalid input');
			}

			index += digit * weight;
			const least = threshold(position, bias);
			if (digit < least) {
				break;
			}

			weight *= BASE - least;
		}

		const count = points.length + 1;
		bias = adapt(index - before, count, before === 0);
		point += Math.floor(index / count);
		index %= count;
		points.splice(index, 0, point);
		index += 1;
	}

	return String.fromCodePoint(...points);
}

function encode(text: string): string {
	const points = Array.from(text, pointOf);
	const basic = points.filter((point) => point < FIRST_POINT);
	let output = String.fromCodePoint(...basic) + (basic.length > 0 ? '-' : '');
	let [point, delta, bias, handled] = [FIRST_POINT, 0, FIRST_BIAS, basic.length];
	while (handled < points.length) {
		const next = Math.min(...points.filter((one) => one >= point));
		delta += (next - point) * (handled + 1);
		point = next;
		for (const one of points) {
			delta += one < point ? 1 : 0;
			if (one === point) {
				output += digitsOf(delta, bias);
				bias = adapt(delta, handled + 1, handled === basic.length);
				delta = 0;
				handled += 1;
			}
		}

		delta += 1;
		point += 1;
	}

	return output;
}

function digitsOf(delta: number, bias: number): string {
	let text = '';
	let rest = delta;
	for (let position = BASE; ; position += BASE) {
		const least = threshold(position, bias);
		if (rest < least) {
			return text + letterOf(rest);
		}

		text += letterOf(least + ((rest - least) % (BASE - least)));
		rest = Math.floor((rest - least) / (BASE - least));
	}
}

function letterOf(digit: number): string {
	return String.fromCharCode(digit < 26 ? digit + 97 : digit + 22);
}

export const punycodeModule: Readonly<Record<string, unknown>> = {
	version: '2.3.1',
	decode,
	encode,
	toASCII: (domain: string) => URL.parse(`http://${domain}`)?.hostname ?? domain,
	toUnicode: (domain: string) =>
		domain
			.split('.')
			.map((label) => (label.startsWith('xn--') ? decode(label.slice(4).toLowerCase()) : label))
			.join('.'),
	ucs2: {
		decode: (text: string) => Array.from(text, pointOf),
		encode: (points: readonly number[]) => String.fromCodePoint(...points),
	},
};
