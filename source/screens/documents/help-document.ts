import { fit, wrapText } from '../../format.ts';
import { BINDINGS, PLACE_TITLES, bindingsIn, keyLabel, placesOf, refusalOf } from '../../key-bindings.ts';
import type { Binding } from '../../keys/binding.ts';
import { bindingName } from '../../keys/own-keys.ts';
import type { State } from '../../state.ts';
import { span } from '../../theme.ts';
import type { Line } from '../../theme.ts';
import { BLANK, heading, paragraph } from './lines.ts';

const KEYS_WIDTH = 18;

/** Every key that works where the user came from, and why one does not work right now. */
export function helpDocument(state: State, width: number): readonly Line[] {
	const below: State = { ...state, pages: state.pages.filter((page) => page.type !== 'help') };
	return placesOf(below).flatMap((place, index): readonly Line[] => [
		...(index === 0 ? [] : [BLANK]),
		heading(PLACE_TITLES[place]),
		...bindingsIn(place, state.ownKeys).flatMap((binding) => {
			const reason = refusalOf(binding, below);
			const text = reason === null ? binding.help : `${binding.help} (not now: ${reason})`;
			return keyLines(binding, { text, tone: reason === null ? 'plain' : 'dim', width });
		}),
	]);
}

/** Every key of every screen, for whoever wants to read all of them, with the names by which settings change them. */
export function keysDocument({ ownKeys }: State, width: number): readonly Line[] {
	const places = [...new Set(BINDINGS.map(({ place }) => place))];
	return [
		...paragraph('Each can have other keys: plugward settings set keys.NAME KEY', width, { tone: 'dim' }),
		...places.flatMap((place): readonly Line[] => [
			BLANK,
			heading(PLACE_TITLES[place]),
			...bindingsIn(place, ownKeys).flatMap((binding) => [
				...keyLines(binding, { text: `${binding.help}  (${bindingName(binding)})`, tone: 'plain', width }),
			]),
		]),
	];
}

function keyLines(
	{ keys }: Pick<Binding, 'keys'>,
	{ text, tone, width }: { readonly text: string; readonly tone: 'plain' | 'dim'; readonly width: number },
): readonly Line[] {
	return wrapText(text, width - KEYS_WIDTH).map((line, at): Line => [
		span(fit(at === 0 ? keys.map((key) => keyLabel(key)).join(' ') : '', KEYS_WIDTH), 'accent'),
		span(line, tone),
	]);
}
